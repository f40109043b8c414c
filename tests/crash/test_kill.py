"""Rules 1 and 2 under `kill -9`: what was called saved, or shown to anybody, is there after the next start."""

import asyncio
import random

import pytest

from tests.conftest import StartServer
from tests.crash.log_check import replayed
from tests.crash.workload import Crowd, held_by_server, keys_of, open_place
from tests.extent import LONG, extent

KILLS = extent(4, long=100)
DOCUMENTS = 3
LONGEST_ROUND = 300
"""A round ends after at most this many acknowledged edits."""


@pytest.mark.slow
async def test_1_nothing_that_was_saved_or_shown_is_lost_when_the_server_is_killed(start_server: StartServer) -> None:
    # A long run outlasts the usual token, and waits for no more than it must.
    server = await asyncio.to_thread(lambda: start_server(access_token_seconds="86400", room_unload_seconds="0"))
    chosen = random.Random(1)
    crowd = None
    for number in range(KILLS):
        if crowd is None or number % 10 == 0:
            # Documents of a hundred rounds would take longer to read back than the server takes to start.
            place = await asyncio.to_thread(open_place, server, documents=DOCUMENTS)
            crowd = Crowd(place)
        async with crowd.at_work():
            await crowd.has_saved(crowd.saved() + chosen.randint(1, LONGEST_ROUND))
            # The moment is the system's choice: in the middle of whatever the server does just now.
            await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await crowd.compare()
        if number % 10 == 9 or number == KILLS - 1:
            await crowd.settle()
            for document in crowd.place.documents:
                held = await held_by_server(crowd.place, document)
                log = await replayed(server.settings["database_url"], document)
                assert keys_of(log) == keys_of(held)
        if LONG:
            print(f"kill {number + 1}: {crowd.saved()} edits saved so far")  # noqa: T201 -- the nightly run's report
    assert crowd is not None
    assert crowd.place.token not in server.output
    assert "Traceback" not in server.output
