import { Text, UnstyledButton } from "@mantine/core";
import { IconChalkboard, IconChartBar, IconFile, IconPresentation, IconVideo } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StageShowing } from "@/api/types.ts";
import { timeOfDay } from "@/components/time.ts";
import styles from "./Classroom.module.css";
import type { Past } from "./core/showings.ts";

const ICONS: Readonly<Record<string, typeof IconFile>> = {
  whiteboard: IconChalkboard,
  slides: IconPresentation,
  poll: IconChartBar,
};

/** What was on stage, one under the other: what is still open to one can be opened. */
export function SoFar(props: {
  past: readonly Past[];
  /** Makes the row of a document that one may open. */
  open: (showing: StageShowing, content: ReactNode) => ReactNode;
}) {
  const { t, i18n } = useTranslation();
  if (props.past.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("live.soFarNone")}
      </Text>
    );
  }
  return (
    <ol className={styles["people"]}>
      {props.past.map(({ id, showing, missed }) => {
        const opens = showing.document_id !== null;
        const Icon = showing.kind === "video" ? IconVideo : (ICONS[showing.document_kind ?? ""] ?? IconFile);
        const details = [
          timeOfDay(showing.shown_at, i18n.language, showing.ended_at ?? showing.shown_at),
          missed && t("live.missedMark"),
          !opens && showing.kind === "document" && t("live.notOpen"),
        ].filter((detail) => detail !== false);
        const content = (
          <>
            <Icon size={20} aria-hidden style={{ flex: "none" }} />
            <span className={styles["entryTitle"]}>
              {showing.kind === "video" ? t("live.video") : showing.title}
              <Text size="xs" c="dimmed" component="span" display="block">
                {details.join(" · ")}
              </Text>
            </span>
          </>
        );
        return (
          <li key={id}>
            {opens ? (
              props.open(showing, content)
            ) : (
              <div className={styles["entryRow"]} data-plain>
                {content}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** The same in the classroom: a click looks at it without moving anybody. */
export function SoFarHere({
  past,
  onLook,
}: {
  past: readonly Past[];
  onLook: (showing: StageShowing) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t("live.soFarAbout")}
      </Text>
      <SoFar
        past={past}
        open={(showing, content) => (
          <UnstyledButton className={styles["entryRow"]} w="100%" onClick={() => onLook(showing)}>
            {content}
          </UnstyledButton>
        )}
      />
    </>
  );
}
