import { ActionIcon, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Something to pass on, with a button that copies it. `show` is what is read, `value` what is copied. */
export function CopyField(props: { label: string; value: string; show?: string; large?: boolean }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm" c="dimmed">
        {props.label}
      </Text>
      <Group gap={4} wrap="nowrap">
        <Text
          ff={props.large ? "monospace" : undefined}
          fz={props.large ? 26 : undefined}
          fw={props.large ? 700 : 500}
          style={{ overflowWrap: "anywhere", letterSpacing: props.large ? 1 : undefined }}
        >
          {props.show ?? props.value}
        </Text>
        <CopyButton value={props.value}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t("actions.copied") : t("actions.copy")}>
              <ActionIcon
                variant="subtle"
                size={44}
                onClick={copy}
                aria-label={`${t(copied ? "actions.copied" : "actions.copy")}: ${props.label}`}
              >
                {copied ? <IconCheck size={20} /> : <IconCopy size={20} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
