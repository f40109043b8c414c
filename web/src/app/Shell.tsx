import { Anchor, AppShell, Button, Group, Kbd, Menu, UnstyledButton } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import {
  IconBooks,
  IconKeyboard,
  IconLogout,
  IconSearch,
  IconShieldCog,
  IconUser,
} from "@tabler/icons-react";
import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/api/queries.ts";
import { Logo } from "@/components/Logo.tsx";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { useSignOut } from "@/components/useSignOut.tsx";
import classes from "./Shell.module.css";

/** The frame of every page but the boards, which take the whole window. */
export function Shell() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const signOut = useSignOut();
  const office = me?.role === "admin" || me?.role === "support";
  return (
    <AppShell header={{ height: 60 }}>
      <a className={classes["skip"]} href="#content">
        {t("nav.skip")}
      </a>
      <AppShell.Header withBorder={false} className={classes["header"]}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Anchor
            underline="never"
            c="inherit"
            renderRoot={(props) => <Link to="/" {...props} />}
            aria-label={`Lectern: ${t("nav.home")}`}
          >
            <Logo />
          </Anchor>
          <Group gap="sm" wrap="nowrap">
            <Button
              variant="subtle"
              color="gray"
              h={44}
              leftSection={<IconBooks size={20} />}
              className={classes["find"]}
              aria-label={t("nav.courses")}
              c="var(--mantine-color-text)"
              renderRoot={(props) => <Link to="/courses" search={{}} {...props} />}
            >
              <span className={classes["findWords"]}>{t("nav.courses")}</span>
            </Button>
            <Button
              variant="default"
              h={44}
              leftSection={<IconSearch size={18} />}
              onClick={spotlight.open}
              aria-label={t("finder.open")}
              className={classes["find"]}
            >
              <span className={classes["findWords"]}>{t("finder.open")}</span>
              <Kbd
                size="xs"
                ml="sm"
                className={`${classes["findWords"]} ${classes["keys"]}`}
                data-keys="Ctrl K"
              />
            </Button>
            {me && (
              <Menu position="bottom-end" width={240}>
                <Menu.Target>
                  <UnstyledButton
                    className={classes["person"]}
                    aria-label={t("nav.account", { name: me.name })}
                  >
                    <PersonAvatar person={me} size={36} />
                  </UnstyledButton>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Label>{me.name}</Menu.Label>
                  <Menu.Item
                    leftSection={<IconUser size={18} />}
                    renderRoot={(props) => <Link to="/me" {...props} />}
                  >
                    {t("nav.profile")}
                  </Menu.Item>
                  {office && (
                    <Menu.Item
                      leftSection={<IconShieldCog size={18} />}
                      renderRoot={(props) => <Link to="/admin" {...props} />}
                    >
                      {t("nav.admin")}
                    </Menu.Item>
                  )}
                  <Menu.Item
                    leftSection={<IconKeyboard size={18} />}
                    onClick={() =>
                      document.documentElement.dispatchEvent(
                        new KeyboardEvent("keydown", { key: "?", shiftKey: true, bubbles: true }),
                      )
                    }
                  >
                    {t("shortcuts.title")}
                  </Menu.Item>
                  <Menu.Divider />
                  <Menu.Item leftSection={<IconLogout size={18} />} onClick={signOut}>
                    {t("profile.signOut")}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            )}
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="content" tabIndex={-1} className={classes["main"]}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
