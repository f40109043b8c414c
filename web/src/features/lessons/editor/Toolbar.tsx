import {
  ActionIcon,
  Button,
  Divider,
  Group,
  Menu,
  Modal,
  Stack,
  Text,
  TextInput,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBlockquote,
  IconBold,
  IconChalkboard,
  IconCode,
  IconFile,
  IconH1,
  IconH2,
  IconH3,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
  IconPhoto,
  IconPlayerPlay,
  IconPlus,
  IconSeparator,
  IconSourceCode,
  IconUnderline,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEditorState, type Editor } from "@tiptap/react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { documentsQuery } from "@/api/queries.ts";
import { useServices } from "@/api/services.tsx";
import { RowsLoading } from "@/components/RowsLoading.tsx";
import { DOCUMENT_ICONS } from "../EmbeddedDocument.tsx";
import { safeAddress } from "../core/content.ts";
import type { LessonFile } from "../LessonFiles.tsx";
import styles from "../lessons.module.css";
import { InsertFile } from "./InsertFile.tsx";
import { insertBlock } from "./insertBlock.ts";

/** What can be done with the text: the usual tools, and what can stand in it. */
export function Toolbar(props: { editor: Editor; classId: string; onUploaded: (file: LessonFile) => void }) {
  const { editor, classId } = props;
  const { t } = useTranslation();
  const [asking, setAsking] = useState<"link" | "video" | "document" | "file" | null>(null);
  const on = useEditorState({
    editor,
    selector: ({ editor: now }) => ({
      bold: now.isActive("bold"),
      italic: now.isActive("italic"),
      underline: now.isActive("underline"),
      code: now.isActive("code"),
      link: now.isActive("link"),
      h1: now.isActive("heading", { level: 1 }),
      h2: now.isActive("heading", { level: 2 }),
      h3: now.isActive("heading", { level: 3 }),
      bulletList: now.isActive("bulletList"),
      orderedList: now.isActive("orderedList"),
      blockquote: now.isActive("blockquote"),
      codeBlock: now.isActive("codeBlock"),
      undo: now.can().undo(),
      redo: now.can().redo(),
    }),
  });
  const chain = () => editor.chain().focus();
  const tool = (icon: ReactNode, words: string, act: () => unknown, active = false, disabled = false) => (
    <Tooltip label={words} openDelay={400}>
      <ActionIcon
        variant={active ? "light" : "subtle"}
        color={active ? "pine" : "gray"}
        size={44}
        aria-label={words}
        aria-pressed={active}
        disabled={disabled}
        // The words stay chosen while a tool is used on them.
        onMouseDown={(event) => event.preventDefault()}
        onClick={act}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  const line = <Divider orientation="vertical" my={8} />;
  return (
    <div className={styles["toolbar"]} role="toolbar" aria-label={t("lessons.tools")}>
      {tool(
        <IconH1 size={20} />,
        t("lessons.tool.h1"),
        () => chain().toggleHeading({ level: 1 }).run(),
        on.h1,
      )}
      {tool(
        <IconH2 size={20} />,
        t("lessons.tool.h2"),
        () => chain().toggleHeading({ level: 2 }).run(),
        on.h2,
      )}
      {tool(
        <IconH3 size={20} />,
        t("lessons.tool.h3"),
        () => chain().toggleHeading({ level: 3 }).run(),
        on.h3,
      )}
      {line}
      {tool(<IconBold size={20} />, t("lessons.tool.bold"), () => chain().toggleBold().run(), on.bold)}
      {tool(
        <IconItalic size={20} />,
        t("lessons.tool.italic"),
        () => chain().toggleItalic().run(),
        on.italic,
      )}
      {tool(
        <IconUnderline size={20} />,
        t("lessons.tool.underline"),
        () => chain().toggleUnderline().run(),
        on.underline,
      )}
      {tool(<IconCode size={20} />, t("lessons.tool.code"), () => chain().toggleCode().run(), on.code)}
      {tool(
        <IconLink size={20} />,
        t("lessons.tool.link"),
        () => (on.link ? chain().unsetLink().run() : setAsking("link")),
        on.link,
      )}
      {line}
      {tool(
        <IconList size={20} />,
        t("lessons.tool.bulletList"),
        () => chain().toggleBulletList().run(),
        on.bulletList,
      )}
      {tool(
        <IconListNumbers size={20} />,
        t("lessons.tool.orderedList"),
        () => chain().toggleOrderedList().run(),
        on.orderedList,
      )}
      {tool(
        <IconBlockquote size={20} />,
        t("lessons.tool.blockquote"),
        () => chain().toggleBlockquote().run(),
        on.blockquote,
      )}
      {tool(
        <IconSourceCode size={20} />,
        t("lessons.tool.codeBlock"),
        () => chain().toggleCodeBlock().run(),
        on.codeBlock,
      )}
      {line}
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <Button variant="subtle" h={44} px="sm" leftSection={<IconPlus size={18} />}>
            {t("lessons.insert")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconChalkboard size={18} />} onClick={() => setAsking("document")}>
            {t("lessons.insertDocument")}
          </Menu.Item>
          <Menu.Item leftSection={<IconPhoto size={18} />} onClick={() => setAsking("file")}>
            {t("lessons.insertFile")}
          </Menu.Item>
          <Menu.Item leftSection={<IconPlayerPlay size={18} />} onClick={() => setAsking("video")}>
            {t("lessons.insertVideo")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconSeparator size={18} />}
            onClick={() => chain().setHorizontalRule().run()}
          >
            {t("lessons.insertRule")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {line}
      {tool(<IconArrowBackUp size={20} />, t("actions.undo"), () => chain().undo().run(), false, !on.undo)}
      {tool(
        <IconArrowForwardUp size={20} />,
        t("lessons.tool.redo"),
        () => chain().redo().run(),
        false,
        !on.redo,
      )}
      {asking === "link" && (
        <AskAddress
          heading={t("lessons.tool.link")}
          onClose={() => setAsking(null)}
          onGiven={(href) => {
            const { from, to } = editor.state.selection;
            if (from === to) {
              chain()
                .insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] })
                .run();
            } else chain().extendMarkRange("link").setLink({ href }).run();
          }}
        />
      )}
      {asking === "video" && (
        <AskAddress
          heading={t("lessons.insertVideo")}
          about={t("lessons.videoAbout")}
          titled
          onClose={() => setAsking(null)}
          onGiven={(url, title) => insertBlock(editor, { type: "video", attrs: { url, title } })}
        />
      )}
      {asking === "file" && (
        <InsertFile
          onClose={() => setAsking(null)}
          onUploaded={(file) => {
            props.onUploaded(file);
            insertBlock(
              editor,
              file.media_type.startsWith("image/")
                ? { type: "image", attrs: { file_id: file.id, alt: "" } }
                : { type: "attachment", attrs: { file_id: file.id } },
            );
          }}
        />
      )}
      {asking === "document" && (
        <ChooseDocument
          classId={classId}
          onClose={() => setAsking(null)}
          onChosen={(document_id) => insertBlock(editor, { type: "embed", attrs: { document_id } })}
        />
      )}
    </div>
  );
}

