import { Menu, Text } from "@mantine/core";
import { IconCheck, IconEye, IconEyeOff, IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AccessLevel } from "@/api/types.ts";

const LEVELS = [
  { value: "write", icon: IconPencil },
  { value: "read", icon: IconEye },
  { value: "none", icon: IconEyeOff },
] as const;

/** The answers to "what may students do", as menu items. */
export function AccessChoices({
  value,
  onChange,
  about = "access.about",
  readOnly = false,
}: {
  value: AccessLevel;
  onChange: (value: AccessLevel) => void;
  /** Where the words stand that say what each answer means here. */
  about?: "access.about" | "slides.aboutMarks";
  /** Whether writing is nothing that students can be given. */
  readOnly?: boolean;
}) {
  const { t } = useTranslation();
  return LEVELS.filter(({ value: level }) => level !== "write" || !readOnly).map(
    ({ value: level, icon: Icon }) => (
      <Menu.Item
        key={level}
        aria-current={level === value ? "true" : undefined}
        leftSection={<Icon size={18} />}
        rightSection={level === value ? <IconCheck size={18} aria-hidden /> : undefined}
        onClick={() => onChange(level)}
      >
        {t(`access.choice.${level}`)}
        <Text size="xs" c="dimmed">
          {t(about === "access.about" ? `access.about.${level}` : `slides.aboutMarks.${level}`)}
        </Text>
      </Menu.Item>
    ),
  );
}
