"""Boards: initial content, reading whatever is there, export."""

import io
import json
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pycrdt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

import documents.export
from documents import whiteboard
from documents.export import ExportFormat, ExportRequest, export, links
from documents.kinds import Kind, RootType
from documents.reading import NESTING_MAX, UnreadableUpdate, plain, read_roots, state
from documents.sample_board import mark, sample_board
from documents.whiteboard import Image, linked_files, living_elements, scene
from documents.writing import initial_content

BASE = {
    "id", "type", "x", "y", "width", "height", "angle", "strokeColor", "backgroundColor", "fillStyle", "strokeWidth",
    "strokeStyle", "roughness", "opacity", "groupIds", "frameId", "index", "roundness", "seed", "version",
    "versionNonce", "isDeleted", "boundElements", "updated", "link", "locked",
}  # fmt: skip
OWN = {
    "text": {"text", "originalText", "fontSize", "fontFamily", "textAlign", "verticalAlign", "containerId", "autoResize", "lineHeight"},
    "arrow": {"points", "lastCommittedPoint", "startBinding", "endBinding", "startArrowhead", "endArrowhead", "elbowed"},
    "freedraw": {"points", "pressures", "simulatePressure", "lastCommittedPoint"},
}  # fmt: skip


def board(fill: Callable[[Map], None], root: str = "elements") -> bytes:
    doc: Doc = Doc()
    fill(doc.get(root, type=Map))
    return doc.get_update()


def put(**values: Any) -> bytes:
    def fill(elements: Map) -> None:
        for key, value in values.items():
            elements[key] = value

    return board(fill)


def shape(**changes: Any) -> dict[str, Any]:
    return {"type": "rectangle", "index": "a0", "isDeleted": False, **changes}


def ids(updates: list[bytes]) -> list[str]:
    return [element["id"] for element in scene(updates)["elements"]]


def test_a_whiteboard_has_three_roots():
    assert dict(Kind.WHITEBOARD.roots) == dict.fromkeys(["elements", "files", "meta"], RootType.MAP)


def test_the_sample_board_is_of_complete_elements_in_painting_order():
    elements = [*sample_board(), *mark()]
    for element in elements:
        assert set(element) == BASE | OWN.get(element["type"], set())
    assert {"rectangle", "ellipse", "arrow", "text", "freedraw"} == {element["type"] for element in elements}
    indexes = [element["index"] for element in elements]
    assert indexes == sorted(set(indexes))
    by_id = {element["id"]: element for element in elements}
    assert len(by_id) == len(elements)
    arrow = by_id["sample-rise"]
    for end in ("startBinding", "endBinding"):
        assert {"id": arrow["id"], "type": "arrow"} in by_id[arrow[end]["elementId"]]["boundElements"]
    label = by_id["sample-sea-label"]
    assert {"id": label["id"], "type": "text"} in by_id[label["containerId"]]["boundElements"]


def test_what_is_written_is_what_is_read():
    update = initial_content(Kind.WHITEBOARD, lambda doc: whiteboard.put(doc, sample_board()))
    assert scene([update])["elements"] == sample_board()


def test_elements_are_painted_by_index_then_id_and_those_without_an_index_on_top():
    update = put(
        a=shape(index="a2"),
        b=shape(index="a1"),
        d=shape(index="a1"),
        c=shape(index=None),
        e=shape(index=7),
        Z=shape(index="Zz"),
    )
    assert ids([update]) == ["Z", "b", "d", "a", "c", "e"]


def test_deleted_elements_and_junk_are_left_out():
    update = put(
        gone=shape(isDeleted=True),
        text="junk",
        number=5,
        nothing=None,
        typeless={"x": 1},
        odd={"type": 7},
        here=shape(),
    )
    assert ids([update]) == ["here"]


def test_the_key_is_the_id_whatever_the_element_says():
    assert ids([put(true=shape(id="false"))]) == ["true"]


def test_an_element_may_be_a_shared_map():
    assert scene([put(m=Map({"type": "ellipse", "points": Array([1, 2])}))])["elements"] == [
        {"id": "m", "type": "ellipse", "points": [1, 2]}
    ]


def test_a_root_of_another_type_reads_as_empty():
    doc: Doc = Doc()
    doc.get("elements", type=Array).append("x")
    doc.get("files", type=Text).insert(0, "x")
    assert scene([doc.get_update()])["elements"] == []
    assert linked_files([doc.get_update()]) == {}


