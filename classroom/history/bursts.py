"""Group the rows of a document's log into bursts of work, in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

SCANNED_ROWS = 20_000
"""The rows that one page looks at: it takes the same time whatever the length of the log."""
END_OF_LOG = 2**63 - 1

# A burst ends where two minutes pass without a change, at every tenth minute of the clock so that long work has moments in
# between, and on both sides of a row with which an epoch begins.
_BURSTS = text(
    """
with scanned as (
    select seq, user_id, created_at from document_updates
    where document_id = :document_id and seq >= :kept_from and seq < :before order by seq desc limit :rows
), known as (
    select scanned.*, restored_seq from scanned
    left join document_epochs on document_epochs.document_id = :document_id and first_seq = seq
), marked as (
    select *,
        created_at - lag(created_at) over log > interval '2 minutes'
        or date_bin('10 minutes', created_at, 'epoch') <> date_bin('10 minutes', lag(created_at) over log, 'epoch')
        or restored_seq is not null
        or lag(restored_seq) over log is not null as begins
    from known window log as (order by seq)
), numbered as (
    select *, count(*) filter (where begins) over (order by seq) as burst from marked
), by_person as (
    select burst, user_id, min(seq) as first_seq, max(seq) as last_seq, min(created_at) as started_at,
        max(created_at) as ended_at, count(*) as changes, max(restored_seq) as restored_seq
    from numbered group by burst, user_id
), bursts as (
    select min(first_seq) as first_seq, max(last_seq) as last_seq, min(started_at) as started_at,
        max(ended_at) as ended_at, sum(changes)::bigint as changes, max(restored_seq) as restored_seq,
        coalesce(array_agg(user_id order by changes desc, user_id) filter (where user_id is not null), '{}') as people
    from by_person group by burst
)
select bursts.*, restored.created_at as restored_at from bursts
left join document_updates as restored on restored.document_id = :document_id and restored.seq = restored_seq
order by bursts.first_seq desc
"""
)


@dataclass(frozen=True, slots=True)
class Burst:
    """Work of some people on one document without a long pause."""

    first_seq: int
    last_seq: int
    started_at: datetime
    ended_at: datetime
    changes: int
    restored_seq: int | None
    people: Sequence[UUID]
    restored_at: datetime | None


async def bursts_before(
    session: AsyncSession, document_id: UUID, *, kept_from: int = 0, before: int = END_OF_LOG, limit: int
) -> tuple[Sequence[Burst], int | None]:
    """Return bursts of the rows from `kept_from` up to below `before`, the newest first, and below which row the rest is (None: that is all)."""
    asked = {"document_id": document_id, "kept_from": kept_from, "before": before, "rows": SCANNED_ROWS}
    found = await session.execute(_BURSTS, asked)
    bursts = [Burst(*row) for row in found.all()]
    cut_short = sum(burst.changes for burst in bursts) == SCANNED_ROWS
    # The oldest one may go on below what was looked at. Alone, it is shown in parts.
    whole = bursts[:-1] if cut_short and len(bursts) > 1 else bursts
    shown = whole[:limit]
    more = cut_short or len(whole) > limit
    return shown, shown[-1].first_seq if more and shown else None
