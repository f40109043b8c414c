import { Alert, Button, Group, Text } from "@mantine/core";
import { IconLifebuoy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RescueCopy } from "@/collab/rescue.ts";
import { tell } from "@/components/toast.tsx";
import styles from "./BoardRoom.module.css";
import type { BoardHandle } from "./boardHandle.ts";
import { elementsOf } from "./core/rescued.ts";
import { downloadBlob } from "@/components/download.ts";

/** Work that the server did not take: what happened, what was kept, what to do with it. */
export function Rescue(props: {
  copy: RescueCopy;
  title: string;
  handle: BoardHandle | null;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const { copy, handle } = props;
  const restored = copy.cause === "restored";
  const count = elementsOf(copy, { all: false }).length;
  return (
    <Alert
      className={styles["rescue"]}
      color="orange"
      variant="white"
      styles={{ title: { color: "var(--mantine-color-text)" } }}
      icon={<IconLifebuoy size={20} />}
      title={t(restored ? "rescue.titleRestored" : "rescue.title")}
    >
      <Text size="sm">{t(restored ? "rescue.aboutRestored" : "rescue.about", { count })}</Text>
      <Group gap="xs" mt="sm">
        {handle && count > 0 && (
          <Button
            h={44}
            onClick={() => {
              tell(t("rescue.inserted", { count: handle.insert(copy) }));
              props.onDone();
            }}
          >
            {t("rescue.insert")}
          </Button>
        )}
        <Button
          h={44}
          variant="default"
          onClick={() => {
            const scene = {
              type: "excalidraw",
              version: 2,
              source: location.origin,
              elements: elementsOf(copy, { all: true }),
              appState: {},
              files: {},
            };
            downloadBlob(
              new Blob([JSON.stringify(scene)], { type: "application/json" }),
              `${props.title}.excalidraw`,
            );
          }}
        >
          {t("rescue.download")}
        </Button>
        <Button h={44} variant="subtle" color="gray" onClick={props.onDone}>
          {t("rescue.discard")}
        </Button>
      </Group>
    </Alert>
  );
}
