import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import {
  IconArrowDown,
  IconArrowUp,
  IconDots,
  IconFilePlus,
  IconHelpHexagon,
  IconPencil,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type * as Y from "yjs";
import { wordsFor } from "@/api/problem.ts";
import { documentQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import type { AccessLevel } from "@/api/types.ts";
import { AccessChoices } from "@/components/AccessChoices.tsx";
import { AskTitle } from "@/components/AskTitle.tsx";
import { tellProblem, tellWithUndo } from "@/components/toast.tsx";
import { deleteSlide, insertSlide, moveSlide, renameSlide } from "./core/deck.ts";
import { InsertQuestion } from "./InsertQuestion.tsx";
import { newId } from "./newId.ts";
import { useSlideName } from "./SlideFace.tsx";
import type { OpenDeck, ShownSlide } from "./useDeck.ts";
import { DeleteItem } from "@/components/MoreMenu.tsx";
import { useBoards } from "./useBoards.ts";

/** What a teacher may do with one slide. */
export function SlideMenu(props: { deck: OpenDeck; slide: ShownSlide; doc: Y.Doc; classId: string }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const client = useQueryClient();
  const { deck, slide, doc } = props;
  const name = useSlideName(slide);
  const narrow = useMediaQuery("(max-width: 48em)", false);
  const [opened, setOpened] = useState(false);
  const [renaming, rename] = useDisclosure(false);
  const [asking, ask] = useDisclosure(false);
  const { openBoard } = useBoards(deck.id);
  const board = useQuery({
    ...documentQuery(api, slide.boardId ?? ""),
    enabled: opened && slide.boardId !== null,
  });
  const share = useMutation({
    mutationFn: async (students: AccessLevel) => {
      const boardId = slide.boardId ?? (await openBoard(slide.id));
      const params = { path: { document_id: boardId } };
      await api.PUT("/api/documents/{document_id}/access", { params, body: { students } });
      await client.invalidateQueries({ queryKey: ["documents", boardId] });
    },
    onError: (error) => tellProblem(t(wordsFor(error))),
  });
  const remove = () => {
    const undo = deleteSlide(doc, slide.id);
    tellWithUndo({ message: t("slides.deleted", { title: name }), undoLabel: t("actions.undo"), undo });
  };
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position={narrow ? "bottom-end" : "right-start"} width={280}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={32}
            aria-label={t("slides.slideMenu", { title: name })}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown mah={narrow ? "46dvh" : undefined} style={{ overflow: "auto" }}>
          <Menu.Item leftSection={<IconPencil size={18} />} onClick={rename.open}>
            {t("actions.rename")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowUp size={18} />}
            disabled={slide.number === 1}
            onClick={() => moveSlide(doc, slide.id, slide.number - 2)}
          >
            {t("slides.moveUp")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowDown size={18} />}
            disabled={slide.number === deck.slides.length}
            onClick={() => moveSlide(doc, slide.id, slide.number + 1)}
          >
            {t("slides.moveDown")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFilePlus size={18} />}
            onClick={() => insertSlide(doc, { id: newId(), title: "", after: slide.id })}
          >
            {t("slides.insertBlank")}
          </Menu.Item>
          <Menu.Item leftSection={<IconHelpHexagon size={18} />} onClick={ask.open}>
            {t("slides.insertQuestion")}
          </Menu.Item>
          {slide.pollId === null && (
            <>
              <Menu.Divider />
              <Menu.Label>{t("slides.marksHere")}</Menu.Label>
              <AccessChoices
                value={slide.boardId === null ? deck.state.annotations : (board.data?.students ?? "read")}
                onChange={(students) => share.mutate(students)}
                about="slides.aboutMarks"
              />
            </>
          )}
          <Menu.Divider />
          <DeleteItem onClick={remove} />
        </Menu.Dropdown>
      </Menu>
      <AskTitle
        opened={renaming}
        onClose={rename.close}
        heading={t("slides.renameSlide")}
        label={t("slides.slideTitle")}
        initial={slide.title}
        submit={t("actions.save")}
        onSubmit={(title) => {
          renameSlide(doc, slide.id, title);
          return Promise.resolve();
        }}
      />
      {asking && (
        <InsertQuestion
          classId={props.classId}
          onClose={ask.close}
          onChosen={(pollId, title) => insertSlide(doc, { id: newId(), title, pollId, after: slide.id })}
        />
      )}
    </>
  );
}
