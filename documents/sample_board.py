"""The board of the demo class: a few shapes, as complete elements of Excalidraw 0.18."""

import math
from typing import Any

Json = dict[str, Any]

UPDATED_MS = 1_767_225_600_000
FONT_EXCALIFONT = 5
TEXT_LINE_HEIGHT = 1.25
ROUND_PROPORTIONAL = 2
ROUND_ADAPTIVE = 3

INK = "#1e1e1e"
BLUE = "#1971c2"
LIGHT_BLUE = "#a5d8ff"
ORANGE = "#e8590c"
LIGHT_YELLOW = "#ffec99"
LIGHT_GREY = "#e9ecef"


def sample_board() -> list[Json]:
    """Return the water cycle as a teacher might sketch it: sea, sun and cloud, what rises and what falls, a title."""
    return [
        _text("sample-title", "a0", 60, 20, "The water cycle", font_size=36, width=300),
        _element(
            "sample-sun",
            "ellipse",
            "a1",
            (60, 120, 110, 110),
            strokeColor=ORANGE,
            backgroundColor=LIGHT_YELLOW,
            roundness={"type": ROUND_PROPORTIONAL},
        ),
        _element(
            "sample-cloud",
            "ellipse",
            "a2",
            (460, 110, 250, 120),
            strokeColor=INK,
            backgroundColor=LIGHT_GREY,
            roundness={"type": ROUND_PROPORTIONAL},
            boundElements=[
                {"id": "sample-cloud-label", "type": "text"},
                {"id": "sample-rise", "type": "arrow"},
                {"id": "sample-fall", "type": "arrow"},
            ],
        ),
        _text("sample-cloud-label", "a3", 555, 157.5, "cloud", font_size=20, width=60, container="sample-cloud"),
        _element(
            "sample-sea",
            "rectangle",
            "a4",
            (60, 430, 650, 110),
            strokeColor=BLUE,
            backgroundColor=LIGHT_BLUE,
            roundness={"type": ROUND_ADAPTIVE},
            boundElements=[
                {"id": "sample-sea-label", "type": "text"},
                {"id": "sample-rise", "type": "arrow"},
                {"id": "sample-fall", "type": "arrow"},
            ],
        ),
        _text("sample-sea-label", "a5", 365, 472.5, "sea", font_size=20, width=40, container="sample-sea"),
        _arrow(
            "sample-rise",
            "a6",
            (230, 422),
            [[0, 0], [50, -150], [224, -236]],
            colour=ORANGE,
            between=("sample-sea", "sample-cloud"),
        ),
        _text("sample-rise-label", "a7", 120, 290, "it evaporates", font_size=20, width=140),
        _arrow(
            "sample-fall",
            "a8",
            (600, 238),
            [[0, 0], [14, 90], [0, 184]],
            colour=BLUE,
            between=("sample-cloud", "sample-sea"),
        ),
        _text("sample-fall-label", "a9", 630, 320, "it rains", font_size=20, width=90),
        _wave("sample-wave", "aA", (100, 455)),
    ]


def mark() -> list[Json]:
    """Return what a teacher might draw over the demo class's second slide: a ring round the sun, and a word beside it."""
    return [
        _element(
            "sample-ring",
            "ellipse",
            "b0",
            (1030, 30, 194, 194),
            strokeColor=ORANGE,
            strokeWidth=4,
            roundness={"type": ROUND_PROPORTIONAL},
        ),
        _text("sample-why", "b1", 740, 250, "This is where the heat comes from", font_size=28, width=490),
    ]


def _element(element_id: str, kind: str, index: str, box: tuple[float, float, float, float], **more: Any) -> Json:
    x, y, width, height = box
    number = 1 + sum(ord(letter) * place for place, letter in enumerate(element_id, start=1))
    return {
        "id": element_id,
        "type": kind,
        "index": index,
        "x": x,
        "y": y,
        "width": abs(width),
        "height": abs(height),
        "angle": 0,
        "strokeColor": INK,
        "backgroundColor": "transparent",
        "fillStyle": "solid",
        "strokeWidth": 2,
        "strokeStyle": "solid",
        "roughness": 1,
        "opacity": 100,
        "groupIds": [],
        "frameId": None,
        "roundness": None,
        "seed": number,
        "version": 1,
        "versionNonce": number + 1,
        "isDeleted": False,
        "boundElements": [],
        "updated": UPDATED_MS,
        "link": None,
        "locked": False,
        **more,
    }


def _text(
    element_id: str,
    index: str,
    x: float,
    y: float,
    words: str,
    *,
    font_size: int,
    width: float,
    container: str | None = None,
) -> Json:
    return _element(
        element_id,
        "text",
        index,
        (x, y, width, font_size * TEXT_LINE_HEIGHT),
        text=words,
        originalText=words,
        fontSize=font_size,
        fontFamily=FONT_EXCALIFONT,
        textAlign="center" if container else "left",
        verticalAlign="middle" if container else "top",
        containerId=container,
        autoResize=True,
        lineHeight=TEXT_LINE_HEIGHT,
    )


def _arrow(
    element_id: str,
    index: str,
    start: tuple[float, float],
    points: list[list[float]],
    *,
    colour: str,
    between: tuple[str, str],
) -> Json:
    width = max(x for x, _ in points) - min(x for x, _ in points)
    height = max(y for _, y in points) - min(y for _, y in points)
    return _element(
        element_id,
        "arrow",
        index,
        (*start, width, height),
        strokeColor=colour,
        roundness={"type": ROUND_PROPORTIONAL},
        points=points,
        lastCommittedPoint=None,
        startBinding={"elementId": between[0], "focus": 0, "gap": 8},
        endBinding={"elementId": between[1], "focus": 0, "gap": 8},
        startArrowhead=None,
        endArrowhead="arrow",
        elbowed=False,
    )


def _wave(element_id: str, index: str, start: tuple[float, float]) -> Json:
    points = [[step * 3.0, round(9 * math.sin(step / 5), 2)] for step in range(70)]
    return _element(
        element_id,
        "freedraw",
        index,
        (*start, points[-1][0], 18),
        strokeColor=BLUE,
        points=points,
        pressures=[],
        simulatePressure=True,
        lastCommittedPoint=points[-1],
    )
