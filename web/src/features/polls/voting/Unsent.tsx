import { Alert, Text } from "@mantine/core";
import { IconPencilOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { isUnsent } from "../core/drafts.ts";
import { takesText, type LivePoll } from "../core/pollDocument.ts";
import { useDraft } from "../useDraft.ts";

/** Says of a closed poll that what was typed or picked was not sent. */
export function Unsent({ poll, own }: { poll: LivePoll; own: readonly string[] }) {
  const { t } = useTranslation();
  const [draft] = useDraft(poll);
  const asks = poll.type === "q_and_a";
  // A question being asked has nothing to do with the questions voted for.
  const unsent = asks ? isUnsent(draft && draft.slice(0, 1), [], poll) : isUnsent(draft, own, poll);
  if (!unsent || !draft) return null;
  return (
    <Alert color="orange" variant="light" icon={<IconPencilOff size={20} />}>
      {t(asks ? "polls.unsentQuestion" : own.length > 0 ? "polls.unsentChange" : "polls.unsent")}
      {(asks || takesText(poll.type)) && (
        <Text size="sm" mt={6} fs="italic" style={{ overflowWrap: "anywhere" }}>
          {(asks ? draft.slice(0, 1) : draft).filter((each) => each.trim()).join(" · ")}
        </Text>
      )}
    </Alert>
  );
}
