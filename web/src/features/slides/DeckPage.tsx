import { ActionIcon, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { documentChanged } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { SaveState } from "@/collab/saveState.ts";
import { AskTitle } from "@/components/AskTitle.tsx";
import type { DocumentPageProps } from "@/components/documentViews.tsx";
import { NotShared } from "@/components/NotShared.tsx";
import { SaveBadge } from "@/components/SaveBadge.tsx";
import styles from "./Deck.module.css";
import { DeckMenu } from "./DeckMenu.tsx";
import { DeckStage } from "./DeckStage.tsx";
import { useDeck } from "./useDeck.ts";
import { useUpload } from "./useUpload.ts";

/** A deck at full size: the thin bar, and the deck. */
export default function DeckPage({ document: row, teaches }: DocumentPageProps) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const deck = useDeck(row.id);
  const uploading = useUpload(row.id);
  const [renaming, rename] = useDisclosure(false);
  const [marks, setMarks] = useState<SaveState | null>(null);
  // Of two things to tell, the one that needs attention: a student's deck is always read only, their marks may not be.
  const calm = deck.live.state.kind === "saved" || deck.live.state.kind === "readOnly";
  const told = calm && marks && marks.kind !== "readOnly" ? marks : deck.live.state;
  return (
    <div className={styles["room"]}>
      <header className={styles["bar"]}>
        <Tooltip label={t("board.backToClass")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={44}
            aria-label={t("board.backToClass")}
            renderRoot={(link) => (
              <Link to="/classes/$classId" params={{ classId: row.class_id }} search={{}} {...link} />
            )}
          >
            <IconArrowLeft
              size={20}
              style={document.documentElement.dir === "rtl" ? { transform: "scaleX(-1)" } : undefined}
            />
          </ActionIcon>
        </Tooltip>
        {teaches ? (
          <Tooltip label={t("slides.renameDeck")}>
            <UnstyledButton
              className={styles["title"]}
              onClick={rename.open}
              aria-label={`${t("slides.renameDeck")}: ${row.title}`}
            >
              {row.title}
            </UnstyledButton>
          </Tooltip>
        ) : (
          <span className={styles["title"]}>{row.title}</span>
        )}
        <SaveBadge state={told} />
        <span className={styles["grow"]} />
        {deck.live.error === null && (
          <DeckMenu deck={deck} row={row} teaches={teaches} upload={uploading.upload} />
        )}
      </header>
      {deck.live.error === "gone" ? (
        <NotShared classId={row.class_id} />
      ) : (
        <main style={{ minHeight: 0 }}>
          <VisuallyHidden component="h1">{row.title}</VisuallyHidden>
          <DeckStage
            deck={deck}
            classId={row.class_id}
            teaches={teaches}
            onSave={setMarks}
            uploading={uploading}
          />
        </main>
      )}
      <AskTitle
        opened={renaming}
        onClose={rename.close}
        heading={t("slides.renameDeck")}
        label={t("slides.deckTitle")}
        initial={row.title}
        submit={t("actions.save")}
        onSubmit={async (title) => {
          await api.PATCH("/api/documents/{document_id}", {
            params: { path: { document_id: row.id } },
            body: { title },
          });
          await documentChanged(client, row);
        }}
      />
    </div>
  );
}
