import { getDocument, GlobalWorkerOptions, PDFDataRangeTransport, type PDFDocumentProxy } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";

/** Where the build puts what pdf.js loads while it reads; see `build/pdfjs-assets.ts`. */
const ASSETS = "/pdfjs/";
/** The first piece; its answer says how long the file is. */
const FIRST_BYTES = 65_536;
const PIECE_BYTES = 262_144;

export type FetchBytes = (request: Request) => Promise<Response>;

/** Fetches just the pieces that the shown pages need, each with a fresh access token. */
class PieceTransport extends PDFDataRangeTransport {
  private readonly stop = new AbortController();

  constructor(
    length: number,
    first: Uint8Array,
    private readonly url: string,
    private readonly fetchBytes: FetchBytes,
    private readonly failed: (error: unknown) => void,
  ) {
    super(length, first);
  }

  override requestDataRange(begin: number, end: number): void {
    const headers = { Range: `bytes=${begin}-${end - 1}` };
    this.fetchBytes(new Request(this.url, { headers, signal: this.stop.signal }))
      .then(async (answer) => this.onDataRange(begin, new Uint8Array(await answer.arrayBuffer())))
      .catch((error: unknown) => {
        if (!this.stop.signal.aborted) this.failed(error);
      });
  }

  override abort(): void {
    this.stop.abort();
  }
}

/** A PDF that is open for as long as somebody shows a page of it. */
export interface OpenPdf {
  readonly document: Promise<PDFDocumentProxy>;
  close(): void;
}

/** Open a PDF at one of our addresses. */
export function openPdf(address: string, fetchBytes: FetchBytes): OpenPdf {
  GlobalWorkerOptions.workerSrc = workerUrl;
  const url = new URL(address, location.origin).href;
  let task: ReturnType<typeof getDocument> | null = null;
  let closed = false;
  const begin = async (): Promise<PDFDocumentProxy> => {
    const answer = await fetchBytes(new Request(url, { headers: { Range: `bytes=0-${FIRST_BYTES - 1}` } }));
    const first = new Uint8Array(await answer.arrayBuffer());
    const length = Number(/\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "")?.[1] ?? first.length);
    if (closed) throw new Error("closed");
    let fail: (error: unknown) => void = () => undefined;
    const failure = new Promise<never>((_, reject) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever fetching threw
      fail = (error) => reject(error);
    });
    failure.catch(() => undefined);
    task = getDocument({
      ...(first.length >= length
        ? { data: first }
        : { range: new PieceTransport(length, first, url, fetchBytes, fail) }),
      rangeChunkSize: PIECE_BYTES,
      disableAutoFetch: true,
      disableStream: true,
      cMapUrl: `${ASSETS}cmaps/`,
      standardFontDataUrl: `${ASSETS}standard_fonts/`,
      wasmUrl: `${ASSETS}wasm/`,
      iccUrl: `${ASSETS}iccs/`,
      enableXfa: false,
      // The letters of our own copies of the standard fonts have the widths that the file counts on.
      useSystemFonts: false,
    });
    return Promise.race([task.promise, failure]);
  };
  const document = begin();
  document.catch(() => undefined);
  return {
    document,
    close() {
      closed = true;
      void task?.destroy();
    },
  };
}
