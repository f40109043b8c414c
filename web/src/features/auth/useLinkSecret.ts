import { useState } from "react";

/** What stands behind the `#` of the link in a mail. It stays out of the server's logs, as out of its sight. */
export function useLinkSecret(): string {
  const [secret] = useState(() => location.hash.slice(1));
  return secret || "-";
}
