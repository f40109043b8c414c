from classroom.history.rules import can_be_restored
from documents.kinds import Kind


def test_only_what_people_make_can_come_back() -> None:
    assert [kind for kind in (Kind.WHITEBOARD, Kind.SLIDES, Kind.POLL, Kind.PROGRESS) if can_be_restored(kind)] == [
        Kind.WHITEBOARD,
        Kind.SLIDES,
    ]
