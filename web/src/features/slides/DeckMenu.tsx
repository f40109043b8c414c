import { ActionIcon, Loader, Menu, Tooltip } from "@mantine/core";
import { IconDots, IconDownload, IconFilePlus, IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { AccessLevel, BoardDocument } from "@/api/types.ts";
import { AccessChoices } from "@/components/AccessChoices.tsx";
import { downloadBlob } from "@/components/download.ts";
import { tellProblem } from "@/components/toast.tsx";
import { insertSlide } from "./core/deck.ts";
import { newId } from "./newId.ts";
import { writableDoc, type OpenDeck } from "./useDeck.ts";

/** What can be done with a whole deck. */
export function DeckMenu(props: {
  deck: OpenDeck;
  row: BoardDocument;
  teaches: boolean;
  upload: (files: Iterable<File>) => void;
}) {
  const { t, i18n } = useTranslation();
  const { api, fetch } = useServices();
  const client = useQueryClient();
  const { deck, row, teaches, upload } = props;
  const doc = writableDoc(deck, teaches);
  const input = useRef<HTMLInputElement>(null);
  const share = useMutation({
    mutationFn: (students: AccessLevel) =>
      api.PUT("/api/documents/{document_id}/slides/access", {
        params: { path: { document_id: deck.id } },
        body: { students },
      }),
    onError: (error) => tellProblem(t(wordsFor(error))),
    onSettled: () => client.invalidateQueries({ queryKey: ["documents"] }),
  });
  const save = useMutation({
    mutationFn: async () => {
      const { exportDeck } = await import("./exportDeck.ts");
      const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
      const words = {
        unopened: t("slides.question"),
        yes: t("polls.yes"),
        no: t("polls.no"),
        votes: (count: number, share: number) => `${count} · ${percent.format(share)}`,
        points: (count: number) => t("polls.points", { count }),
      };
      return exportDeck({ documentId: deck.id, slides: deck.slides, fetch, words });
    },
    onSuccess: (file) => downloadBlob(file, `${row.title.replace(/[\\/:*?"<>|]+/g, " ").trim()}.pdf`),
    onError: () => tellProblem(t("slides.exportFailed")),
  });
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Tooltip label={t("slides.deckMenu")} position="left">
            <ActionIcon variant="subtle" color="gray" size={44} aria-label={t("slides.deckMenu")}>
              {save.isPending ? (
                <Loader size={18} aria-label={t("slides.exporting")} />
              ) : (
                <IconDots size={20} />
              )}
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {doc && (
            <>
              <Menu.Item leftSection={<IconUpload size={18} />} onClick={() => input.current?.click()}>
                {t("slides.upload")}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconFilePlus size={18} />}
                onClick={() => insertSlide(doc, { id: newId(), title: "", after: null })}
              >
                {t("slides.addBlank")}
              </Menu.Item>
            </>
          )}
          <Menu.Item
            leftSection={<IconDownload size={18} />}
            disabled={deck.slides.length === 0 || save.isPending}
            onClick={() => save.mutate()}
          >
            {t("slides.export")}
          </Menu.Item>
          {teaches && (
            <>
              <Menu.Divider />
              <Menu.Label>{t("slides.marksEverywhere")}</Menu.Label>
              <AccessChoices
                value={deck.state.annotations}
                onChange={(students) => share.mutate(students)}
                about="slides.aboutMarks"
              />
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {doc && (
        <input
          ref={input}
          type="file"
          accept="application/pdf,.pdf"
          multiple
          hidden
          data-upload-menu
          onChange={(event) => {
            upload([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
      )}
    </>
  );
}
