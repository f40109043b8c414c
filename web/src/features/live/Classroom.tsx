import { VisuallyHidden } from "@mantine/core";
import { useHotkeys, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ClassRoom, ClassSession, Me } from "@/api/types.ts";
import { NotShared } from "@/components/NotShared.tsx";
import { ActivityRail } from "./ActivityRail.tsx";
import { BottomBar } from "./BottomBar.tsx";
import styles from "./Classroom.module.css";
import { ClassroomHeader } from "./ClassroomHeader.tsx";
import { ClassroomSkeleton } from "./ClassroomSkeleton.tsx";
import type { Activity } from "./core/stage.ts";
import { HandsAloud, TimerAloud } from "./Announcements.tsx";
import { Over } from "./Over.tsx";
import { PeoplePanel } from "./PeoplePanel.tsx";
import { Projector } from "./Projector.tsx";
import { StageArea } from "./StageArea.tsx";
import { StudentBar } from "./StudentBar.tsx";
import { TeacherBar } from "./TeacherBar.tsx";
import { nextActivity, useActivities } from "./useActivities.ts";
import { useAttendance } from "./useAttendance.ts";
import { useStage } from "./useStage.ts";
import { useStageActions } from "./useStageActions.ts";
import { VideoPlace, useVideo } from "./VideoPlace.tsx";

const NARROW = "(max-width: 48em)";

/** Somebody in a running session: what is on stage, and what one can do there. */
export function Classroom(props: {
  session: ClassSession;
  room: ClassRoom;
  me: Me;
  stageOnly: boolean;
  /** Another session has begun: go there. */
  onOver: (() => void) | null;
}) {
  const { t } = useTranslation();
  const { session, room, me } = props;
  const teaches = room.role === "teacher";
  const { stage, people, link, synced, gone } = useStage(session.stage_document_id ?? "", {
    ...me,
    role: room.role,
  });
  const offset = useAttendance(session.id);
  const actions = useStageActions(session.id);
  const activities = useActivities(room.id);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const [panel, setPanel] = useLocalStorage<"people" | "none">({
    key: "lectern.live.panel",
    defaultValue: "none",
    getInitialValueInEffect: false,
  });
  const [drawer, setDrawer] = useState<"activities" | "people" | null>(null);
  const [aside, setAside] = useState<Activity | null>(null);
  const video = useVideo(session);

  const mayRoam = teaches || stage?.roam === true;
  const onStage = stage?.activity ?? { kind: "none" };
  const elsewhere = mayRoam && aside?.kind === "document" && !same(aside, onStage) ? aside : null;
  const handUp = stage?.hands.some(({ userId }) => userId === me.id) ?? false;
  const next = nextActivity(activities, onStage.kind === "document" ? onStage.documentId : null);
  const togglePeople = () => {
    if (narrow) setDrawer((before) => (before === "people" ? null : "people"));
    else setPanel(panel === "people" ? "none" : "people");
  };
  const shortcut = { preventDefault: true, usePhysicalKeys: true };
  useHotkeys([
    ["alt+shift+H", () => actions.raiseHand(!handUp), shortcut],
    ["alt+shift+P", togglePeople, shortcut],
    ["alt+shift+B", () => setAside(null), shortcut],
    ["alt+shift+L", () => teaches && stage && actions.change({ locked: !stage.locked }), shortcut],
    ["alt+shift+N", () => teaches && next && actions.show(next.id), shortcut],
  ]);

  if (gone) return <NotShared classId={room.id} />;
  if (!stage) return <ClassroomSkeleton />;
  if (!stage.running) return <Over session={session} room={room} onAgain={props.onOver} />;

  const shown = elsewhere ?? onStage;
  const area = (
    <StageArea
      shown={shown}
      classId={room.id}
      teaches={teaches}
      few={narrow}
      video={video.state}
      onJoinVideo={video.join}
    />
  );
  if (props.stageOnly) {
    return (
      <Projector stage={stage} offset={offset} link={link} synced={synced}>
        {area}
      </Projector>
    );
  }
  const look = (document: { id: string; kind: string; title: string }) => {
    setDrawer(null);
    setAside({
      kind: "document",
      documentId: document.id,
      documentKind: document.kind,
      title: document.title,
      slideId: null,
    });
  };
  const put = (documentId: string) => {
    setDrawer(null);
    setAside(null);
    actions.show(documentId);
  };
  const rail = (
    <ActivityRail
      activities={activities}
      classId={room.id}
      stage={stage}
      teaches={teaches}
      mayRoam={mayRoam}
      video={video.state}
      wide={!narrow}
      opened={drawer === "activities"}
      onClose={() => setDrawer(null)}
      onPut={put}
      onLook={look}
      onVideo={() => {
        setDrawer(null);
        setAside(null);
        actions.change({ activity: { kind: "video" } });
      }}
      onNothing={() => {
        setDrawer(null);
        setAside(null);
        actions.change({ activity: { kind: "none" } });
      }}
    />
  );
  const panelShown = !narrow && panel === "people";
  const videoOnStage = shown.kind === "video";
  return (
    <div
      className={styles["classroom"]}
      data-panel={panelShown || (video.state === "joined" && !videoOnStage && !narrow)}
    >
      <VisuallyHidden component="h1">{t("live.title", { title: room.title })}</VisuallyHidden>
      <ClassroomHeader
        session={session}
        room={room}
        stage={stage}
        people={people}
        offset={offset}
        link={link}
        synced={synced}
        panelShown={panelShown}
        onPeople={togglePeople}
      />
      {rail}
      <main className={styles["stage"]}>
        {area}
        {elsewhere && (
          <div className={styles["elsewhere"]} role="status">
            <span className={styles["elsewhereWords"]}>{t("live.lookingAround")}</span>
            <button type="button" className={styles["back"]} onClick={() => setAside(null)}>
              {t("live.backToStage")}
            </button>
          </div>
        )}
      </main>
      <VideoPlace video={video} place={videoOnStage ? "stage" : narrow ? "float" : "strip"} />
      <PeoplePanel
        asDrawer={narrow}
        opened={narrow ? drawer === "people" : panelShown}
        onClose={() => (narrow ? setDrawer(null) : setPanel("none"))}
        stage={stage}
        people={people}
        me={me}
        teaches={teaches}
        actions={actions}
      />
      {narrow ? (
        <BottomBar
          stage={stage}
          teaches={teaches}
          mayRoam={mayRoam}
          people={people.length}
          handUp={handUp}
          next={next}
          actions={actions}
          video={video}
          onActivities={() => setDrawer("activities")}
          onPeople={togglePeople}
        />
      ) : teaches ? (
        <TeacherBar stage={stage} next={next} actions={actions} video={video} onPeople={togglePeople} />
      ) : (
        <StudentBar handUp={handUp} stage={stage} me={me} actions={actions} video={video} />
      )}
      <HandsAloud hands={stage.hands} me={me} teaches={teaches} />
      <TimerAloud endsAt={stage.timerEndsAt} offset={offset} />
    </div>
  );
}

function same(one: Activity, other: Activity): boolean {
  return one.kind === "document" && other.kind === "document" && one.documentId === other.documentId;
}
