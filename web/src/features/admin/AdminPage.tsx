import { Tabs } from "@mantine/core";
import { IconActivity, IconListSearch, IconShieldLock, IconUsers } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe } from "@/api/queries.ts";
import { EmptyState } from "@/components/EmptyState.tsx";
import { Page } from "@/components/Page.tsx";
import { AccountsTab } from "./AccountsTab.tsx";
import { AuditTab } from "./AuditTab.tsx";
import { RoomsTab } from "./RoomsTab.tsx";

const route = getRouteApi("/members/shell/admin");

export function AdminPage() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  if (me && me.role !== "admin" && me.role !== "support") {
    return (
      <Page title={t("nav.admin")}>
        <EmptyState icon={<IconShieldLock size={28} />} title={t("admin.notYours")}>
          {t("admin.notYoursAbout")}
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title={t("nav.admin")}>
      <Tabs
        value={tab ?? "accounts"}
        onChange={(value) =>
          void navigate({
            search: value === "rooms" || value === "audit" ? { tab: value } : {},
            replace: true,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="accounts" h={44} leftSection={<IconUsers size={18} />}>
            {t("admin.accounts")}
          </Tabs.Tab>
          {me?.role === "admin" && (
            <Tabs.Tab value="audit" h={44} leftSection={<IconListSearch size={18} />}>
              {t("admin.audit")}
            </Tabs.Tab>
          )}
          <Tabs.Tab value="rooms" h={44} leftSection={<IconActivity size={18} />}>
            {t("rooms.title")}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="accounts">
          <AccountsTab />
        </Tabs.Panel>
        {me?.role === "admin" && (
          <Tabs.Panel value="audit">
            <AuditTab />
          </Tabs.Panel>
        )}
        <Tabs.Panel value="rooms">
          <RoomsTab mayAct={me?.role === "admin"} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
