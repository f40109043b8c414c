"""Names of files in an archive that opens on every system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.assignments.names import NAME_MAX_BYTES, Names, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Zoë Brandt", "Zoë Brandt"),
        ("أمير حداد", "أمير حداد"),
        ("林美", "林美"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\autoexec.bat", "C__autoexec.bat"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("...", "file"),
        ("", "file"),
        ("\u200b\n", "file"),
        (" .hidden. ", "hidden"),
        ("what? <now>", "what_ _now_"),
        ("e\u0301", "é"),
        ("🎈", "🎈"),
    ],
)
def test_a_name_is_one_on_every_system(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_name_is_cut_between_characters_and_keeps_its_ending() -> None:
    name = safe_name("美" * 100 + ".pdf")
    assert name == "美" * 38 + ".pdf"
    assert safe_name("a" * 300) == "a" * NAME_MAX_BYTES
    assert safe_name("a" * 115 + "." + "b" * 20) == ("a" * 115 + "." + "b" * 20)[:NAME_MAX_BYTES]


def test_names_that_come_again_get_numbers() -> None:
    names = Names()
    assert [names.take(text) for text in ("a.txt", "A.TXT", "a.txt", "b", "b")] == [
        "a.txt",
        "A (2).TXT",
        "a (3).txt",
        "b",
        "b (2)",
    ]
    long = ["x" * 119 + "a", "x" * 119 + "a"]
    assert [len(names.take(text)) for text in long] == [120, 120]


@given(st.lists(st.text(max_size=200), max_size=8))
def test_whatever_things_are_called_their_names_are_safe_and_differ(texts: list[str]) -> None:
    names = Names()
    taken = [names.take(text) for text in texts]
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert name
        assert name == name.strip(". ")
        assert len(name.encode()) <= NAME_MAX_BYTES
        assert not set(name) & set('/\\:*?"<>|\0\n')
