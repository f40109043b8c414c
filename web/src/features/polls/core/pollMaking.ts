import type { NewPoll, Poll, PollChanges } from "../queries.ts";
import { newPoll, pollChanges, type PollValues } from "./pollForm.ts";

/** What making polls needs of the server. */
export interface PollMaking {
  readonly make: (poll: NewPoll) => Promise<Poll>;
  readonly change: (poll: Poll, changes: PollChanges) => Promise<Poll>;
  readonly open: (poll: Poll) => Promise<unknown>;
  /** The poll is no longer one that can be prepared: opened, or deleted. */
  readonly isTooLate: (error: unknown) => boolean;
}

/** A new poll, made once, however often opening it is tried: made before, it becomes what stands in the form now. */
export class PollInTheMaking {
  private made: { readonly poll: Poll; readonly asked: string } | null = null;

  async save(values: PollValues, now: boolean, server: PollMaking): Promise<Poll> {
    const wanted = newPoll(values);
    const asked = JSON.stringify(wanted);
    const before = this.made;
    if (before) {
      try {
        const poll =
          before.asked === asked
            ? before.poll
            : await server.change(before.poll, pollChanges(values, before.poll));
        return await this.finish({ poll, asked }, now, server);
      } catch (error) {
        if (!server.isTooLate(error)) throw error;
      }
    }
    return this.finish({ poll: await server.make(wanted), asked }, now, server);
  }

  private async finish(made: { poll: Poll; asked: string }, now: boolean, server: PollMaking): Promise<Poll> {
    this.made = made;
    if (now) await server.open(made.poll);
    this.made = null;
    return made.poll;
  }
}
