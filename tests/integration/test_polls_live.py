"""A poll's document as stock clients see it, on a real server."""

import asyncio

import pytest

from tests.running_server import RunningServer
from tests.school import School
from tests.yjs_peers import yjs_peers

DIALECTS = ("y-websocket", "hocuspocus")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_9_stock_clients_see_every_vote_and_can_write_none(shared_server: RunningServer, dialect: str) -> None:
    school = School(shared_server.url)
    teacher, student = school.register("Ms. Okafor", "teacher"), school.register("Zoë Brandt", "student")
    opened = school.open_class(teacher, student)
    poll = teacher.api.post(
        f"/api/classes/{opened['id']}/polls", json={"question": "Ready?", "type": "yes_no", "results": "hidden"}
    ).json()
    async with yjs_peers() as peers:
        seen = await (
            await peers.open(dialect, shared_server.websocket_url, poll["document_id"], student.token)
        ).synced()
        assert await seen.do("read", map="poll") == {"id": poll["id"], "state": "draft"}

        async def call(method: str, path: str, **json: object) -> None:
            answer = await asyncio.to_thread(
                (teacher if path != "ballot" else student).api.request,
                method,
                f"/api/polls/{poll['id']}/{path}",
                json=json or None,
            )
            answer.raise_for_status()

        await call("POST", "open")
        await seen.becomes(lambda root: root.get("question") == "Ready?", "read", map="poll")
        await call("PUT", "ballot", choices=["yes"])
        voted = await seen.becomes(lambda root: root.get("voters") == 1, "read", map="results")
        assert voted == {"round": 1, "voters": 1}
        await call("POST", "publish")
        shown = await seen.becomes(lambda root: "counts" in root, "read", map="results")
        assert shown["counts"] == {"yes": 1, "no": 0}

        for person in (student, teacher):
            forger = await (
                await peers.open(dialect, shared_server.websocket_url, poll["document_id"], person.token)
            ).synced()
            await forger.do("set", root="results", key="voters", value=500)
        await call("PUT", "ballot", choices=["no"])
        later = await (
            await peers.open(dialect, shared_server.websocket_url, poll["document_id"], student.token)
        ).synced()
        results = await later.becomes(lambda root: root["counts"]["no"] == 1, "read", map="results")
        assert results["voters"] == 1
