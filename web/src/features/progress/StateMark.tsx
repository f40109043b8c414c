import {
  IconCircleCheck,
  IconCircleDashed,
  IconEye,
  IconHandStop,
  IconInbox,
  IconPencil,
} from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { ShownState } from "./core/board.ts";
import classes from "./StateMark.module.css";
import { scoreWords } from "./words.ts";

const ICONS = {
  none: IconCircleDashed,
  opened: IconEye,
  working: IconPencil,
  handed_in: IconInbox,
  graded: IconCircleCheck,
  stuck: IconHandStop,
} as const;

/** How far somebody has come: an icon and a word, the colour only helps. */
export const StateMark = memo(function StateMark(props: { state: ShownState; score?: number | null }) {
  const { t, i18n } = useTranslation();
  const Icon = ICONS[props.state];
  return (
    <span className={classes["mark"]} data-state={props.state}>
      <Icon size={16} aria-hidden className={classes["icon"]} />
      <span className={classes["words"]}>
        {t(`progress.states.${props.state}`)}
        {props.score != null && <b> {scoreWords(props.score, i18n.language)}</b>}
      </span>
    </span>
  );
});
