import type { BinaryFileData } from "@excalidraw/excalidraw/types";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { BoardElement } from "./element.ts";
import { ImageExchange, readFileEntry, UploadRefused, type ImagePorts } from "./imageExchange.ts";

const PICTURE = {
  id: "f1",
  mimeType: "image/png",
  dataURL: "data:image/png;base64,AAEC",
  created: 1,
} as unknown as BinaryFileData;
const ON_BOARD = [{ id: "e1", type: "image", fileId: "f1", isDeleted: false }] as unknown as BoardElement[];
const STORED = { url: "/api/files/01", media_type: "image/png" };

function setUp(change: Partial<ImagePorts> = {}) {
  const document = new Y.Doc();
  const files = document.getMap<unknown>("files");
  const ports = {
    upload: vi.fn(() => Promise.resolve(STORED)),
    download: vi.fn(() => Promise.resolve(new Blob(["x"]))),
    keep: vi.fn(() => Promise.resolve()),
    kept: vi.fn(() => Promise.resolve([] as BinaryFileData[])),
    show: vi.fn(),
    refused: vi.fn(),
    waiting: vi.fn(),
    ...change,
  };
  const exchange = new ImageExchange(files, {}, ports);
  return { files, ports, exchange };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("pictures", () => {
  it("are stored once, and the document says where", async () => {
    const { files, ports, exchange } = setUp();
    exchange.sceneChanged(ON_BOARD, { f1: PICTURE }, true);
    exchange.sceneChanged(ON_BOARD, { f1: PICTURE }, true);
    await vi.waitFor(() => expect(files.get("f1")).toEqual(STORED));
    exchange.sceneChanged(ON_BOARD, { f1: PICTURE }, true);
    expect(ports.upload).toHaveBeenCalledTimes(1);
    expect(ports.waiting).toHaveBeenNthCalledWith(1, 1);
    expect(ports.waiting).toHaveBeenLastCalledWith(0);
    expect(ports.keep).toHaveBeenLastCalledWith("f1", null);
  });

  it("wait on this device while there is no network, and go when it is back", async () => {
    const upload = vi.fn().mockRejectedValueOnce(new TypeError("no network")).mockResolvedValue(STORED);
    const { files, ports, exchange } = setUp({ upload });
    exchange.sceneChanged(ON_BOARD, { f1: PICTURE }, true);
    await vi.waitFor(() => expect(upload).toHaveBeenCalledTimes(1));
    expect(ports.keep).toHaveBeenLastCalledWith("f1", PICTURE);
    await vi.waitFor(() => {
      exchange.retryNow();
      expect(files.has("f1")).toBe(true);
    });
    exchange.close();
  });

  it("that a former visit could not store are taken up again", async () => {
    const { files, ports, exchange } = setUp({ kept: () => Promise.resolve([PICTURE]) });
    await exchange.begin();
    await vi.waitFor(() => expect(files.has("f1")).toBe(true));
    expect(ports.show).toHaveBeenCalledWith([PICTURE]);
  });

  it("that the server refuses are reported, not tried again", async () => {
    const { files, ports, exchange } = setUp({
      upload: () => Promise.reject(new UploadRefused("too_large")),
    });
    exchange.sceneChanged(ON_BOARD, { f1: PICTURE }, true);
    await vi.waitFor(() => expect(ports.refused).toHaveBeenCalledWith("f1", "too_large"));
    expect(files.has("f1")).toBe(false);
    expect(ports.waiting).toHaveBeenLastCalledWith(0);
  });

  it("of others are fetched once", async () => {
    const { files, ports, exchange } = setUp();
    files.set("f1", STORED);
    exchange.sceneChanged(ON_BOARD, {}, false);
    exchange.sceneChanged(ON_BOARD, {}, false);
    await vi.waitFor(() => expect(ports.show).toHaveBeenCalledTimes(1));
    expect(ports.download).toHaveBeenCalledTimes(1);
  });

  it("of others are all fetched again when several did not come", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const download = vi.fn(() => Promise.resolve(new Blob(["x"])));
    download.mockRejectedValueOnce(new TypeError("cut")).mockRejectedValueOnce(new TypeError("cut"));
    const { files, ports, exchange } = setUp({ download });
    files.set("f1", STORED);
    files.set("f2", { ...STORED, url: "/api/files/02" });
    const both = [...ON_BOARD, { ...ON_BOARD[0], id: "e2", fileId: "f2" }] as unknown as BoardElement[];
    exchange.sceneChanged(both, {}, true);
    await vi.advanceTimersByTimeAsync(0);
    expect(download).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    await vi.waitFor(() => expect(ports.show).toHaveBeenCalledTimes(2));
    exchange.close();
  });

  it("are only ever fetched from our own files", () => {
    for (const url of ["https://elsewhere.test/x", "//elsewhere.test/x", "/api/me", "/api/files/../me", 7]) {
      expect(readFileEntry({ url, media_type: "image/png" })).toBeNull();
    }
    expect(readFileEntry({ url: "/api/files/01", media_type: "text/html" })).toBeNull();
    expect(readFileEntry(STORED)).toEqual({ url: "/api/files/01", mediaType: "image/png" });
  });
});
