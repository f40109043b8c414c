import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsFor } from "@/api/problem.ts";
import { useServices } from "@/api/services.tsx";
import { sendFile } from "@/api/upload.ts";
import { dataSize } from "@/components/sizes.ts";
import { tellProblem } from "@/components/toast.tsx";
import { deckQuery } from "./queries.ts";

/** A file on its way to the server; `share` from 0 to 1. */
export interface Sending {
  readonly id: number;
  readonly name: string;
  readonly share: number;
}

/** What is on its way, and how more gets there. */
export interface Uploading {
  readonly sending: readonly Sending[];
  readonly upload: (files: Iterable<File>) => void;
}

/** What the server takes, too; whoever has a larger one need not send it first to be told. */
export const MOST_BYTES = 50 * 1024 * 1024;

let count = 0;

/** Bring PDFs into a deck, one after the other. */
export function useUpload(documentId: string): Uploading {
  const { tokens, api } = useServices();
  const client = useQueryClient();
  const { t, i18n } = useTranslation();
  const [sending, setSending] = useState<readonly Sending[]>([]);

  const uploadOne = async (file: File) => {
    if (file.size > MOST_BYTES) {
      const size = dataSize(file.size, i18n.language);
      tellProblem(t("slides.tooLarge", { size }), t("slides.uploadFailed", { name: file.name }));
      return;
    }
    const id = ++count;
    setSending((before) => [...before, { id, name: file.name, share: 0 }]);
    try {
      await sendFile({
        tokens,
        url: `/api/documents/${documentId}/slides`,
        file,
        progress: (share) =>
          setSending((before) => before.map((one) => (one.id === id ? { ...one, share } : one))),
      });
    } catch (error) {
      tellProblem(t(wordsFor(error)), t("slides.uploadFailed", { name: file.name }));
    } finally {
      setSending((before) => before.filter((one) => one.id !== id));
      await client.invalidateQueries({ queryKey: deckQuery(api, documentId).queryKey });
    }
  };
  const upload = async (files: Iterable<File>) => {
    for (const file of files) await uploadOne(file);
  };
  return { sending, upload: (files) => void upload([...files]) };
}
