import { ActionIcon, Button, Group, Menu, Stack, Text } from "@mantine/core";
import { IconHandOff, IconPencil, IconPencilOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types.ts";
import { MoreMenu } from "@/components/MoreMenu.tsx";
import { PersonChip } from "@/components/PersonAvatar.tsx";
import styles from "./Classroom.module.css";
import type { PresentPerson } from "./core/people.ts";
import type { StageState } from "./core/stage.ts";
import { SidePanel } from "./SidePanel.tsx";
import type { StageActions } from "./useStageActions.ts";

interface PanelProps {
  asDrawer: boolean;
  opened: boolean;
  onClose: () => void;
  stage: StageState;
  people: readonly PresentPerson[];
  me: Me;
  teaches: boolean;
  actions: StageActions;
}

/** Hands in the order in which they went up, and who is here. */
export function PeoplePanel(props: PanelProps) {
  const { t } = useTranslation();
  return (
    <SidePanel
      title={t("live.people")}
      asDrawer={props.asDrawer}
      opened={props.opened}
      onClose={props.onClose}
    >
      <Lists {...props} />
    </SidePanel>
  );
}

function Lists({ stage, people, me, teaches, actions }: PanelProps) {
  const { t } = useTranslation();
  const known = new Map(people.map((person) => [person.id, person]));
  return (
    <Stack gap="md">
      {stage.hands.length > 0 && (
        <section aria-label={t("live.hands", { count: stage.hands.length })}>
          <Group justify="space-between" wrap="nowrap" mb={4}>
            <Text size="sm" c="dimmed">
              {t("live.hands", { count: stage.hands.length })}
            </Text>
            {teaches && (
              <Button variant="subtle" size="compact-sm" mih={32} onClick={actions.lowerAll}>
                {t("live.lowerAll")}
              </Button>
            )}
          </Group>
          <ol className={styles["people"]}>
            {stage.hands.map(({ userId, name }, at) => (
              <li key={userId} className={styles["person"]}>
                <Text size="sm" c="dimmed" w={20} ta="end" aria-hidden>
                  {at + 1}
                </Text>
                <div className={styles["personName"]}>
                  <PersonChip person={known.get(userId) ?? { name, color: "#5b6770" }} />
                </div>
                {(teaches || userId === me.id) && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size={44}
                    aria-label={t("live.lowerHandOf", { name })}
                    onClick={() => (userId === me.id ? actions.raiseHand(false) : actions.lowerHand(userId))}
                  >
                    <IconHandOff size={18} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ol>
        </section>
      )}
      <section aria-label={t("live.peopleHere", { count: people.length })}>
        <Text size="sm" c="dimmed" mb={4}>
          {t("live.peopleHere", { count: people.length })}
        </Text>
        <ul className={styles["people"]}>
          {people.map((person) => {
            const presents = stage.presenter?.userId === person.id;
            const details = [
              person.id === me.id && t("people.you"),
              person.role === "teacher" && t("roles.teacher"),
              presents && t("live.presents"),
            ].filter((detail) => detail !== false);
            return (
              <li key={person.id} className={styles["person"]}>
                <div className={styles["personName"]}>
                  <PersonChip person={person} detail={details.length > 0 ? details.join(" · ") : null} />
                </div>
                {teaches && person.role === "student" && (
                  <MoreMenu label={t("people.menu", { name: person.name })}>
                    <Menu.Item
                      leftSection={presents ? <IconPencilOff size={18} /> : <IconPencil size={18} />}
                      onClick={() => actions.change({ presenter_id: presents ? null : person.id })}
                    >
                      {t(presents ? "live.stopPresenting" : "live.letPresent")}
                    </Menu.Item>
                  </MoreMenu>
                )}
              </li>
            );
          })}
        </ul>
      </section>
    </Stack>
  );
}