def test_values_without_a_json_form_become_the_nearest_one():
    update = put(
        big=2.0**60, inf=float("inf"), nan=float("nan"), half=0.5, whole=3.0, raw=b"\x00\xff", flag=True, none=None,
        text=Text("héy"), sub=Doc({"a": Map({"z": 1})}), xml=XmlFragment([XmlElement("p", contents=[XmlText("q")])]),
        deep=Map({"a": Array([Map({"b": [1, {"c": b""}]}), None])}),
    )  # fmt: skip
    assert read_roots(Kind.WHITEBOARD, [update])["elements"] == {
        "big": 2.0**60, "inf": None, "nan": None, "half": 0.5, "whole": 3, "raw": "AP8=", "flag": True, "none": None,
        "text": "héy", "sub": None, "xml": "<p>q</p>", "deep": {"a": [{"b": [1, {"c": ""}]}, None]},
    }  # fmt: skip


def test_what_is_nested_too_deeply_ends_in_null():
    value: Any = "bottom"
    for _ in range(NESTING_MAX + 5):
        value = [value]
    shown = plain(value)
    depth = 0
    while shown is not None:
        (shown,) = shown
        depth += 1
    assert depth == NESTING_MAX + 1


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(width=32)
    | st.text(max_size=5)
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=5),
    st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_no_content_that_a_client_can_write_breaks_an_export(elements, files):
    doc: Doc = Doc()
    for root, values in (("elements", elements), ("files", files)):
        shared = doc.get(root, type=Map)
        for key, value in values.items():
            shared[key] = value
    for export_format in ExportFormat:
        request = ExportRequest(Kind.WHITEBOARD, export_format, (doc.get_update(),))
        content = export(request)
        links(request)
        if export_format is not ExportFormat.YJS:
            json.loads(content)


def test_bytes_that_are_no_update_are_told_from_others():
    for junk in (b"", b"garbage", b"\xff" * 10):
        with pytest.raises(UnreadableUpdate):
            state(Kind.WHITEBOARD, [junk])


def test_a_panic_of_the_library_counts_as_unreadable_and_nothing_else_does(monkeypatch):
    class PanicException(BaseException):
        pass

    def apply_update(_self, update):
        raise PanicException if update == b"panic" else KeyboardInterrupt

    monkeypatch.setattr(pycrdt.Doc, "apply_update", apply_update)
    with pytest.raises(UnreadableUpdate):
        state(Kind.WHITEBOARD, [b"panic"])
    with pytest.raises(KeyboardInterrupt):
        state(Kind.WHITEBOARD, [b"stop"])


def picture_board() -> bytes:
    doc: Doc = Doc()
    elements, files = doc.get("elements", type=Map), doc.get("files", type=Map)
    for key in ("shown", "deleted", "missing"):
        elements[key] = shape(type="image", fileId=f"f-{key}", isDeleted=key == "deleted")
    elements["odd"] = shape(fileId=["a list"])
    for key in ("f-shown", "f-deleted", "f-unused"):
        files[key] = {"url": f"/api/files/{key}", "media_type": "image/png"}
    files["f-missing"] = {"url": 5}
    files["f-odd"] = "no object"
    return doc.get_update()


def test_only_files_of_shown_images_are_linked():
    assert linked_files([picture_board()]) == {"f-shown": "/api/files/f-shown"}


def test_images_are_written_into_the_scene_that_shows_them():
    picture = Image("image/png", b"\x89PNG")
    images = {"f-shown": picture, "f-unused": picture}
    assert scene([picture_board()], images=images)["files"] == {
        "f-shown": {"id": "f-shown", "mimeType": "image/png", "dataURL": "data:image/png;base64,iVBORw==", "created": 0}
    }


def test_files_of_other_formats_carry_no_images():
    assert links(ExportRequest(Kind.WHITEBOARD, ExportFormat.JSON, (picture_board(),))) == {}


@pytest.mark.parametrize("export_format", ExportFormat)
def test_every_format_says_what_it_is(export_format):
    assert "/" in export_format.media_type
    assert export_format.file_ending == f".{export_format.value}"
    assert export_format.fits(Kind.WHITEBOARD)


def test_living_elements_of_nothing_are_none():
    assert living_elements({}) == []


def test_another_process_answers_the_same(monkeypatch):
    request = ExportRequest(Kind.WHITEBOARD, ExportFormat.JSON, (put(a=shape()),))

    class Stream:
        def __init__(self, content: bytes = b"") -> None:
            self.buffer = io.BytesIO(content)

    out = Stream()
    monkeypatch.setattr(sys, "stdin", Stream(pickle.dumps(("export", request))))
    monkeypatch.setattr(sys, "stdout", out)
    documents.export.main()
    assert pickle.loads(out.buffer.getvalue()) == export(request)
