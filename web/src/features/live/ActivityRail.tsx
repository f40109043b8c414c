import { ActionIcon, Button, Drawer, Menu, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import {
  IconChalkboard,
  IconChartBar,
  IconEye,
  IconEyeOff,
  IconPlus,
  IconPresentation,
  IconVideo,
} from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDocumentViews } from "@/components/documentViews.tsx";
import styles from "./Classroom.module.css";
import type { StageState } from "./core/stage.ts";
import { NewBoard } from "./NewBoard.tsx";
import { STAGE_KINDS, type Activities, type StageKind, type Thing } from "./useActivities.ts";
import type { VideoState } from "./VideoPlace.tsx";

const ICONS = { whiteboard: IconChalkboard, slides: IconPresentation, poll: IconChartBar } as const;

const NEW_WORDS = { poll: "live.newPoll", slides: "class.newSlides" } as const;

interface RailProps {
  activities: Activities;
  classId: string;
  stage: StageState;
  teaches: boolean;
  mayRoam: boolean;
  video: VideoState;
  wide: boolean;
  opened: boolean;
  onClose: () => void;
  onPut: (documentId: string) => void;
  onLook: (document: Thing) => void;
  onVideo: () => void;
  onNothing: () => void;
  /** Make a new poll or new slides, which takes a dialogue. */
  onNew: (kind: Made) => void;
}

type Made = Extract<StageKind, "poll" | "slides">;

/** What the class has: for teachers to put on stage, for students, where they may, to look around in. */
export function ActivityRail(props: Omit<RailProps, "onNew">) {
  const { newPoll, newDeck } = useDocumentViews();
  const [making, make] = useState<Made | null>(null);
  const New = making && { poll: newPoll, slides: newDeck }[making];
  return (
    <>
      <Rail
        {...props}
        onNew={(kind) => {
          props.onClose();
          make(kind);
        }}
      />
      {New && (
        <Suspense fallback={null}>
          <New
            classId={props.classId}
            onClose={() => make(null)}
            onMade={(documentId, now) => now && props.onPut(documentId)}
          />
        </Suspense>
      )}
    </>
  );
}

function Rail(props: RailProps) {
  const { t } = useTranslation();
  if (!props.wide) {
    return (
      <Drawer
        opened={props.opened}
        onClose={props.onClose}
        position="bottom"
        size="75%"
        title={t("live.activities")}
      >
        <Stack gap="lg">
          {STAGE_KINDS.map((kind) => (
            <Kind key={kind} kind={kind} {...props} />
          ))}
          {props.teaches && (
            <Stack gap={4}>
              <VideoButton {...props} />
              <Button
                variant="subtle"
                color="gray"
                h={44}
                leftSection={<IconEyeOff size={18} />}
                onClick={props.onNothing}
              >
                {t("live.clearStage")}
              </Button>
            </Stack>
          )}
        </Stack>
      </Drawer>
    );
  }
  return (
    <nav className={styles["rail"]} aria-label={t("live.activities")}>
      {props.mayRoam &&
        STAGE_KINDS.map((kind) => {
          const Icon = ICONS[kind];
          const on = props.stage.activity.kind === "document" && props.stage.activity.documentKind === kind;
          return (
            <Menu key={kind} position="right-start" width={320} shadow="md" keepMounted={false}>
              <Menu.Target>
                <UnstyledButton className={styles["railButton"]} data-on={on}>
                  <Icon size={22} aria-hidden />
                  <span>{t(`live.kinds.${kind}`)}</span>
                </UnstyledButton>
              </Menu.Target>
              <Menu.Dropdown mah="70vh" style={{ overflow: "auto" }}>
                <Menu.Label>{t(props.teaches ? "live.putOnStage" : "live.lookAt")}</Menu.Label>
                {props.activities[kind].length === 0 && (
                  <Text size="sm" c="dimmed" px="sm" py="xs">
                    {t("live.noneOfKind")}
                  </Text>
                )}
                {props.activities[kind].map((document) => (
                  <div key={document.id} className={styles["entry"]}>
                    <Menu.Item
                      className={styles["entryMain"]}
                      onClick={() => (props.teaches ? props.onPut(document.id) : props.onLook(document))}
                    >
                      <span className={styles["entryTitle"]}>{document.title}</span>
                      <About stage={props.stage} document={document} />
                    </Menu.Item>
                    {props.teaches && (
                      <Tooltip label={t("live.lookWithoutShowing")}>
                        <Menu.Item
                          className={styles["entryLook"]}
                          aria-label={t("live.lookWithoutShowingAt", { title: document.title })}
                          onClick={() => props.onLook(document)}
                        >
                          <IconEye size={18} />
                        </Menu.Item>
                      </Tooltip>
                    )}
                  </div>
                ))}
                {props.teaches && <Menu.Divider />}
                {props.teaches &&
                  (kind === "whiteboard" ? (
                    <NewBoard classId={props.classId} onMade={props.onPut} asMenuItem />
                  ) : (
                    <Menu.Item leftSection={<IconPlus size={18} />} onClick={() => props.onNew(kind)}>
                      {t(NEW_WORDS[kind])}
                    </Menu.Item>
                  ))}
              </Menu.Dropdown>
            </Menu>
          );
        })}
      {props.teaches && (
        <>
          <VideoButton {...props} />
          <UnstyledButton className={styles["railButton"]} onClick={props.onNothing}>
            <IconEyeOff size={22} aria-hidden />
            <span>{t("live.clear")}</span>
          </UnstyledButton>
        </>
      )}
    </nav>
  );
}

