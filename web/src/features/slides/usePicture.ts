import { useEffect, useState } from "react";
import { useServices } from "@/api/services.tsx";

/** The server's picture of a page, as an address for `<img>`; null until it is there. Bytes need a token, so `src` alone will not do. */
export function usePicture(options: {
  documentId: string;
  fileId: string | null;
  page: number | null;
  what: "image" | "thumbnail";
  wanted?: boolean;
}): { url: string | null; failed: boolean } {
  const { fetch } = useServices();
  const { documentId, fileId, page, what, wanted = true } = options;
  const address =
    wanted && fileId !== null && page !== null
      ? `/api/documents/${documentId}/slides/pages/${encodeURIComponent(fileId)}/${page}/${what}`
      : null;
  const [shown, setShown] = useState<{ address: string; url: string | null } | null>(null);
  useEffect(() => {
    if (address === null) return;
    const stop = new AbortController();
    let url: string | null = null;
    fetch(new Request(new URL(address, location.origin), { signal: stop.signal }))
      .then(async (answer) => {
        url = URL.createObjectURL(await answer.blob());
        if (stop.signal.aborted) URL.revokeObjectURL(url);
        else setShown({ address, url });
      })
      .catch(() => {
        if (!stop.signal.aborted) setShown({ address, url: null });
      });
    return () => {
      stop.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [address, fetch]);
  const current = shown?.address === address ? shown : null;
  return { url: current?.url ?? null, failed: current !== null && current.url === null };
}
