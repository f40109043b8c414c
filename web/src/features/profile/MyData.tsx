import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { Problem, wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { Me } from "@/api/types.ts";
import { forgetPerson } from "@/collab/deviceStore.ts";
import { downloadBlob } from "@/components/download.ts";
import { EraseAccount } from "@/components/EraseAccount.tsx";
import { tell, tellProblem } from "@/components/toast.tsx";

/** All that is kept about oneself: take it along, or have it erased. */
export function MyData({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const [opened, dialog] = useDisclosure(false);
  const download = useMutation({
    mutationFn: () => body(api.GET("/api/me/export", { parseAs: "blob" })),
    onSuccess: (archive) => downloadBlob(archive, "lectern.zip"),
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  return (
    <Card radius="lg" padding="lg" bg="light-dark(var(--mantine-color-gray-0), var(--mantine-color-dark-6))">
      <Title order={2} size="h5">
        {t("myData.title")}
      </Title>
      <Stack mt="xs" gap="md">
        <Text size="sm" c="dimmed" role={download.isPending ? "status" : undefined}>
          {download.isPending ? t("myData.downloading") : t("myData.about")}
        </Text>
        <Group>
          <Button
            variant="default"
            h={44}
            leftSection={<IconDownload size={18} />}
            loading={download.isPending}
            onClick={() => download.mutate()}
          >
            {t("myData.download")}
          </Button>
          <Button variant="subtle" color="red" h={44} onClick={dialog.open}>
            {t("myData.erase")}
          </Button>
        </Group>
      </Stack>
      {opened && <EraseMe me={me} onClose={dialog.close} />}
    </Card>
  );
}

function EraseMe({ me, onClose }: { me: Me; onClose: () => void }) {
  const { t } = useTranslation();
  const { api, tokens, device } = useServices();
  const client = useQueryClient();
  const navigate = useNavigate();
  const hindrances = useQuery({
    queryKey: ["erasure"],
    staleTime: 0,
    queryFn: () => body(api.GET("/api/me/erasure")),
  });
  const erase = useMutation({
    mutationFn: (password: string) => api.POST("/api/me/erasure", { body: { password } }),
    onSuccess: async () => {
      await forgetPerson(me.id, device).catch(() => undefined);
      client.clear();
      tokens.signOut();
      await navigate({ to: "/login", search: {} });
      tell(t("myData.erased"));
    },
    onError: () => hindrances.refetch(),
  });
  const wrong = erase.error instanceof Problem && erase.error.code === "password_wrong";
  return (
    <EraseAccount
      title={t("myData.eraseTitle")}
      goes={t("myData.goes")}
      stays={t("myData.stays")}
      handOver={t("myData.handOver")}
      hindrances={hindrances}
      password={me.has_password ? "ask" : "none"}
      problem={erase.error ? { words: t(wordsFor(erase.error)), atPassword: wrong } : null}
      busy={erase.isPending}
      onErase={erase.mutate}
      onClose={onClose}
    />
  );
}
