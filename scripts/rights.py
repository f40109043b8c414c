"""Write docs/administrators/rights.md from the table that the code asks, or check that it is current.

python -m scripts.rights [--check]
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from auth.models import Role
from auth.permissions import CLASS_RULES, HOUSE_RULES, RoleInClass
from documents.access import Level, decide
from documents.kinds import Kind

PAGE = Path(__file__).resolve().parent.parent / "docs" / "administrators" / "rights.md"
YES, NO = "yes", "–"
INTRODUCTION = """# Who may do what

Made by `python -m scripts.rights` from the tables that the code itself asks (`auth/permissions.py`, `documents/access.py`); do not edit it here.
Every route and both WebSocket dialects are tested against them."""
IN_THE_HOUSE = """
## In the house

The role of the account decides. Who is not allowed gets 403. Administrators manage people, not teaching: they see no class from inside.
A blocked person may do nothing, and whoever is not signed in may only register, sign in, and see whose class a join code is for.
"""
IN_A_CLASS = """
## In a class

The role in that class decides, whatever the account's role is. For everybody else the class does not exist: they get 404.
"""
IN_A_DOCUMENT = """
## In a document

What a member may do with a document, by its kind and by what its teachers allow the students. A setting for one student goes before
the one for all. On the stage of a running session the class sees a document whatever its settings say. People outside of the class never see one.
"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    titles = list(head)
    for cells in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(cells)} |"


def page() -> str:
    """Return the whole page."""
    house = [[rule.about, *(YES if role in rule.roles else NO for role in Role)] for rule in HOUSE_RULES.values()]
    classes = [
        [rule.about, *(YES if role in rule.roles else NO for role in RoleInClass)] for rule in CLASS_RULES.values()
    ]
    documents = [
        [
            kind,
            *(decide(kind, role_in_class=RoleInClass.STUDENT, students=students, personal=None) for students in Level),
            decide(kind, role_in_class=RoleInClass.TEACHER, students=Level.NONE, personal=None),
        ]
        for kind in Kind
    ]
    parts = [
        INTRODUCTION,
        IN_THE_HOUSE,
        *table(["may …", *Role], house),
        IN_A_CLASS,
        *table(["may …", *RoleInClass], classes),
        IN_A_DOCUMENT,
        *table(["kind", *(f"student, where students may: {level}" for level in Level), "teacher"], documents),
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the page; with ``--check``, return 1 when it is not current."""
    if "--check" in sys.argv[1:]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        print("docs/administrators/rights.md is not current: run python -m scripts.rights")
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
