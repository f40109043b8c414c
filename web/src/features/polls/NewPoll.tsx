import { useQueryClient } from "@tanstack/react-query";
import type { NewDocumentProps } from "@/components/documentViews.tsx";
import { PollForm } from "./PollForm.tsx";
import { pollChanged } from "./queries.ts";

/** A new poll from within a lesson: opened it is there to be shown, kept it waits among the prepared ones. */
export default function NewPoll({ classId, onClose, onMade }: NewDocumentProps) {
  const client = useQueryClient();
  return (
    <PollForm
      opened
      onClose={onClose}
      classId={classId}
      onMade={(poll, opened) => {
        onMade(poll.document_id, opened);
        return pollChanged(client, poll);
      }}
    />
  );
}
