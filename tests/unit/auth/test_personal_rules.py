"""What an archive of a person's data says about itself."""

import pytest

from auth.personal.rules import about, file_name


def test_it_is_explained_in_the_persons_language() -> None:
    assert "keeps about Zoë" in about(locale=None, house="https://lectern.example", name="Zoë")
    assert "über Zoë" in about(locale="de-AT", house="https://lectern.example", name="Zoë")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("The cell", "0001 The cell"),
        ("../../etc/passwd", "0001 _.._etc_passwd"),
        ("Zelle/Kern: 1\\2", "0001 Zelle_Kern_ 1_2"),
        ("細胞.png", "0001 細胞.png"),
        (" . ", "0001 _"),
        ("x" * 300, "0001 " + "x" * 100),
    ],
)
def test_a_file_gets_a_name_that_every_file_system_takes(name: str, kept: str) -> None:
    assert file_name(name, place=1) == kept
