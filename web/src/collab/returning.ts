/** First wait before a document that is no longer shared is asked for again; it doubles up to the last one. */
const FIRST_WAIT_MILLISECONDS = 4_000;
const LAST_WAIT_MILLISECONDS = 60_000;
/** However often a person comes back to the window, the server is not asked more often than this. */
const SHORTEST_WAIT_MILLISECONDS = 2_000;

/**
 * Ask again and again, ever more rarely, until the answer is yes; at once when the person or the network comes back.
 *
 * Returns what stops it. `ask` says whether it is over; it must not reject.
 */
export function askUntil(ask: () => Promise<boolean>): () => void {
  let wait = FIRST_WAIT_MILLISECONDS;
  let asked = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let stopped = false;

  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    window.removeEventListener("focus", soon);
    window.removeEventListener("online", soon);
    document.removeEventListener("visibilitychange", soon);
  };
  const isStopped = () => stopped;
  const now = async () => {
    if (asking || isStopped()) return;
    clearTimeout(timer);
    asking = true;
    asked = Date.now();
    // A page that nobody looks at asks when it is looked at again.
    const over = document.visibilityState !== "hidden" && (await ask());
    asking = false;
    if (over) stop();
    if (isStopped()) return;
    // The spread keeps a whole class that lost a board together from asking together.
    timer = setTimeout(() => void now(), wait * (0.8 + 0.4 * Math.random()));
    wait = Math.min(LAST_WAIT_MILLISECONDS, wait * 2);
  };
  const soon = () => {
    if (document.visibilityState === "hidden") return;
    wait = FIRST_WAIT_MILLISECONDS;
    if (Date.now() - asked >= SHORTEST_WAIT_MILLISECONDS) void now();
  };

  window.addEventListener("focus", soon);
  window.addEventListener("online", soon);
  document.addEventListener("visibilitychange", soon);
  timer = setTimeout(() => void now(), wait * (0.8 + 0.4 * Math.random()));
  return stop;
}
