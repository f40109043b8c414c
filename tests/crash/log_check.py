"""The log itself, read behind the server's back."""

from typing import Any
from uuid import UUID

import asyncpg
import pycrdt


async def replayed(url: str, document: str) -> pycrdt.Doc[Any]:
    """Check that a document's rows have no gap, and return what they make."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            head = await connection.fetchval("select seq from document_heads where document_id = $1", UUID(document))
            rows = await connection.fetch(
                "select seq, payload from document_updates where document_id = $1 order by seq", UUID(document)
            )
    finally:
        await connection.close()
    assert [row["seq"] for row in rows] == list(range(1, head + 1))
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    with doc.transaction():
        for row in rows:
            doc.apply_update(row["payload"])
    return doc
