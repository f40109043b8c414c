import { Avatar, Group, Text, Tooltip } from "@mantine/core";

export interface Person {
  readonly name: string;
  /** From the server, the same for this person everywhere. */
  readonly color: string;
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

/** Dark or light letters, whichever reads better on the person's colour (WCAG relative luminance). */
function lettersOn(color: string): string {
  const channels = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color)?.slice(1) ?? ["5b", "67", "70"];
  const [red = 0, green = 0, blue = 0] = channels.map((hex) => {
    const part = parseInt(hex, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#101418" : "#ffffff";
}

export function PersonAvatar({ person, size = 32 }: { person: Person; size?: number }) {
  return (
    <Tooltip label={person.name} withArrow>
      <Avatar
        size={size}
        radius="xl"
        alt={person.name}
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
        {initialsOf(person.name)}
      </Avatar>
    </Tooltip>
  );
}

/** A person with their name: in lists, tables, menus. */
export function PersonChip({ person, detail }: { person: Person; detail?: string | null }) {
  return (
    <Group gap="sm" wrap="nowrap">
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
