"""What the real Yjs, y-protocols and lib0 wrote (made by tests/stock_clients/golden.mjs)."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden.json").read_text())
UPDATES: list[dict[str, Any]] = [{**update, "update": b64decode(update["update"])} for update in GOLDEN["updates"]]
FRAMES: dict[str, bytes] = {name: b64decode(frame) for name, frame in GOLDEN["frames"].items()}
DOCUMENTS: dict[str, dict[str, bytes]] = {
    name: {part: b64decode(data) for part, data in document.items()} for name, document in GOLDEN["documents"].items()
}
