import { body, type Api } from "@/api/client.ts";
import type { ClassFile } from "@/api/types.ts";

/** An address that a player or the browser's download can fetch: neither can send the access token. */
export async function linkTo(api: Api, file: ClassFile): Promise<string> {
  const { url } = await body(
    api.POST("/api/files/{file_id}/links", { params: { path: { file_id: file.file.id } } }),
  );
  return `${url}&name=${encodeURIComponent(file.name)}`;
}

/** Let the browser save a file; it goes to the disk without being whole in memory. */
export async function download(api: Api, file: ClassFile): Promise<void> {
  const link = document.createElement("a");
  link.href = await linkTo(api, file);
  link.download = file.name;
  link.click();
}

export type Shown = "image" | "audio" | "video";

/** How a file can be shown in the page, if it can: the server decides what is safe, and says so by its type. */
export function shownAs(mediaType: string): Shown | null {
  const kind = mediaType.split("/")[0];
  if (kind === "audio" || kind === "video") return kind;
  return ["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"].includes(mediaType)
    ? "image"
    : null;
}
