"""The demo class of a first start."""

import asyncio

from sqlalchemy import func, select

from auth.models import UserRow
from classroom.demo import DEVELOPMENT_PASSWORD, seed
from documents.sample_board import sample_board
from tests.integration.conftest import Api


async def test_an_empty_database_gets_a_class_with_a_drawn_board(api: Api) -> None:
    accounts = await seed(api.services.database, passwords=api.services.passwords, file_store=api.services.file_store)
    assert [account.role for account in accounts] == ["teacher", "student", "student", "student"]
    for account in accounts:
        client = api.client()
        assert account.password == DEVELOPMENT_PASSWORD
        assert (await client.sign_in(account.email, account.password)).status_code == 200
        (shown,) = (await client.get("/classes")).json()["items"]
        assert shown["student_count"] == 3
        found = (await client.get(f"/classes/{shown['id']}/documents")).json()["items"]
        documents = {document["kind"]: document for document in found}
        board, deck = documents["whiteboard"], documents["slides"]
        assert board["access"] == "write"
        poll = (await client.get(f"/classes/{shown['id']}/polls")).json()["items"][0]
        assert poll["state"] == "open"
        assert documents["poll"]["id"] == poll["document_id"]
        assert (await client.get(f"/polls/{poll['id']}/results")).json()["voters"] == 2
        scene = (await client.get(f"/documents/{board['id']}/export", params={"format": "excalidraw"})).json()
        assert scene["elements"] == sample_board()
        roots = (await client.get(f"/documents/{deck['id']}/export", params={"format": "json"})).json()
        assert [slide["title"] for slide in roots["slides"]][1] == "1. Water evaporates"
        assert len((await client.get(f"/documents/{deck['id']}/slides")).json()["pages"]) == len(roots["slides"]) == 5
        over = (
            await client.get(f"/documents/{roots['slides'][1]['board_id']}/export", params={"format": "json"})
        ).json()
        assert set(over["elements"]) == {"sample-ring", "sample-why"}
        lessons = (await client.get(f"/classes/{shown['id']}/lessons")).json()["units"]
        titles = {"Where does the rain come from?", "An experiment with a glass"}
        drafts = {"Reading a weather map", "Our weather station"} if account.role == "teacher" else set()
        assert {lesson["title"] for unit in lessons for lesson in unit["lessons"]} == titles | drafts
        lesson = (await client.get(f"/lessons/{lessons[0]['lessons'][0]['id']}")).json()
        assert {each["kind"] for each in lesson["documents"]} == {"slides", "whiteboard"}
        (course,) = (await client.get("/courses")).json()["items"]
        assert shown["course"] == {"id": course["id"], "title": course["title"]}
        book = (await client.get(f"/classes/{shown['id']}/grades")).json()
        assert [item["title"] for item in book["items"]] == [
            "Describe a cloud", "The journey of a raindrop", "Vocabulary test",
        ]  # fmt: skip
        assert all(row["percent"] > 60 for row in book["students"])
        due = (await client.get("/me/assignments")).json()["items"]
        assert len(due) == (account.email in {"zoe@lectern.example", "amir@lectern.example"})


async def test_demo_addresses_are_such_as_anybody_could_register(api: Api) -> None:
    accounts = await seed(api.services.database, passwords=api.services.passwords, file_store=api.services.file_store)
    body = {"email": accounts[0].email, "password": "another password", "name": "X", "role": "student"}
    assert (await api.client().post("/auth/register", body)).status_code == 201


async def test_seeding_again_changes_nothing_and_tells_the_same_accounts(api: Api) -> None:
    seed_once = [
        seed(api.services.database, passwords=api.services.passwords, file_store=api.services.file_store)
        for _ in range(3)
    ]
    first, *later = await asyncio.gather(*seed_once)
    assert all(accounts == first for accounts in later)
    async with api.services.database.transaction() as transaction:
        assert await transaction.session.scalar(select(func.count()).select_from(UserRow)) == 4


async def test_a_school_with_people_gets_no_demo(api: Api) -> None:
    await api.teacher()
    assert await seed(api.services.database, passwords=api.services.passwords, file_store=api.services.file_store) == ()


async def test_in_production_each_account_has_a_password_that_is_told_once(api: Api) -> None:
    accounts = await seed(
        api.services.database, passwords=api.services.passwords, file_store=api.services.file_store, production=True
    )
    passwords = {account.password for account in accounts}
    assert len(passwords) == 4
    assert DEVELOPMENT_PASSWORD not in passwords
    assert (await api.client().sign_in(accounts[0].email, accounts[0].password or "")).status_code == 200
    again = await seed(
        api.services.database, passwords=api.services.passwords, file_store=api.services.file_store, production=True
    )
    assert [(account.email, account.password) for account in again] == [(each.email, None) for each in accounts]
