import { Button, FileButton, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { Me } from "@/api/types.ts";
import { PersonAvatar } from "@/components/PersonAvatar.tsx";
import { tell, tellProblem } from "@/components/toast.tsx";

const IMAGES = "image/png,image/jpeg,image/webp,image/gif";

/** Who one is, with one's picture: choose one, or take it away. */
export function PictureForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const onError = (error: unknown) => tellProblem(t(wordsFor(error)));
  const change = useMutation({
    mutationFn: (file: File) =>
      api.PUT("/api/me/picture", {
        // The server makes a small square of its middle: what is sent is the file as it is.
        body: file as unknown as string,
        bodySerializer: (content) => content as unknown as Blob,
        headers: { "Content-Type": file.type },
      }),
    onSuccess: async () => {
      await client.invalidateQueries();
      tell(t("profile.pictureSaved"));
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE("/api/me/picture"),
    onSuccess: async () => {
      await client.invalidateQueries();
      tell(t("profile.pictureRemoved"));
    },
    onError,
  });
  return (
    <Group>
      <PersonAvatar person={me} size={72} />
      <div style={{ flex: "1 1 180px", minWidth: 0 }}>
        <Text fw={600} truncate>
          {me.email}
        </Text>
        <Text size="sm" c="dimmed">
          {t(`roles.${me.role}`)}
        </Text>
        <Text size="sm" c="dimmed">
          {t("profile.pictureAbout")}
        </Text>
      </div>
      <Group gap="xs">
        <FileButton accept={IMAGES} onChange={(file) => file && change.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" h={44} loading={change.isPending}>
              {me.picture ? t("profile.changePicture") : t("profile.choosePicture")}
            </Button>
          )}
        </FileButton>
        {me.picture && (
          <Button
            variant="subtle"
            color="gray"
            h={44}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            {t("profile.removePicture")}
          </Button>
        )}
      </Group>
    </Group>
  );
}
