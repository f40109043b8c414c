"""What documents point to, and how they are made to point to something else."""

from typing import Any
from uuid import UUID

from pycrdt import Array, Doc, Map

from documents.export import ShownFilesRequest, shown
from documents.kinds import Kind
from documents.reading import declare, read_roots
from documents.references import names_of_files, pointing_to, read_id, shown_files, slides_in

PREFIX = "/api/files/"
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def other(old: UUID) -> UUID:
    return UUID(int=old.int + 100)


def changed(kind: Kind, fill) -> dict[str, Any]:
    """Return the roots of a document after it was made to point to other things."""
    doc: Doc[Any] = Doc()
    declare(doc, kind)
    fill(doc)
    with doc.transaction():
        pointing_to(kind, other, prefix=PREFIX)(doc)
    return read_roots(kind, [doc.get_update()])


def test_a_board_shows_the_files_that_its_living_elements_show() -> None:
    roots = {
        "elements": {
            "1": {"type": "image", "fileId": "a"},
            "2": {"type": "image", "fileId": "b", "isDeleted": True},
            "3": {"type": "image", "fileId": "gone"},
            "4": {"type": "image", "fileId": 7},
            "5": {"type": "image", "fileId": "foreign"},
            "6": {"type": "image", "fileId": "odd"},
        },
        "files": {
            "a": {"url": f"{PREFIX}{A}"},
            "b": {"url": f"{PREFIX}{B}"},
            "foreign": {"url": f"https://elsewhere.example/{C}"},
            "odd": {"url": 5},
        },
        "meta": {},
    }
    assert shown_files(Kind.WHITEBOARD, roots, prefix=PREFIX) == {A}


def test_a_deck_shows_the_files_of_its_slides() -> None:
    roots = {"slides": [{"id": "1", "file_id": str(A)}, {"id": "2"}, {"file_id": str(B)}, "no slide", {"id": 5}]}
    assert shown_files(Kind.SLIDES, roots, prefix=PREFIX) == {A}
    assert [slide for slide, _ in slides_in(roots)] == ["1", "2"]


def test_a_board_knows_files_that_it_does_not_show_by_the_names_that_bring_them_back() -> None:
    roots = {
        "elements": {"1": {"type": "image", "fileId": "a"}, "2": {"type": "image", "fileId": "b", "isDeleted": True}},
        "files": {
            "a": {"url": f"{PREFIX}{A}"},
            "b": {"url": f"{PREFIX}{B}"},
            "b too": {"url": f"{PREFIX}{B}"},
            "foreign": {"url": f"https://elsewhere.example/{C}"},
            "odd": 5,
        },
        "meta": {},
    }
    assert names_of_files(Kind.PAGE, roots, prefix=PREFIX) == {A: {str(A), "a"}, B: {str(B), "b", "b too"}}
    deck = {"slides": [{"id": "1", "file_id": str(A)}]}
    assert names_of_files(Kind.SLIDES, deck, prefix=PREFIX) == {A: {str(A)}}


def test_the_files_of_several_moments_are_those_of_any_of_them() -> None:
    def board(*pictures: UUID) -> bytes:
        doc: Doc[Any] = Doc()
        for each in pictures:
            doc.get("files", type=Map)[f"key {each.int}"] = {"url": f"{PREFIX}{each}"}
            deleted = each == C
            doc.get("elements", type=Map)[str(each)] = {
                "type": "image",
                "fileId": f"key {each.int}",
                "isDeleted": deleted,
            }
        return doc.get_update()

    files, names = shown(ShownFilesRequest(Kind.WHITEBOARD, (board(A), board(B, C)), PREFIX))
    assert files == {A, B}
    assert names[C] == {str(C), "key 3"}


def test_a_boards_files_get_other_addresses_and_everything_else_stays() -> None:
    def fill(doc: Doc[Any]) -> None:
        files = doc.get("files", type=Map)
        files["a"] = {"url": f"{PREFIX}{A}", "media_type": "image/png"}
        files["nested"] = Map({"url": f"{PREFIX}{B}"})
        files["foreign"] = {"url": "https://elsewhere.example/x"}
        files["odd"] = "no file"

    assert changed(Kind.WHITEBOARD, fill)["files"] == {
        "a": {"url": f"{PREFIX}{other(A)}", "media_type": "image/png"},
        "nested": {"url": f"{PREFIX}{other(B)}"},
        "foreign": {"url": "https://elsewhere.example/x"},
        "odd": "no file",
    }


def test_a_decks_slides_get_other_files_boards_and_polls() -> None:
    def fill(doc: Doc[Any]) -> None:
        slides = doc.get("slides", type=Array)
        slides.append(Map({"id": "1", "file_id": str(A), "page": 2, "board_id": str(B), "poll_id": "no id"}))
        slides.append({"id": "2", "poll_id": str(C)})
        slides.append({"id": "3"})
        slides.append("no slide")

    assert changed(Kind.SLIDES, fill)["slides"] == [
        {"id": "1", "file_id": str(other(A)), "page": 2, "board_id": str(other(B)), "poll_id": "no id"},
        {"id": "2", "poll_id": str(other(C))},
        {"id": "3"},
        "no slide",
    ]


def test_an_id_is_one_only_in_the_form_in_which_the_house_writes_it() -> None:
    assert read_id(str(A)) == A
    for value in (None, 5, "", "no id", str(A).replace("-", ""), f"{{{A}}}"):
        assert read_id(value) is None
