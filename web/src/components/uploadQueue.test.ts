import { expect, it, vi } from "vitest";
import { Stopped } from "@/api/upload.ts";
import { UploadQueue, type Send } from "./uploadQueue.ts";

const file = (name: string) => new File(["words"], name);

/** A way to send that a test answers by hand. */
function sender() {
  const sent: {
    name: string;
    finish: () => void;
    fail: (error: unknown) => void;
    tell: (share: number) => void;
  }[] = [];
  const send: Send = ({ name }, progress, signal) =>
    new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Stopped()));
      sent.push({ name, finish: resolve, fail: reject, tell: progress });
    });
  const queue = new UploadQueue(send);
  const shown = () => queue.uploads.get().map(({ file: { name }, state }) => `${name} ${state}`);
  return { queue, sent, shown };
}

it("sends one after the other and tells how far each is", async () => {
  const { queue, sent, shown } = sender();
  queue.add([file("a"), file("b")]);
  expect(shown()).toEqual(["a sending", "b waiting"]);
  sent[0]?.tell(0.5);
  expect(queue.uploads.get()[0]?.share).toBe(0.5);
  sent[0]?.finish();
  await vi.waitFor(() => expect(shown()).toEqual(["b sending"]));
  queue.add([file("c")]);
  sent[1]?.finish();
  await vi.waitFor(() => expect(shown()).toEqual(["c sending"]));
  sent[2]?.finish();
  await vi.waitFor(() => expect(shown()).toEqual([]));
});

it("keeps what has failed, goes on with the others, and tries it again when asked", async () => {
  const { queue, sent, shown } = sender();
  queue.add([file("a"), file("b")]);
  sent[0]?.fail(new Error("refused"));
  await vi.waitFor(() => expect(shown()).toEqual(["a failed", "b sending"]));
  expect(queue.uploads.get()[0]?.error).toEqual(new Error("refused"));
  queue.again(1);
  expect(shown()).toEqual(["a waiting", "b sending"]);
  sent[1]?.finish();
  await vi.waitFor(() => expect(shown()).toEqual(["a sending"]));
  expect(queue.uploads.get()[0]).toMatchObject({ share: 0, error: undefined });
});

it("stops what is on its way, waits, or has failed", async () => {
  const { queue, sent, shown } = sender();
  queue.add([file("a"), file("b"), file("c")]);
  queue.stop(2);
  expect(shown()).toEqual(["a sending", "c waiting"]);
  queue.stop(1);
  await vi.waitFor(() => expect(shown()).toEqual(["c sending"]));
  sent[1]?.fail(new Error("refused"));
  await vi.waitFor(() => expect(shown()).toEqual(["c failed"]));
  queue.stop(3);
  expect(shown()).toEqual([]);
});

it("ends everything when it is closed, and can be used again", async () => {
  const { queue, sent, shown } = sender();
  queue.add([file("a"), file("b")]);
  queue.close();
  expect(shown()).toEqual([]);
  queue.add([file("c")]);
  await vi.waitFor(() => expect(shown()).toEqual(["c sending"]));
  expect(sent.map(({ name }) => name)).toEqual(["a", "c"]);
});
