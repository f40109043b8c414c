"""What the demo class's lessons say: a unit that is under way, one that has yet to appear, and a draft."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from classroom.documents.models import DocumentRow
from classroom.lessons.actions import add_lesson, add_unit
from classroom.lessons.content import checked
from classroom.lessons.models import LessonReaderRow
from documents.kinds import Kind
from persistence.base import utc_now

Node = dict[str, Any]


async def add_demo_lessons(
    session: AsyncSession, *, class_id: UUID, teacher_id: UUID, students: Sequence[UUID]
) -> None:
    """Add units and lessons that show the class's board and deck; the first student is through with the first, the second has begun."""
    now = utc_now()
    found = await session.execute(
        select(DocumentRow.kind, DocumentRow.id).where(DocumentRow.class_id == class_id, DocumentRow.listed)
    )
    documents = {row.kind: row.id for row in found.all()}
    water = await add_unit(session, class_id, title="Water on the move")
    weather = await add_unit(session, class_id, title="Weather")

    async def add(unit_id: UUID, title: str, content: Node, *, published_at: datetime | None = None) -> UUID:
        row = await add_lesson(
            session,
            class_id=class_id,
            unit_id=unit_id,
            title=title,
            created_by=teacher_id,
            content=checked(content),
            published_at=published_at,
        )
        return row.id

    cycle = await add(
        water.id,
        "Where does the rain come from?",
        _doc(
            _words("Every drop that falls has been up there before. We follow one on its way."),
            _heading("The way of a drop"),
            _list(
                "The sun warms the sea: water evaporates.",
                "High up it cools and becomes cloud.",
                "The drops grow, and it rains.",
            ),
            *_embed(documents.get(Kind.SLIDES)),
            _heading("Now you"),
            _words("Draw on our board where in your street the rain goes."),
            *_embed(documents.get(Kind.WHITEBOARD)),
        ),
        published_at=now - timedelta(days=2),
    )
    await add(
        water.id,
        "An experiment with a glass",
        _doc(
            _words("You need a glass, warm water, a plate and ice. Ask somebody at home first."),
            _list(
                "Fill the glass a third with warm water.",
                "Put the plate on it, and the ice on the plate.",
                "Wait ten minutes and look below the plate.",
            ),
            {"type": "blockquote", "content": [_words("What you see there is a cloud that has become rain.")]},
        ),
        published_at=now - timedelta(hours=3),
    )
    next_week = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    await add(
        weather.id,
        "Reading a weather map",
        _doc(_words("High and low, and the lines between.")),
        published_at=next_week,
    )
    await add(weather.id, "Our weather station", _doc(_words("Still to be written.")))
    session.add_all(
        LessonReaderRow(
            lesson_id=cycle,
            user_id=student,
            opened_at=now - timedelta(days=1),
            completed_at=now - timedelta(hours=20) if place == 0 else None,
        )
        for place, student in enumerate(students[:2])
    )
    await session.flush()


def _doc(*blocks: Node) -> Node:
    return {"type": "doc", "content": list(blocks)}


def _words(text: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


def _heading(text: str) -> Node:
    return {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": text}]}


def _list(*items: str) -> Node:
    return {"type": "bulletList", "content": [{"type": "listItem", "content": [_words(item)]} for item in items]}


def _embed(document_id: UUID | None) -> list[Node]:
    return [] if document_id is None else [{"type": "embed", "attrs": {"document_id": str(document_id)}}]
