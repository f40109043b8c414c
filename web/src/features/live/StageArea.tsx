import { Button, Center, Loader } from "@mantine/core";
import { IconPresentation, IconVideo } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDocumentViews } from "@/components/documentViews.tsx";
import { EmptyState } from "@/components/EmptyState.tsx";
import { WithinPage } from "@/components/NotShared.tsx";
import styles from "./Classroom.module.css";
import { keep, type KeptView } from "./core/kept.ts";
import { penOnStage, type Activity, type StageState } from "./core/stage.ts";
import { stageTitle } from "./OnStage.tsx";
import { ViewBoundary } from "./ViewBoundary.tsx";
import type { VideoState } from "./VideoPlace.tsx";

/** What was on stage before stays mounted, hidden, so that coming back to it is immediate; on small devices less of it. */
const MOST_KEPT = 3;
const MOST_KEPT_NARROW = 2;

/** The middle of the classroom: the view of what is shown, by its kind. */
export function StageArea(props: {
  shown: Activity;
  stage: StageState;
  userId: string;
  classId: string;
  teaches: boolean;
  few: boolean;
  projected: boolean;
  video: VideoState;
  onJoinVideo: () => void;
}) {
  const { t } = useTranslation();
  const { views } = useDocumentViews();
  const { shown } = props;
  const [kept, setKept] = useState<readonly KeptView[]>([]);
  if (shown.kind === "document") {
    const after = keep(kept, shown, props.few ? MOST_KEPT_NARROW : MOST_KEPT);
    if (after !== kept) setKept(after);
  }
  return (
    <>
      {kept.map(({ documentId, documentKind }) => {
        const View = views[documentKind as keyof typeof views];
        const visible = shown.kind === "document" && shown.documentId === documentId;
        return (
          <section
            key={documentId}
            className={styles["view"]}
            data-shown={visible}
            inert={!visible}
            aria-label={visible && shown.title !== "" ? stageTitle(shown, t) : undefined}
          >
            <WithinPage>
              <ViewBoundary>
                <Suspense
                  fallback={
                    <Center h="100%">
                      <Loader aria-label={t("live.opening")} />
                    </Center>
                  }
                >
                  {View ? (
                    <View
                      documentId={documentId}
                      classId={props.classId}
                      teaches={props.teaches}
                      projected={props.projected}
                      pen={props.teaches ? undefined : penOnStage(props.stage, documentId, props.userId)}
                      compact
                      linkTold
                    />
                  ) : (
                    <Nothing title={t("live.unknownKindTitle")}>{t("live.unknownKind")}</Nothing>
                  )}
                </Suspense>
              </ViewBoundary>
            </WithinPage>
          </section>
        );
      })}
      {shown.kind === "none" && (
        <Nothing title={t("live.emptyTitle")}>
          {t(props.teaches && !props.projected ? "live.emptyTeacher" : "live.emptyStudent")}
        </Nothing>
      )}
      {shown.kind === "video" && props.video !== "joined" && (
        <Center h="100%">
          <EmptyState
            icon={<IconVideo size={28} />}
            title={t("live.videoOnStage")}
            action={
              props.video === "offered" || props.video === "joining" ? (
                <Button h={44} loading={props.video === "joining"} onClick={props.onJoinVideo}>
                  {t("live.joinVideo")}
                </Button>
              ) : undefined
            }
          >
            {t(props.video === "none" ? "live.videoMissing" : "live.videoAbout")}
          </EmptyState>
        </Center>
      )}
    </>
  );
}

function Nothing({ title, children }: { title: string; children: string }) {
  return (
    <Center h="100%">
      <EmptyState icon={<IconPresentation size={28} />} title={title}>
        {children}
      </EmptyState>
    </Center>
  );
}
