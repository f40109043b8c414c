import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { PaperServer, PaperSocket } from "../../tests/paperSocket.ts";
import { deviceStore, forgetPerson } from "./deviceStore.ts";
import { DocumentSession, type AccessAnswer } from "./documentSession.ts";
import { ClassroomSocket } from "./provider.ts";

const PERSON = "zoe";
const BOARD = "board";
const closing: (() => void)[] = [];
let server: PaperServer;

beforeEach(() => {
  server = new PaperServer(BOARD);
  server.document.getMap("elements").set("first", 1);
});

afterEach(async () => {
  closing.splice(0).forEach((close) => close());
  await forgetPerson(PERSON);
});

function openTab(askAccess: () => Promise<AccessAnswer> = () => Promise.resolve("write")) {
  const socket = new ClassroomSocket("ws://paper.test/hocuspocus");
  socket.setConfiguration({
    ...socket.configuration,
    WebSocketPolyfill: function WebSocketOnPaper() {
      return new PaperSocket(server);
    },
    delay: 1,
    minDelay: 0,
  });
  const session = new DocumentSession({
    documentId: BOARD,
    userId: PERSON,
    socket,
    token: () => Promise.resolve("token"),
    askAccess,
    device: deviceStore(),
    root: "elements",
  });
  const close = () => {
    session.close();
    socket.destroy();
  };
  closing.push(close);
  const view = () => session.view.get();
  const elements = () => view().incarnation?.document.getMap("elements");
  return { session, view, elements, close };
}

/** Commit whatever comes, until the tab says that all is saved. */
async function saved(tab: ReturnType<typeof openTab>): Promise<void> {
  await vi.waitFor(() => {
    server.commit();
    expect(tab.view().save.kind).toBe("saved");
    expect(tab.view().keptOnDevice).toBe(true);
  });
}

function earlier(): Y.Doc {
  const content = new Y.Doc();
  content.getMap("elements").set("restored", 1);
  return content;
}

const copies = async () =>
  (await indexedDB.databases()).map(({ name }) => name).filter((name) => name?.startsWith("lectern-board:"));

describe("the epoch of a copy", () => {
  it("is learnt at the first opening, kept with the copy, and said ever after", async () => {
    const first = openTab();
    await saved(first);
    expect(server.tokens).toEqual(["token"]);
    expect(await copies()).toEqual([`lectern-board:${PERSON}:${BOARD}:1`]);
    first.close();
    const second = openTab();
    await saved(second);
    expect(server.tokens).toEqual(["token", "token;epoch=1"]);
    expect(second.elements()?.toJSON()).toEqual({ first: 1 });
  });

  it("ends while the board is open: the copy is dropped and the board built anew", async () => {
    const tab = openTab();
    await saved(tab);
    server.restore(earlier());
    await vi.waitFor(() => expect(tab.elements()?.toJSON()).toEqual({ restored: 1 }));
    await saved(tab);
    expect(tab.view()).toMatchObject({ rescue: null, restores: 1 });
    expect(server.tokens).toEqual(["token", "token"]);
    expect(await copies()).toEqual([`lectern-board:${PERSON}:${BOARD}:2`]);
  });

  it("ends while edits wait offline, over a reload: they are kept as a rescue copy and never sent", async () => {
    const online = openTab();
    await saved(online);
    server.reachable = false;
    server.drop();
    online.elements()?.set("mine", 7);
    await vi.waitFor(() => expect(online.view().save).toEqual({ kind: "offline", changes: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    online.close();

    server.restore(earlier());
    const reopened = openTab();
    await vi.waitFor(() => expect(reopened.elements()?.toJSON()).toEqual({ first: 1, mine: 7 }));
    server.reachable = true;
    await vi.waitFor(() => expect(reopened.elements()?.toJSON()).toEqual({ restored: 1 }), {
      timeout: 5000,
    });
    await saved(reopened);
    expect(server.document.getMap("elements").toJSON()).toEqual({ restored: 1 });
    expect(reopened.view().rescue).toMatchObject({ cause: "restored", epoch: 1, keys: ["mine"] });
    reopened.close();

    const later = openTab();
    await saved(later);
    const kept = later.view().rescue;
    const content = new Y.Doc();
    Y.applyUpdate(content, kept?.state ?? new Uint8Array());
    expect(content.getMap("elements").toJSON()).toEqual({ first: 1, mine: 7 });
    await later.session.dismissRescue();
    expect(later.view().rescue).toBeNull();
  });

  it("ends in two tabs with waiting edits: one rescue copy holds the work of both", async () => {
    const tabs = [openTab(), openTab()] as const;
    for (const tab of tabs) await saved(tab);
    server.reachable = false;
    server.drop();
    tabs[0].elements()?.set("left", 1);
    tabs[1].elements()?.set("right", 2);
    server.restore(earlier());
    server.reachable = true;
    for (const tab of tabs) {
      await vi.waitFor(() => expect(tab.elements()?.toJSON()).toEqual({ restored: 1 }), { timeout: 5000 });
      await saved(tab);
    }
    expect(await copies()).toEqual([`lectern-board:${PERSON}:${BOARD}:2`]);
    tabs.forEach((tab) => tab.close());
    const later = openTab();
    await saved(later);
    const rescue = later.view().rescue;
    expect([...(rescue?.keys ?? [])].sort()).toEqual(["left", "right"]);
    const content = new Y.Doc();
    Y.applyUpdate(content, rescue?.state ?? new Uint8Array());
    expect(content.getMap("elements").toJSON()).toEqual({ first: 1, left: 1, right: 2 });
    await later.session.dismissRescue();
    expect(later.view().rescue).toBeNull();
  });
});
