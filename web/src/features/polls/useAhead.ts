import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { tellProblem } from "@/components/toast.tsx";
import { takesText, type LivePoll } from "./core/pollDocument.ts";
import { pollWords } from "./problems.ts";
import { resultsQuery, type PollResults } from "./queries.ts";

/** How often the teacher's own look at hidden results is renewed. */
const AHEAD_MILLISECONDS = 2_000;

export interface Ahead {
  readonly found: PollResults | undefined;
  readonly hideText: (text: string, hidden: boolean) => void;
  readonly changeQuestion: (
    id: string,
    changes: { answered?: boolean; hidden?: boolean },
    done?: () => void,
  ) => void;
}

/** What only teachers see of a poll: results that are hidden, and entries that are out of sight. */
export function useAhead(poll: LivePoll, teaches: boolean): Ahead {
  const { t } = useTranslation();
  const { api } = useServices();
  const looks = teaches && (!poll.shown || takesText(poll.type) || poll.type === "q_and_a");
  const { data, refetch } = useQuery({
    ...resultsQuery(api, poll.id),
    enabled: looks,
    // Nothing in the document tells that somebody has changed their mind while results are hidden.
    refetchInterval: poll.state === "open" ? AHEAD_MILLISECONDS : false,
  });
  const asked = poll.questions.length;
  useEffect(() => {
    if (looks) void refetch();
  }, [looks, poll.shown, poll.voters, poll.state, asked, refetch]);
  const change = useMutation({
    mutationFn: (send: () => Promise<unknown>) => send(),
    onSuccess: () => refetch(),
    onError: (error) => tellProblem(t(pollWords(error))),
  });
  const { mutate } = change;
  return {
    found: looks ? data : undefined,
    hideText: (text, hidden) =>
      mutate(() =>
        api.PUT("/api/polls/{poll_id}/hidden", {
          params: { path: { poll_id: poll.id } },
          body: { text, hidden },
        }),
      ),
    changeQuestion: (id, body, done) =>
      mutate(
        () =>
          api.PATCH("/api/polls/{poll_id}/questions/{question_id}", {
            params: { path: { poll_id: poll.id, question_id: id } },
            body,
          }),
        { onSuccess: () => done?.() },
      ),
  };
}
