import { Button, Modal, ScrollArea, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { pollsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { useDocumentViews } from "@/components/documentViews.tsx";
import { ErrorState } from "@/components/ErrorState.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import styles from "./Deck.module.css";

/** The polls of a class that are prepared come first: those are what a deck waits for. */
const STATES = ["draft", "open", "closed"] as const;

/** Choose a poll to stand among the slides, or make one. */
export function InsertQuestion(props: {
  classId: string;
  onClose: () => void;
  /** What a poll asks that is not open yet, its slide does not tell. */
  onChosen: (pollId: string, title: string) => void;
}) {
  const { t } = useTranslation();
  const { api } = useServices();
  const { newPoll: NewPoll } = useDocumentViews();
  const [making, setMaking] = useState(false);
  const polls = useQuery(pollsQuery(api, props.classId));
  const choose = (pollId: string, title: string) => {
    props.onChosen(pollId, title);
    props.onClose();
  };
  if (making) {
    return (
      <Suspense fallback={null}>
        <NewPoll classId={props.classId} onClose={props.onClose} onMade={(id) => choose(id, "")} />
      </Suspense>
    );
  }
  const sorted = STATES.flatMap((state) => polls.data?.filter((poll) => poll.state === state) ?? []);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("slides.insertQuestion")}
      centered
      scrollAreaComponent={ScrollArea.Autosize}
    >
      <Stack gap="xs">
        {polls.isPending && <RowsLoading rows={3} height={48} />}
        {polls.error && <ErrorState error={polls.error} retry={() => void polls.refetch()} />}
        {polls.data?.length === 0 && <Text c="dimmed">{t("slides.noQuestions")}</Text>}
        {sorted.map(({ id, document_id: documentId, question, state, type }) => (
          <UnstyledButton
            key={id}
            className={styles["choice"]}
            onClick={() => choose(documentId, state === "draft" ? "" : question)}
          >
            <span>{question}</span>
            <Text span size="sm" c="dimmed">
              {`${t(`polls.${state}`)} · ${t(`polls.type.${type}`)}`}
            </Text>
          </UnstyledButton>
        ))}
        <Button
          variant={polls.data?.length === 0 ? "filled" : "light"}
          h={44}
          leftSection={<IconPlus size={18} />}
          onClick={() => setMaking(true)}
        >
          {t("polls.new")}
        </Button>
      </Stack>
    </Modal>
  );
}
