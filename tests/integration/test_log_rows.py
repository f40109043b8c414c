"""Rows on their way into the log, sent with what they share named once."""

import random
from uuid import UUID, uuid4

import asyncpg
import pytest

from collab_server.ports import LogRow
from persistence.update_log import PostgresUpdateLog
from tests.integration.test_update_log import DOCUMENTS, B, postgres  # noqa: F401 -- a fixture


@pytest.mark.postgres
async def test_2_rows_of_many_senders_in_many_documents_keep_their_own(
    postgres: tuple[PostgresUpdateLog, asyncpg.Connection],  # noqa: F811
) -> None:
    log, connection = postgres
    senders = [(uuid4(), uuid4()), (uuid4(), None), (None, None), (None, uuid4())]
    rng = random.Random(7)
    expected: dict[UUID, list[tuple[int, bytes, UUID | None, UUID | None]]] = {document: [] for document in DOCUMENTS}
    for _ in range(5):
        batches = {}
        for document in rng.sample(DOCUMENTS, 4):
            batch = [LogRow(rng.randbytes(4), *rng.choice(senders)) for _ in range(rng.randint(1, 6))]
            # One of the documents is in another epoch: its rows are left out, and nobody else's change places.
            batches[document] = [row._replace(epoch=2) for row in batch] if document == B else batch
        heads = await log.append(batches)
        assert heads.keys() == batches.keys() - {B}
        for document in heads:
            known = expected[document]
            known += [
                (len(known) + n, row.payload, row.user_id, row.session_id) for n, row in enumerate(batches[document], 1)
            ]
            assert heads[document] == len(known)
    for document in DOCUMENTS:
        found = await connection.fetch(
            "select seq, payload, user_id, session_id from document_updates where document_id = $1 order by seq",
            document,
        )
        assert [tuple(row) for row in found] == expected[document]
