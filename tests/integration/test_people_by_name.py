"""Long lists of people: in the order of their names, searched, page by page, and what a teacher goes through work with."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from auth.rules import sort_name
from tests.integration.conftest import Client
from tests.integration.teaching import Term

pytestmark = pytest.mark.postgres

NAMES = ["Zoë Ünal", "bob Ash", "Årne Öst", "Ärger Zahl", "Carl Łuk", "Straße", "Strasse", "Ольга", "美玲", "Ａlex"]


@pytest.fixture
async def crowd(term: Term) -> Term:
    """Let students with names of many kinds into the class, who do not sign in."""
    async with term.api.services.database.transaction() as transaction:
        for number, name in enumerate(NAMES):
            values = {"id": uuid4(), "name": name, "email": f"n{number}@school.example", "class": UUID(term.class_id)}
            await transaction.session.execute(
                text(
                    "insert into users (id, email, name, password_hash, role, status, color) "
                    "values (:id, :email, :name, '-', 'student', 'active', '#336699')"
                ),
                values,
            )
            await transaction.session.execute(
                text("insert into memberships (class_id, user_id, role) values (:class, :id, 'student')"), values
            )
    return term


async def walked(person: Client, path: str, *, limit: int = 3, items: str = "items") -> list[Any]:
    """Return what all pages of a list have."""
    found: list[Any] = []
    more = ""
    while True:
        mark = "&" if "?" in path else "?"
        answer = await person.get(f"{path}{mark}limit={limit}{more}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page[items]) <= limit
        found += page[items]
        if page["next_cursor"] is None:
            return found
        more = f"&cursor={page['next_cursor']}"


def name_of(line: Any) -> str:
    return str((line.get("user") or line)["name"])


async def lists(term: Term) -> dict[str, str]:
    """Return the lists of people of a class, and where their lines are."""
    work = await term.assignment()
    return {
        f"{term.path}/members": "items",
        f"{term.path}/grades": "students",
        f"/assignments/{work['id']}/submissions": "items",
    }


async def test_people_are_listed_as_a_reader_orders_names(crowd: Term) -> None:
    names: list[str] = []
    for path, items in (await lists(crowd)).items():
        names = [name_of(line) for line in await walked(crowd.teacher, path, items=items)]
        assert set(NAMES) <= set(names)
        assert names == sorted(names, key=sort_name), path
    assert [name for name in names if name in NAMES[:5]] == [
        "Ärger Zahl",
        "Årne Öst",
        "bob Ash",
        "Carl Łuk",
        "Zoë Ünal",
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zoe", ["Zoë Ünal"]),
        ("ZOË ü", ["Zoë Ünal"]),
        ("luk", ["Carl Łuk"]),
        ("strass", ["Straße", "Strasse"]),
        ("ОЛЬ", ["Ольга"]),
        ("玲", ["美玲"]),
        ("alex", ["Ａlex"]),
        ("%", []),
        ("\\", []),
        ("＼", []),
        ("n3@", ["Ärger Zahl"]),
    ],
)
async def test_people_are_found_in_all_pages_by_what_a_keyboard_has(crowd: Term, typed: str, found: list[str]) -> None:
    for path, items in (await lists(crowd)).items():
        page = await crowd.ok(crowd.teacher.get(path, params={"query": typed}))
        assert {name_of(line) for line in page[items]} == set(found), path


async def test_students_find_nobody_by_an_address_that_they_do_not_see(crowd: Term) -> None:
    for typed in ("n3@", "school.example"):
        page = await crowd.ok(crowd.zoe.get(f"{crowd.path}/members", params={"query": typed}))
        assert page["items"] == []
    page = await crowd.ok(crowd.zoe.get(f"{crowd.path}/members", params={"query": "zahl"}))
    assert [each["name"] for each in page["items"]] == ["Ärger Zahl"]


async def test_namesakes_are_told_wherever_the_other_one_is_listed(crowd: Term) -> None:
    for path, items in (await lists(crowd)).items():
        told = {name_of(line): line["namesake"] for line in await walked(crowd.teacher, path, limit=1, items=items)}
        assert {name for name, namesake in told.items() if namesake} == {"Straße", "Strasse"}, path


async def test_members_of_one_role_are_listed_alone(crowd: Term) -> None:
    for role in ("teacher", "student"):
        found = await walked(crowd.teacher, f"{crowd.path}/members?role={role}")
        assert {each["role"] for each in found} == {role}
    answer = await crowd.teacher.get(f"{crowd.path}/members?role=head")
    assert answer.status_code == 422


async def test_a_cursor_whose_person_is_gone_or_of_another_list_is_refused(
    crowd: Term, is_problem: Callable[..., None]
) -> None:
    page = await crowd.ok(crowd.teacher.get(f"{crowd.path}/members?limit=1"))
    at = f"?cursor={page['next_cursor']}"
    is_problem(await crowd.teacher.get(f"{crowd.path}/grades{at}"), 422, "validation_failed", "cursor")
    async with crowd.api.services.database.transaction() as transaction:
        await transaction.session.execute(
            text("delete from users where id = :id"), {"id": UUID(page["items"][0]["user_id"])}
        )
    is_problem(await crowd.teacher.get(f"{crowd.path}/members{at}"), 422, "validation_failed", "cursor")


async def test_who_is_renamed_or_leaves_between_two_pages_makes_nobody_else_vanish(crowd: Term) -> None:
    path = f"{crowd.path}/members"
    before = [each["user_id"] for each in await walked(crowd.teacher, path)]
    page = await crowd.ok(crowd.teacher.get(f"{path}?limit=3"))
    last = page["items"][-1]["user_id"]
    await crowd.ok(crowd.teacher.delete(f"{path}/{last}"), 204)
    rest = await crowd.ok(crowd.teacher.get(f"{path}?limit=100&cursor={page['next_cursor']}"))
    assert [each["user_id"] for each in rest["items"]] == before[3:]


async def test_work_is_listed_by_how_far_it_has_come(term: Term) -> None:
    ben = await term.api.person("student", "Ben")
    await term.ok(ben.post("/classes/join", {"join_code": term.join_code}))
    essay = await term.assignment(attempts_max=2)
    path = f"/assignments/{essay['id']}/submissions"

    async def at(state: str, person: Client | None = None) -> set[str]:
        found = await walked(person or term.teacher, f"{path}?state={state}", limit=1)
        assert {each["state"] for each in found} <= {state}
        return {each["user"]["id"] for each in found}

    async def where() -> dict[str, set[str]]:
        return {state: await at(state) for state in ("none", "working", "handed_in", "returned")}

    nobody: set[str] = set()
    everybody = {term.zoe.id, term.mei.id, ben.id}
    assert await where() == {"none": everybody, "working": nobody, "handed_in": nobody, "returned": nobody}
    await term.ok(term.mei.put(f"/assignments/{essay['id']}/draft", {"text": "I begin"}))
    done = await term.hand_in(term.zoe, essay)
    assert await where() == {
        "none": {ben.id},
        "working": {term.mei.id},
        "handed_in": {term.zoe.id},
        "returned": nobody,
    }
    await term.grade(done, 7)
    # On paper, without anything handed in.
    assert (await term.set_grades((essay["item_id"], ben, 5, 0))).status_code == 200
    assert await where() == {
        "none": nobody,
        "working": {term.mei.id},
        "handed_in": nobody,
        "returned": {term.zoe.id, ben.id},
    }
    await term.ok(term.zoe.post(f"/submissions/{done['id']}/attempts"))
    await term.hand_in(term.zoe, essay)
    assert await at("handed_in") == {term.zoe.id}
    assert await at("handed_in", term.mei) == nobody
    assert (await term.teacher.get(f"{path}?state=lost")).status_code == 422


async def test_a_teacher_goes_from_work_to_work_without_reading_everybodys(term: Term) -> None:
    students = {}
    for name in ("Anna", "Ben", "Cem", "Dora"):
        students[name] = await term.api.person("student", name)
        await term.ok(students[name].post("/classes/join", {"join_code": term.join_code}))
    essay = await term.assignment()
    work = {name: await term.hand_in(students[name], essay) for name in ("Dora", "Anna", "Cem")}
    begun = await term.ok(students["Ben"].put(f"/assignments/{essay['id']}/draft", {"text": "I begin"}))

    async def beside(submission: Any) -> Any:
        return await term.ok(term.teacher.get(f"/submissions/{submission['id']}/neighbours"))

    ids = {name: each["id"] for name, each in work.items()}
    assert await beside(work["Cem"]) == {
        "place": 2,
        "count": 3,
        "previous": ids["Anna"],
        "next": ids["Dora"],
        "to_grade": ids["Dora"],
        "namesake": False,
    }
    await term.grade(work["Dora"], 5)
    assert (await beside(work["Cem"]))["to_grade"] == ids["Anna"]
    await term.grade(work["Anna"], 5)
    assert (await beside(work["Cem"]))["to_grade"] is None
    first, last = await beside(work["Anna"]), await beside(work["Dora"])
    assert (first["place"], first["previous"], first["next"], first["to_grade"]) == (1, None, ids["Cem"], ids["Cem"])
    assert (last["place"], last["previous"], last["next"], last["to_grade"]) == (3, ids["Cem"], None, ids["Cem"])
    # What was begun and not handed in is not gone through, and says so.
    assert (await beside(begun))["place"] == 0
    # Nor is that of who has left.
    await term.ok(term.teacher.delete(f"{term.path}/members/{students['Anna'].id}"), 204)
    assert (await beside(work["Cem"]))["place"] == 1
    twin = await term.api.person("student", "cém")
    await term.ok(twin.post("/classes/join", {"join_code": term.join_code}))
    assert (await beside(work["Cem"]))["namesake"] is True
    assert (await students["Cem"].get(f"/submissions/{ids['Cem']}/neighbours")).status_code == 403
    assert (await term.zoe.get(f"/submissions/{ids['Cem']}/neighbours")).status_code == 404


async def test_all_work_due_is_found_page_by_page(term: Term, is_problem: Callable[..., None]) -> None:
    whole = {}
    for number in range(7):
        due = None if number % 3 == 0 else f"2099-01-0{number}T10:00:00Z"
        whole[f"Essay {number}"] = await term.assignment(title=f"Essay {number}", due_at=due)
    last = {"due_at": "2099-02-01T10:00:00Z"}
    await term.ok(term.teacher.put(f"/assignments/{whole['Essay 1']['id']}/extensions/{term.zoe.id}", last), 204)
    order = [f"Essay {number}" for number in (2, 4, 5, 1, 0, 3, 6)]
    assert [each["title"] for each in await walked(term.zoe, "/me/assignments", limit=2)] == order
    page = await term.ok(term.zoe.get("/me/assignments?limit=3"))
    assert [each["title"] for each in page["items"]] == order[:3]
    # What is handed in between two pages is missing from none of the others.
    await term.hand_in(term.zoe, whole["Essay 5"])
    cursor = page["next_cursor"]
    rest = await term.ok(term.zoe.get(f"/me/assignments?limit=100&cursor={cursor}"))
    assert [each["title"] for each in rest["items"]] == order[3:]
    is_problem(await term.stranger.get(f"/me/assignments?cursor={cursor}"), 422, "validation_failed", "cursor")
