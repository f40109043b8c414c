import { useEffect, useState, useSyncExternalStore } from "react";
import { body, type Api } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { uploadFile, type UploadedFile } from "@/api/upload.ts";
import { UploadQueue, type FileUpload, type Send } from "./uploadQueue.ts";

/** What is on its way, and how more gets there: what `FilePicker` shows. */
export interface FileUploads {
  readonly uploads: readonly FileUpload[];
  readonly add: (files: Iterable<File>) => void;
  readonly stop: (id: number) => void;
  readonly again: (id: number) => void;
}

/**
 * Uploads files one after the other. `onUploaded` is awaited for each: what it throws shows at the file, and can be tried again.
 * Leaving the page stops what is on its way.
 */
export function useFileUploads(onUploaded: (file: UploadedFile) => Promise<unknown>): FileUploads {
  const { tokens, api } = useServices();
  return useUploads(async (file, progress, signal) => {
    await checkRoom(api, file);
    await onUploaded(await uploadFile({ tokens, file, progress, signal }));
  });
}

/** Sends files one after the other to wherever `send` brings them. */
export function useUploads(send: Send): FileUploads {
  const [queue] = useState(() => new UploadQueue(() => Promise.resolve()));
  useEffect(() => {
    queue.sendWith(send);
  });
  useEffect(() => () => queue.close(), [queue]);
  const uploads = useSyncExternalStore(queue.uploads.subscribe, queue.uploads.get);
  return {
    uploads,
    add: (files) => queue.add(files),
    stop: (id) => queue.stop(id),
    again: (id) => queue.again(id),
  };
}

/** Whoever sends what is too large hears of it before: a server that answers in the middle is cut off by some browsers. */
async function checkRoom(api: Api, file: File): Promise<void> {
  const { file_max_bytes, used_bytes, max_bytes } = await body(api.GET("/api/me/files"));
  if (file.size > file_max_bytes) throw new Problem(413, "file_too_large");
  if (used_bytes + file.size > max_bytes) throw new Problem(413, "person_files_full");
}
