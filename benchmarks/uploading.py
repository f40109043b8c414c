"""Upload a PDF to a deck, and print when its first page and when all of them were there.

``python -m benchmarks.uploading URL DECK TOKEN FILE`` prints a line of JSON; times are seconds from the first byte sent.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

FIRST_POLL_SECONDS = 0.05
POLL_SECONDS = 0.5
BOUNDARY = "a-boundary-that-no-pdf-has"


def main() -> None:
    """Do it."""
    url, deck, token, file = sys.argv[1:]
    opener = build_opener(ProxyHandler({}))
    path = f"{url}/api/documents/{deck}/slides"
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="slides.pdf"\r\n\r\n'
    body = head.encode() + Path(file).read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()

    def ask(request: Request) -> Any:
        request.add_header("Authorization", f"Bearer {token}")
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    begun = time.perf_counter()
    ask(Request(path, data=body, headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}))
    first: float | None = None
    while True:
        told = ask(Request(path))
        now = time.perf_counter() - begun
        if first is None and told["pages"]:
            first = now
        upload = told["uploads"][-1]
        if upload["state"] in ("done", "failed"):
            break
        time.sleep(FIRST_POLL_SECONDS if first is None else POLL_SECONDS)
    print(json.dumps({"first": first, "all": now, "pages": len(told["pages"]), "problem": upload["problem"]}))


if __name__ == "__main__":
    main()
