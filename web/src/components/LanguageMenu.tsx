import { Button, Menu } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, rememberLanguage } from "./languages.ts";

/** Choose the language before signing in. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const present = LANGUAGES.find(({ value }) => value === i18n.resolvedLanguage)?.label ?? i18n.language;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          h={44}
          leftSection={<IconLanguage size={20} />}
          aria-label={`${t("profile.language")}: ${present}`}
        >
          {present}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map(({ value, label }) => (
          <Menu.Item
            key={value}
            lang={value}
            onClick={() => {
              rememberLanguage(value);
              void i18n.changeLanguage(value);
            }}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
