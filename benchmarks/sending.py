"""Upload a large file and fetch it again, holding next to nothing of it, and print how long each took.

``python -m benchmarks.sending HOST PORT TOKEN BYTES`` prints a line of JSON; times are seconds.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

PIECE_BYTES = 1024 * 1024
BOUNDARY = "a-boundary-that-no-file-has"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n'.encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()
LONGEST_SECONDS = 600


def main() -> None:
    """Do it."""
    host, port, token, size = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    authorization = {"Authorization": f"Bearer {token}"}
    begun = time.perf_counter()
    connection = HTTPConnection(host, port, timeout=LONGEST_SECONDS)
    headers = {
        **authorization,
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(HEAD) + size + len(TAIL)),
    }
    connection.request("POST", "/api/files", body=_body(size), headers=headers)
    answer = connection.getresponse()
    made: dict[str, Any] = json.load(answer)
    sent = time.perf_counter() - begun
    if answer.status != 201:
        print(json.dumps({"problem": f"{answer.status} {made['code']}"}))
        return
    begun = time.perf_counter()
    connection.request("GET", made["url"], headers=authorization)
    answer = connection.getresponse()
    received = 0
    while piece := answer.read(PIECE_BYTES):
        received += len(piece)
    fetched = time.perf_counter() - begun
    problem = None if received == made["size"] == size else f"{received} bytes came back"
    print(json.dumps({"sent": sent, "fetched": fetched, "problem": problem}))


def _body(size: int) -> Iterator[bytes]:
    piece = random.Random(1).randbytes(PIECE_BYTES)
    yield HEAD
    for begin in range(0, size, PIECE_BYTES):
        yield piece[: size - begin]
    yield TAIL


if __name__ == "__main__":
    main()
