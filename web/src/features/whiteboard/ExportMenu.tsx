import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import {
  IconDownload,
  IconFileCode,
  IconFileVector,
  IconHistory,
  IconList,
  IconPhoto,
} from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { tellProblem } from "@/components/toast.tsx";
import type { BoardHandle } from "./boardHandle.ts";

/** Take the board along as a file; on a phone also the way to the outline and to the history. */
export function ExportMenu({
  handle,
  onOutline,
  history,
}: {
  handle: BoardHandle | null;
  onOutline: () => void;
  /** The board's history, for those who may look into it. */
  history: { classId: string; documentId: string } | null;
}) {
  const { t } = useTranslation();
  const save = useMutation({
    mutationFn: async (format: "png" | "svg" | "excalidraw") => handle?.download(format),
    onError: () => tellProblem(t("board.exportFailed")),
  });
  return (
    <Menu position="bottom-end" width={260}>
      <Tooltip label={t("board.export")}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            aria-label={t("board.export")}
            loading={save.isPending}
            disabled={!handle}
          >
            <IconDownload size={20} />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPhoto size={18} />} onClick={() => save.mutate("png")}>
          {t("board.exportPng")}
        </Menu.Item>
        <Menu.Item leftSection={<IconFileVector size={18} />} onClick={() => save.mutate("svg")}>
          {t("board.exportSvg")}
        </Menu.Item>
        <Menu.Item leftSection={<IconFileCode size={18} />} onClick={() => save.mutate("excalidraw")}>
          {t("board.exportExcalidraw")}
        </Menu.Item>
        <Menu.Item hiddenFrom="sm" leftSection={<IconList size={18} />} onClick={onOutline}>
          {t("board.outline")}
        </Menu.Item>
        {history && (
          <Menu.Item
            hiddenFrom="sm"
            leftSection={<IconHistory size={18} />}
            renderRoot={(props) => (
              <Link
                to="/classes/$classId/documents/$documentId/history"
                params={history}
                search={{}}
                {...props}
              />
            )}
          >
            {t("history.open")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