function Kind(props: RailProps & { kind: StageKind }) {
  const { t } = useTranslation();
  const { kind, activities, teaches, mayRoam } = props;
  const Icon = ICONS[kind];
  if (!mayRoam || (activities[kind].length === 0 && !teaches)) return null;
  return (
    <section aria-label={t(`live.kinds.${kind}`)}>
      <Text size="sm" c="dimmed" mb={4}>
        {t(`live.kinds.${kind}`)}
      </Text>
      {activities[kind].map((document) => (
        <div key={document.id} className={styles["entry"]}>
          <UnstyledButton
            className={styles["entryRow"]}
            onClick={() => (teaches ? props.onPut(document.id) : props.onLook(document))}
          >
            <Icon size={20} aria-hidden />
            <span className={styles["entryTitle"]}>{document.title}</span>
            <About stage={props.stage} document={document} />
          </UnstyledButton>
          {teaches && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size={44}
              aria-label={t("live.lookWithoutShowingAt", { title: document.title })}
              onClick={() => props.onLook(document)}
            >
              <IconEye size={18} />
            </ActionIcon>
          )}
        </div>
      ))}
      {teaches &&
        (kind === "whiteboard" ? (
          <NewBoard classId={props.classId} onMade={props.onPut} />
        ) : (
          <Button
            variant="subtle"
            h={44}
            leftSection={<IconPlus size={18} />}
            onClick={() => props.onNew(kind)}
          >
            {t(NEW_WORDS[kind])}
          </Button>
        ))}
    </section>
  );
}

function VideoButton({ video, wide, stage, onVideo }: RailProps) {
  const { t } = useTranslation();
  const missing = video === "none";
  const words = t(missing ? "live.videoNotSetUp" : "live.videoOnStage");
  if (!wide) {
    return (
      <>
        <Button
          variant="subtle"
          color="gray"
          h={44}
          leftSection={<IconVideo size={18} />}
          disabled={missing}
          onClick={onVideo}
        >
          {t("live.showVideo")}
        </Button>
        {missing && (
          <Text size="sm" c="dimmed" ta="center">
            {words}
          </Text>
        )}
      </>
    );
  }
  return (
    <Tooltip label={words} position="right" multiline maw={260}>
      <UnstyledButton
        className={styles["railButton"]}
        data-on={stage.activity.kind === "video"}
        // Not `disabled`: who cannot see the tooltip with the mouse must reach it with the keyboard.
        aria-disabled={missing}
        aria-description={missing ? words : undefined}
        onClick={missing ? undefined : onVideo}
      >
        <IconVideo size={22} aria-hidden />
        <span>{t("live.video")}</span>
      </UnstyledButton>
    </Tooltip>
  );
}

/** What else is to be known of an entry. */
function About({ stage, document }: { stage: StageState; document: Thing }) {
  const { t } = useTranslation();
  const words = isOnStage(stage, document)
    ? t("live.onStageNow")
    : document.prepared
      ? t("live.prepared")
      : null;
  return (
    words !== null && (
      <Text size="xs" c="dimmed">
        {words}
      </Text>
    )
  );
}

function isOnStage(stage: StageState, document: Thing): boolean {
  return stage.activity.kind === "document" && stage.activity.documentId === document.id;
}
