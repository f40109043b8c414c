import { ActionIcon, Group, Menu, Modal, Stack, Text, Title } from "@mantine/core";
import { IconDots, IconLink, IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassRoom } from "@/api/types.ts";
import { CopyField } from "@/components/CopyField.tsx";
import { ago } from "@/components/time.ts";
import { tell, tellProblem } from "@/components/toast.tsx";
import { invitationsQuery, type ClassInvitation } from "./queries.ts";

/** Who is invited and has not come yet; whoever joins leaves this list by itself. */
export function Invitations({ room }: { room: ClassRoom }) {
  const { t, i18n } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const invitations = useQuery(invitationsQuery(api, room.id));
  const [renewed, setRenewed] = useState<ClassInvitation | null>(null);
  const path = (id: string) => ({ params: { path: { class_id: room.id, invitation_id: id } } });
  const settle = {
    onError: (error: unknown) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["classes", room.id, "invitations"] }),
  };
  const renew = useMutation({
    mutationFn: (id: string) =>
      body(api.POST("/api/classes/{class_id}/invitations/{invitation_id}/link", path(id))),
    onSuccess: setRenewed,
    ...settle,
  });
  const withdraw = useMutation({
    mutationFn: ({ id }: ClassInvitation) =>
      api.DELETE("/api/classes/{class_id}/invitations/{invitation_id}", path(id)),
    onSuccess: (_, { email }) => tell(t("roster.withdrawn", { email })),
    ...settle,
  });
  const shown = invitations.data?.items ?? [];
  if (shown.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {t("roster.invitedTitle")}
      </Title>
      <Stack component="ul" gap={0} p={0} m={0} style={{ listStyle: "none" }}>
        {shown.map((each) => (
          <Group key={each.id} component="li" justify="space-between" wrap="nowrap" gap="sm" mih={60}>
            <div style={{ minWidth: 0 }}>
              <Text truncate>{each.name ?? each.email}</Text>
              <Text size="sm" c="dimmed" truncate>
                {[each.name && each.email, t("roster.since", { when: ago(each.created_at, i18n.language) })]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
            </div>
            <Menu position="bottom-end" width={240}>
              <Menu.Target>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={44}
                  aria-label={t("people.menu", { name: each.name ?? each.email })}
                >
                  <IconDots size={20} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconLink size={18} />} onClick={() => renew.mutate(each.id)}>
                  {t("roster.newLink")}
                </Menu.Item>
                <Menu.Item leftSection={<IconUserMinus size={18} />} onClick={() => withdraw.mutate(each)}>
                  {t("roster.withdraw")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        ))}
      </Stack>
      {invitations.data?.next_cursor && (
        <Text size="sm" c="dimmed">
          {t("roster.moreInvited")}
        </Text>
      )}
      <Modal opened={renewed !== null} onClose={() => setRenewed(null)} title={t("roster.newLink")} centered>
        <Stack>
          {renewed?.link && <CopyField label={t("roster.link")} value={renewed.link} />}
          <Text size="sm" c="dimmed">
            {t("roster.linkOnce")}
          </Text>
        </Stack>
      </Modal>
    </section>
  );
}
