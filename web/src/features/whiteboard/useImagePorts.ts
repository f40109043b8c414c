import { CaptureUpdateAction, newElementWith } from "@excalidraw/excalidraw";
import type { BinaryFileData, ExcalidrawImperativeAPI } from "@excalidraw/excalidraw/types";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import type { BoardDocument } from "@/api/types.ts";
import { tellProblem } from "@/components/toast.tsx";
import { UploadRefused, type ImagePorts, type UploadRefusal } from "./core/imageExchange.ts";

const REFUSALS: Readonly<Record<number, UploadRefusal>> = {
  403: "not_allowed",
  404: "not_allowed",
  413: "too_large",
  415: "unsupported",
  422: "unsupported",
};

/** Bytes of pictures: to and from the server, and on this device while there is no way to the server. */
export function useImagePorts(options: {
  board: BoardDocument;
  userId: string;
  api: ExcalidrawImperativeAPI | null;
  onUploads: (count: number) => void;
}): Omit<ImagePorts, "show"> {
  const services = useServices();
  const { t } = useTranslation();
  const { board, userId, api, onUploads } = options;
  return useMemo(() => {
    const prefix = `${userId}:picture:${board.id}:`;
    return {
      async upload(data, name) {
        const form = new FormData();
        form.append("document_id", board.id);
        form.append("file", data, name);
        try {
          const request = new Request(new URL("/api/files", location.origin), { method: "POST", body: form });
          return (await (await services.fetch(request)).json()) as { url: string; media_type: string };
        } catch (error) {
          const refusal = error instanceof Problem ? REFUSALS[error.status] : undefined;
          throw refusal ? new UploadRefused(refusal) : error;
        }
      },
      async download(url) {
        return await (await services.fetch(new Request(new URL(url, location.origin)))).blob();
      },
      async keep(fileId, data) {
        try {
          if (data) await services.device.put(prefix + fileId, data);
          else await services.device.remove(prefix + fileId);
        } catch {
          // No IndexedDB (a private window): the picture lives as long as the page.
        }
      },
      async kept() {
        try {
          const keys = await services.device.keys(prefix);
          return (await Promise.all(keys.map((key) => services.device.get(key)))) as BinaryFileData[];
        } catch {
          return [];
        }
      },
      refused(fileId, reason) {
        const elements = api
          ?.getSceneElementsIncludingDeleted()
          .map((element) =>
            element.type === "image" && element.fileId === fileId
              ? newElementWith(element, { isDeleted: true })
              : element,
          );
        if (elements) api?.updateScene({ elements, captureUpdate: CaptureUpdateAction.NEVER });
        tellProblem(t(`board.picture.${reason}`), t("board.picture.title"));
      },
      waiting: onUploads,
    };
  }, [api, board.id, onUploads, services, t, userId]);
}
