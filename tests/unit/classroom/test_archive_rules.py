"""Archives of classes: what they may say, and what becomes of ids."""

import itertools
import json
from typing import Any
from uuid import UUID

import pytest

from classroom.archives.errors import ArchiveDamaged, ArchiveError
from classroom.archives.manifest import ClassNamed, Entry, Manifest, read_manifest, written_manifest
from classroom.archives.references import References
from classroom.lessons.content import checked, pointing_to

A, B = UUID(int=1), UUID(int=2)


def numbered() -> References:
    numbers = itertools.count(100)
    return References(lambda: UUID(int=next(numbers)))


def test_what_an_archive_holds_has_one_new_id_wherever_it_is_mentioned() -> None:
    ids = numbered()
    new = ids.add(A)
    assert (ids[A], ids.held(A)) == (new, new)
    assert ids.add(B, UUID(int=7)) == ids[B] == UUID(int=7)


def test_what_is_only_mentioned_gets_an_id_that_means_nothing() -> None:
    ids = numbered()
    new = ids[A]
    assert new == ids[A] != A
    assert ids.held(A) is None
    with pytest.raises(ValueError, match="two things"):
        ids.add(A)


def test_two_things_with_one_id_are_refused() -> None:
    ids = numbered()
    ids.add(A)
    with pytest.raises(ValueError, match="two things"):
        ids.add(A)


def a_manifest(**changes: Any) -> dict[str, Any]:
    manifest = Manifest(
        release="1.0",
        made_at="2026-11-29T05:00:00+00:00",
        class_=ClassNamed(id=A, title="Science 7b"),
        contents={"lessons": 3},
        left_out=["people"],
        missing=[],
        entries={"lessons.json": Entry(bytes=2, sha256="0" * 64)},
    )
    assert read_manifest(written_manifest(manifest)) == manifest
    plain: dict[str, Any] = json.loads(written_manifest(manifest))
    return plain | changes


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff", "damaged: it does not say what it is"),
        (b"[" * 100_000, "damaged: it does not say what it is"),
        (b"[]", "not an archive of a class"),
        (json.dumps(a_manifest(format="zip")).encode(), "not an archive of a class"),
        (json.dumps(a_manifest(version=2)).encode(), "has format 2, which this release does not know"),
        (json.dumps(a_manifest(version="x" * 99)).encode(), "has format xxxxxxxxxxxxxxxxxxxx, which"),
        (json.dumps(a_manifest(more=1)).encode(), "manifest.json, more"),
        (json.dumps(a_manifest(**{"class": {"id": str(A), "title": "a\u0000b"}})).encode(), "class.title"),
        (json.dumps(a_manifest(entries={"../x": {"bytes": 1, "sha256": "0" * 64}})).encode(), "no archive has"),
        (json.dumps(a_manifest(entries={"manifest.json": {"bytes": 1, "sha256": "0" * 64}})).encode(), "no archive"),
        (json.dumps(a_manifest(entries={"a.json": {"bytes": -1, "sha256": "0" * 64}})).encode(), "a.json.bytes"),
    ],
)
def test_a_manifest_that_is_none_is_refused_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(ArchiveError) as refused:
        read_manifest(data)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_damaged_archive_is_an_archive_that_is_not_taken() -> None:
    assert str(ArchiveDamaged()) == "This archive is damaged: its content is not what was written."
    assert issubclass(ArchiveDamaged, ArchiveError)


def test_a_lessons_text_shows_other_documents_and_files() -> None:
    text = checked(
        {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "See"}]},
                {"type": "embed", "attrs": {"document_id": str(A)}},
                {"type": "video", "attrs": {"file_id": None, "url": "https://films.example/1", "title": "Rain"}},
                {"type": "blockquote", "content": [{"type": "image", "attrs": {"file_id": str(B), "alt": "A drop"}}]},
            ],
        }
    )
    there = pointing_to(text, lambda old: UUID(int=old.int + 100))
    assert checked(there) == there
    assert there["content"][1]["attrs"] == {"document_id": str(UUID(int=101))}
    assert there["content"][2] == text["content"][2]
    assert there["content"][3]["content"][0]["attrs"] == {"file_id": str(UUID(int=102)), "alt": "A drop"}
    assert text["content"][1]["attrs"] == {"document_id": str(A)}
