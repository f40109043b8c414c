import { VisuallyHidden } from "@mantine/core";
import { useHotkeys, useLocalStorage, useMediaQuery, useSessionStorage } from "@mantine/hooks";
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
import { SidePanel } from "./SidePanel.tsx";
import { SoFarHere } from "./SoFar.tsx";
import { StageArea } from "./StageArea.tsx";
import { StudentBar } from "./StudentBar.tsx";
import { TeacherBar } from "./TeacherBar.tsx";
import { nextActivity, useActivities } from "./useActivities.ts";
import { useAttendance } from "./useAttendance.ts";
import { useShowings } from "./useShowings.ts";
import { useStage } from "./useStage.ts";
import { useStageActions } from "./useStageActions.ts";
import { VideoPlace, useVideo } from "./VideoPlace.tsx";

const NOTHING: Activity = { kind: "none" };

/** What somebody looks at instead of the stage; `until`: only for as long as this is on stage; then also those who may not look around. */
interface Aside {
  readonly activity: Activity;
  readonly until?: Activity;
}

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
  useAttendance(session.id, stage?.running !== false);
  const actions = useStageActions(session.id);
  const activities = useActivities(room.id, teaches);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const [panel, setPanel] = useLocalStorage<"people" | "soFar" | "none">({
    key: "lectern.live.panel",
    defaultValue: "none",
    getInitialValueInEffect: false,
  });
  const [drawer, setDrawer] = useState<"activities" | "people" | "soFar" | null>(null);
  const [aside, setAside] = useState<Aside | null>(null);
  const video = useVideo(session);

  const mayRoam = teaches || stage?.roam === true;
  const onStage = stage?.activity ?? NOTHING;
  const past = useShowings(session.id, onStage);
  const [seen, setSeen] = useSessionStorage({ key: `lectern.live.seen.${session.id}`, defaultValue: false });
  const missed = teaches || seen ? 0 : past.filter((each) => each.missed).length;
  // What was on stage before, everybody may look at again, until something else comes.
  if (aside?.until && !same(aside.until, onStage)) setAside(null);
  const mayLook = mayRoam || aside?.until !== undefined;
  const elsewhere = aside && mayLook && !same(aside.activity, onStage) ? aside : null;
  const handUp = stage?.hands.some(({ userId }) => userId === me.id) ?? false;
  const next = nextActivity(activities, onStage.kind === "document" ? onStage.documentId : null);
  const toggle = (wanted: "people" | "soFar") => {
    if (narrow) setDrawer((before) => (before === wanted ? null : wanted));
    else setPanel(panel === wanted ? "none" : wanted);
    if (wanted === "soFar") setSeen(true);
  };
  const togglePeople = () => toggle("people");
  const toggleSoFar = () => toggle("soFar");
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
  if (!stage.running) return <Over session={session} room={room} past={past} onAgain={props.onOver} />;

  const shown = elsewhere?.activity ?? onStage;
  const area = (
    <StageArea
      shown={shown}
      stage={stage}
      userId={me.id}
      classId={room.id}
      teaches={teaches}
      few={narrow}
      projected={props.stageOnly}
      video={video.state}
      onJoinVideo={video.join}
    />
  );
  if (props.stageOnly) {
    return (
      <Projector stage={stage} link={link} synced={synced}>
        {area}
      </Projector>
    );
  }
  const look = (document: { id: string; kind: string; title: string }, until?: Activity) => {
    setDrawer(null);
    setAside({
      activity: {
        kind: "document",
        documentId: document.id,
        documentKind: document.kind,
        title: document.title,
        slideId: null,
      },
      ...(until ? { until } : {}),
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
  const panelShown = narrow || panel === "none" ? null : panel;
  const close = () => (narrow ? setDrawer(null) : setPanel("none"));
  const videoOnStage = shown.kind === "video";
  return (
    <div
      className={styles["classroom"]}
      data-panel={panelShown !== null || (video.state === "joined" && !videoOnStage && !narrow)}
    >
      <VisuallyHidden component="h1">{t("live.title", { title: room.title })}</VisuallyHidden>
      <ClassroomHeader
        session={session}
        room={room}
        stage={stage}
        people={people}
        link={link}
        synced={synced}
        peopleShown={panelShown === "people"}
        onPeople={togglePeople}
        onSoFar={toggleSoFar}
      />
      {rail}
      <main className={styles["stage"]}>
        {elsewhere && (
          <div className={styles["elsewhere"]} role="status">
            <span className={styles["elsewhereWords"]}>
              {t(elsewhere.until ? "live.lookingBack" : "live.lookingAround")}
            </span>
            <button type="button" className={styles["back"]} onClick={() => setAside(null)}>
              {t("live.backToStage")}
            </button>
          </div>
        )}
        <div className={styles["area"]}>{area}</div>
      </main>
      <VideoPlace video={video} place={videoOnStage ? "stage" : narrow ? "float" : "strip"} />
      <PeoplePanel
        asDrawer={narrow}
        opened={(narrow ? drawer : panelShown) === "people"}
        onClose={close}
        stage={stage}
        people={people}
        me={me}
        teaches={teaches}
        actions={actions}
      />
      <SidePanel
        title={t("live.soFar")}
        asDrawer={narrow}
        opened={(narrow ? drawer : panelShown) === "soFar"}
        onClose={close}
      >
        <SoFarHere
          past={past}
          onLook={({ document_id: id, document_kind: kind, title }) =>
            id !== null && kind !== null && look({ id, kind, title: title ?? "" }, onStage)
          }
        />
      </SidePanel>
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
          missed={missed}
          onSoFar={toggleSoFar}
        />
      ) : teaches ? (
        <TeacherBar stage={stage} next={next} actions={actions} video={video} onPeople={togglePeople} />
      ) : (
        <StudentBar
          handUp={handUp}
          stage={stage}
          me={me}
          actions={actions}
          video={video}
          missed={missed}
          onSoFar={toggleSoFar}
        />
      )}
      <HandsAloud hands={stage.hands} me={me} teaches={teaches} />
      <TimerAloud endsAt={stage.timerEndsAt} />
    </div>
  );
}

function same(one: Activity, other: Activity): boolean {
  return one.kind === "document" && other.kind === "document"
    ? one.documentId === other.documentId
    : one.kind === other.kind;
}
