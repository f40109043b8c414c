import { Alert, Button, Checkbox, Group, List, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "./ErrorState.tsx";
import { FormProblem } from "./FormProblem.tsx";
import { RowsLoading } from "./RowsLoading.tsx";

interface Hindrances {
  readonly classes: readonly { readonly id: string; readonly title: string }[];
}

/** The one confirm for erasing an account: names what goes, what stays, and what has to be handed over before. */
export function EraseAccount(props: {
  title: string;
  goes: string;
  stays: string;
  handOver: string;
  hindrances: { data?: Hindrances | undefined; error: Error | null; refetch: () => unknown };
  /** With a field for one's own password; a text instead where there is none; nothing for somebody else's account. */
  password?: "ask" | "none";
  problem: { words: string; atPassword: boolean } | null;
  busy: boolean;
  onErase: (password: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const [password, setPassword] = useState("");
  const { data, error, refetch } = props.hindrances;
  const blocked = data !== undefined && data.classes.length > 0;
  return (
    <Modal opened onClose={props.onClose} title={props.title} centered>
      {error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : !data ? (
        <RowsLoading rows={3} />
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (sure && !blocked) props.onErase(password);
          }}
        >
          <Stack>
            {blocked ? (
              <Alert color="orange" variant="light" icon={<IconAlertTriangle size={20} />}>
                <Text>{props.handOver}</Text>
                <List mt={4}>
                  {data.classes.map((each) => (
                    <List.Item key={each.id}>{each.title}</List.Item>
                  ))}
                </List>
              </Alert>
            ) : (
              <>
                <Text>{props.goes}</Text>
                <Text>{props.stays}</Text>
                <FormProblem words={props.problem?.atPassword === false ? props.problem.words : null} />
                {props.password === "ask" && (
                  <PasswordInput
                    label={t("profile.presentPassword")}
                    size="md"
                    autoComplete="current-password"
                    visibilityToggleButtonProps={{ "aria-label": t("fields.showPassword"), tabIndex: 0 }}
                    value={password}
                    onChange={(event) => setPassword(event.currentTarget.value)}
                    error={props.problem?.atPassword ? props.problem.words : null}
                  />
                )}
                {props.password === "none" && <Text c="dimmed">{t("myData.noPassword")}</Text>}
                <Checkbox
                  size="md"
                  label={t("myData.confirm")}
                  checked={sure}
                  onChange={(event) => setSure(event.currentTarget.checked)}
                />
              </>
            )}
            <Group justify="flex-end">
              <Button variant="subtle" color="gray" h={44} onClick={props.onClose}>
                {t("actions.cancel")}
              </Button>
              {!blocked && (
                <Button type="submit" color="red" h={44} disabled={!sure} loading={props.busy}>
                  {t("myData.eraseNow")}
                </Button>
              )}
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
