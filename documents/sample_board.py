"""The board of the demo class: a few shapes, as complete elements of Excalidraw 0.18."""

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
GREEN = "#2f9e44"


def sample_board() -> list[Json]:
    """Return the water cycle as a teacher might sketch it: a sea, a cloud, an arrow, a title, a stroke for rain."""
    return [
        _text("sample-title", "a0", 120, 40, "The water cycle", font_size=36, width=255),
        _element(
            "sample-sea",
            "rectangle",
            "a1",
            (80, 380, 320, 110),
            strokeColor=BLUE,
            backgroundColor=LIGHT_BLUE,
            roundness={"type": ROUND_ADAPTIVE},
            boundElements=[{"id": "sample-sea-label", "type": "text"}, {"id": "sample-rise", "type": "arrow"}],
        ),
        _text("sample-sea-label", "a2", 217.5, 422.5, "sea", font_size=20, width=45, container="sample-sea"),
        _element(
            "sample-cloud",
            "ellipse",
            "a3",
            (420, 120, 240, 130),
            backgroundColor=LIGHT_YELLOW,
            strokeColor=ORANGE,
            roundness={"type": ROUND_PROPORTIONAL},
            boundElements=[{"id": "sample-rise", "type": "arrow"}],
        ),
        _element(
            "sample-rise",
            "arrow",
            "a4",
            (300, 372, 130, -146),
            strokeColor=INK,
            roundness={"type": ROUND_PROPORTIONAL},
            points=[[0, 0], [40, -90], [130, -146]],
            lastCommittedPoint=None,
            startBinding={"elementId": "sample-sea", "focus": 0.1, "gap": 8},
            endBinding={"elementId": "sample-cloud", "focus": -0.1, "gap": 8},
            startArrowhead=None,
            endArrowhead="arrow",
            elbowed=False,
        ),
        _text("sample-rise-label", "a5", 150, 280, "it evaporates", font_size=20, width=130),
        _rain("sample-rain", "a6"),
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


def _rain(element_id: str, index: str) -> Json:
    points = [[step * 6.0, 18.0 * (step % 2) + step * 1.5] for step in range(24)]
    return _element(
        element_id,
        "freedraw",
        index,
        (470, 290, points[-1][0], max(y for _, y in points)),
        strokeColor=GREEN,
        points=points,
        pressures=[],
        simulatePressure=True,
        lastCommittedPoint=points[-1],
    )
