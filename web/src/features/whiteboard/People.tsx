import { Group, Popover, Stack, UnstyledButton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types.ts";
import { PersonAvatar, PersonChip, type Person } from "@/components/PersonAvatar.tsx";
import type { PresentPerson } from "./core/presence.ts";
import styles from "./People.module.css";

const SHOWN = 4;

/** Who is on the board now. One person with two windows is one person. */
export function People({ me, people }: { me: Me; people: readonly PresentPerson[] }) {
  const { t } = useTranslation();
  const unique = new Map<string, Person>([[me.id, me]]);
  for (const { user } of people) if (!unique.has(user.id)) unique.set(user.id, user);
  const everybody = [...unique.values()];
  const more = everybody.length - SHOWN;
  return (
    <Popover position="bottom-end" shadow="md" width={260}>
      <Popover.Target>
        <UnstyledButton
          className={styles["target"]}
          aria-label={t("board.peopleHere", { count: everybody.length })}
        >
          <Group gap={0} wrap="nowrap" className={styles["avatars"]}>
            {everybody.slice(0, SHOWN).map((person, at) => (
              <span key={at} className={styles["avatar"]} data-at={at}>
                <PersonAvatar person={person} size={28} />
              </span>
            ))}
            {more > 0 && (
              <span aria-hidden className={styles["more"]}>
                +{more}
              </span>
            )}
          </Group>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" c="dimmed" mb="xs">
          {t("board.peopleHere", { count: everybody.length })}
        </Text>
        <Stack gap="xs" mah="60vh" style={{ overflow: "auto" }}>
          {[...unique].map(([id, person]) => (
            <PersonChip key={id} person={person} detail={id === me.id ? t("people.you") : null} />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
