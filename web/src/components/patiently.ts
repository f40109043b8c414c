/** How long a part of the page is asked for again, and how often: about as long as a class waits for a network that has dropped. */
const TRIES = 30;
const PAUSE_MILLISECONDS = 2_000;

function pause(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, PAUSE_MILLISECONDS);
    window.addEventListener("online", done);
  });
}

/**
 * Load a part of the page that may be asked for just when the network is gone; once loaded it is there for good.
 *
 * Rejects with the last failure when it does not come at all: it may belong to a version that the server no longer has.
 */
export async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await load();
    } catch (error) {
      if (attempt >= TRIES) throw error;
      await pause();
    }
  }
}
