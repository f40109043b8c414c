import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconVideo, IconVideoOff } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { body } from "@/api/client.ts";
import { useServices } from "@/api/services.tsx";
import type { ClassSession, SessionVideo } from "@/api/types.ts";
import { tellProblem } from "@/components/toast.tsx";
import styles from "./Classroom.module.css";
import { joinJitsi } from "./jitsi.ts";

/** none: this school has no video; offered: one may join; joined: one is in, or about to be. */
export type VideoState = "none" | "offered" | "joining" | "joined";

export interface Video {
  readonly state: VideoState;
  readonly access: SessionVideo | null;
  readonly join: () => void;
  readonly leave: () => void;
}

/** The person's own part in the session's video. Nobody's camera is opened before they ask for it. */
export function useVideo(session: ClassSession): Video {
  const { t } = useTranslation();
  const { api } = useServices();
  const [access, setAccess] = useState<SessionVideo | null>(null);
  const [asking, setAsking] = useState(false);
  const join = () => {
    if (asking || access) return;
    setAsking(true);
    body(api.GET("/api/sessions/{session_id}/video", { params: { path: { session_id: session.id } } }))
      .then(setAccess, () => tellProblem(t("live.videoFailed")))
      .finally(() => setAsking(false));
  };
  return {
    state: !session.video ? "none" : access ? "joined" : asking ? "joining" : "offered",
    access,
    join,
    leave: () => setAccess(null),
  };
}

/** Where the video stands: one frame, which only moves, so that nobody is thrown out when the stage changes. */
export function VideoPlace({ video, place }: { video: Video; place: "stage" | "strip" | "float" }) {
  const { t } = useTranslation();
  // Where it floats it lies over something, which may be just what one wants to press.
  const [raised, setRaised] = useState(false);
  if (!video.access) return null;
  return (
    <section
      className={styles["video"]}
      data-place={place}
      data-raised={place === "float" && raised}
      aria-label={t("live.video")}
    >
      <Frame access={video.access} onLeft={video.leave} />
      {place === "float" && (
        <ActionIcon
          className={styles["moveVideo"]}
          variant="default"
          size={36}
          aria-label={t("live.moveVideo")}
          onClick={() => setRaised(!raised)}
        >
          {raised ? <IconArrowDown size={18} /> : <IconArrowUp size={18} />}
        </ActionIcon>
      )}
      <Tooltip label={t("live.leaveVideo")}>
        <ActionIcon
          className={styles["leaveVideo"]}
          variant="default"
          size={36}
          aria-label={t("live.leaveVideo")}
          onClick={video.leave}
        >
          <IconVideoOff size={18} />
        </ActionIcon>
      </Tooltip>
    </section>
  );
}

function Frame({ access, onLeft }: { access: SessionVideo; onLeft: () => void }) {
  const { t, i18n } = useTranslation();
  const parent = useRef<HTMLDivElement>(null);
  const left = useEffectEvent(onLeft);
  const failed = useEffectEvent(() => {
    tellProblem(t("live.videoFailed"));
    onLeft();
  });
  const language = useEffectEvent(() => i18n.language);
  useEffect(() => {
    const element = parent.current;
    if (!element) return;
    let closed = false;
    let close: (() => void) | null = null;
    joinJitsi(access, { parent: element, language: language(), onLeft: () => left() }).then(
      (leave) => {
        if (closed) leave();
        else close = leave;
      },
      () => !closed && failed(),
    );
    return () => {
      closed = true;
      close?.();
    };
  }, [access]);
  return <div ref={parent} className={styles["frame"]} />;
}

export function JoinVideoButton({ video }: { video: Video }) {
  const { t } = useTranslation();
  if (video.state === "none" || video.state === "joined") return null;
  return (
    <Button
      variant="subtle"
      color="gray"
      h={44}
      leftSection={<IconVideo size={20} />}
      loading={video.state === "joining"}
      onClick={video.join}
    >
      {t("live.joinVideo")}
    </Button>
  );
}
