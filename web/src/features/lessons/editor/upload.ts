import { problemFrom, Unreachable } from "@/api/problem.ts";
import type { LessonFile } from "../LessonFiles.tsx";

/** Upload a file; `fetch` does not tell how much has been sent, this does. */
export async function uploadFile(options: {
  token: string;
  file: File;
  progress: (share: number) => void;
}): Promise<LessonFile> {
  const answer = await new Promise<Response>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/files");
    request.setRequestHeader("Authorization", `Bearer ${options.token}`);
    request.upload.onprogress = ({ loaded, total }) => options.progress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(new Unreachable());
    const form = new FormData();
    form.append("file", options.file, options.file.name);
    request.send(form);
  });
  if (!answer.ok) throw await problemFrom(answer);
  return (await answer.json()) as LessonFile;
}
