import type { DocumentPageProps } from "@/components/documentViews.tsx";
import { BoardRoom } from "./BoardRoom.tsx";

/** A board at full size. */
export default function BoardPage({ document, teaches, me }: DocumentPageProps) {
  return <BoardRoom board={document} teaches={teaches} me={me} />;
}