const ADDRESS_BEGINS = "https://";

function AskAddress(props: {
  heading: string;
  about?: string;
  titled?: boolean;
  onClose: () => void;
  onGiven: (address: string, title: string) => void;
}) {
  const { t } = useTranslation();
  const [address, setAddress] = useState("");
  const [title, setTitle] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <Modal opened onClose={props.onClose} title={props.heading} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const typed = address.trim();
          const safe = safeAddress(/^[a-z]+:/i.test(typed) ? typed : `https://${typed}`);
          if (typed === "" || safe === null || (props.titled && safe.startsWith("mailto:"))) {
            setWrong(true);
            return;
          }
          props.onGiven(safe, title.trim());
          props.onClose();
        }}
      >
        <Stack>
          <TextInput
            data-autofocus
            label={t("lessons.address")}
            description={props.about}
            placeholder={ADDRESS_BEGINS}
            size="md"
            maxLength={2000}
            autoComplete="off"
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
            error={wrong ? t("lessons.addressWrong") : undefined}
          />
          {props.titled && (
            <TextInput
              label={t("lessons.videoTitle")}
              size="md"
              maxLength={300}
              autoComplete="off"
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end">
            <Button variant="subtle" color="gray" onClick={props.onClose}>
              {t("actions.cancel")}
            </Button>
            <Button type="submit">{t("lessons.insert")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ChooseDocument(props: { classId: string; onClose: () => void; onChosen: (id: string) => void }) {
  const { t } = useTranslation();
  const { api } = useServices();
  const documents = useQuery(documentsQuery(api, props.classId));
  return (
    <Modal opened onClose={props.onClose} title={t("lessons.insertDocument")} centered>
      {documents.isPending && <RowsLoading rows={3} height={44} />}
      {documents.data?.length === 0 && <Text c="dimmed">{t("lessons.noDocuments")}</Text>}
      <Stack gap={4}>
        {documents.data?.map((document) => {
          const Icon = DOCUMENT_ICONS[document.kind] ?? IconFile;
          return (
            <UnstyledButton
              key={document.id}
              className={styles["chip"]}
              onClick={() => {
                props.onChosen(document.id);
                props.onClose();
              }}
            >
              <Icon size={22} aria-hidden />
              <div>
                <Text>{document.title}</Text>
                <Text size="sm" c="dimmed">
                  {t(`access.badge.${document.students}`)}
                </Text>
              </div>
            </UnstyledButton>
          );
        })}
      </Stack>
    </Modal>
  );
}
