import { Avatar, Group, Text, Tooltip } from "@mantine/core";
import { usePicture } from "@/api/usePicture.ts";
import classes from "./PersonAvatar.module.css";
import { lettersOn } from "./personColors.ts";

export interface Person {
  readonly name: string;
  /** From the server, the same for this person everywhere. */
  readonly color: string;
  /** The id of their picture, where they have one. */
  readonly picture?: string | null | undefined;
}

function firstCharacter(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment;
  return "";
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters
    .map((word) => firstCharacter(word ?? ""))
    .join("")
    .toLocaleUpperCase();
}

/** A person's picture, or, until it is there and where there is none, their initials. */
export function PersonAvatar({ person, size = 32 }: { person: Person; size?: number }) {
  const { data: picture } = usePicture(person.picture ?? null);
  return (
    <Tooltip label={person.name} withArrow>
      <Avatar
        size={size}
        radius="100%"
        alt={person.name}
        src={picture ?? null}
        aria-label={person.name}
        role="img"
        styles={{
          placeholder: {
            background: person.color,
            color: lettersOn(person.color),
            fontSize: Math.round(size * 0.4),
            fontWeight: 600,
          },
        }}
      >
        <span className={classes["initials"]} data-initials={initialsOf(person.name)} />
      </Avatar>
    </Tooltip>
  );
}

/** A person with their name: in lists, tables, menus. */
export function PersonChip({ person, detail }: { person: Person; detail?: string | null }) {
  return (
    <Group gap="sm" wrap="nowrap" miw={0}>
      <PersonAvatar person={person} />
      <div style={{ minWidth: 0 }}>
        <Text truncate>{person.name}</Text>
        {detail && (
          <Text size="sm" c="dimmed" truncate>
            {detail}
          </Text>
        )}
      </div>
    </Group>
  );
}
