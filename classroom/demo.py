"""A demo class for the first look: a teacher, three students, a board that somebody has begun to draw on, slides, lessons, a course."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from auth.actions import Registration, add_account
from auth.errors import AddressTaken
from auth.models import AccountStatus, Role, UserRow
from auth.passwords import Passwords
from classroom.assignments.demo import add_demo_work
from classroom.classes.actions import add_class, add_member
from classroom.classes.models import ClassRole
from classroom.courses.demo import add_demo_courses
from classroom.documents.actions import add_document
from classroom.lessons.demo import add_demo_lessons
from classroom.polls.demo import add_demo_poll
from classroom.progress.demo import add_demo_board
from classroom.sessions.actions import add_session
from classroom.slides.demo import add_demo_deck
from documents.access import Level
from documents.kinds import Kind
from documents.sample_board import sample_board
from documents.whiteboard import put
from persistence.base import utc_now
from persistence.database import Database, Transaction
from persistence.file_store import FileStore

# Known to everybody who reads this, so it is only for a server that nobody else can reach.
DEVELOPMENT_PASSWORD = "lectern-demo"  # noqa: S105
PASSWORD_BYTES = 9
SEED_LOCK = 0x5EED
CLASS_TITLE = "Science 7b"
BOARD_TITLE = "The water cycle"
SESSION_TITLE = "Clouds and rain"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody in the demo class."""

    email: str
    name: str
    role: Role


PEOPLE = (
    DemoPerson("teacher@lectern.example", "Ms. Thea Okafor", Role.TEACHER),
    DemoPerson("zoe@lectern.example", "Zoë Brandt", Role.STUDENT),
    DemoPerson("amir@lectern.example", "أمير حداد", Role.STUDENT),
    DemoPerson("mei@lectern.example", "林美", Role.STUDENT),
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to print; ``password`` is None when only its first start knew it."""

    name: str
    email: str
    role: Role
    password: str | None


async def seed(
    database: Database, *, passwords: Passwords, file_store: FileStore, production: bool = False
) -> tuple[DemoAccount, ...]:
    """Make the demo class if the database has no accounts yet, and return the accounts to print.

    Later starts change nothing and return the demo accounts that are still there, which may be none. In
    production call this only when the demo was asked for explicitly: then each account gets a password of its
    own, which is told this once.
    """
    secrets_of = {
        person.email: secrets.token_urlsafe(PASSWORD_BYTES) if production else DEVELOPMENT_PASSWORD for person in PEOPLE
    }
    async with database.transaction() as transaction:
        # Several processes may start at once; the first one seeds.
        await transaction.session.execute(select(func.pg_advisory_xact_lock(SEED_LOCK)))
        if await transaction.session.scalar(select(UserRow.id).limit(1)) is not None:
            return await _still_there(transaction, production=production)
        await _seed(transaction, passwords, secrets_of, file_store=file_store)
    return tuple(DemoAccount(person.name, person.email, person.role, secrets_of[person.email]) for person in PEOPLE)


async def _seed(
    transaction: Transaction, passwords: Passwords, secrets_of: dict[str, str], *, file_store: FileStore
) -> None:
    session = transaction.session
    ids: dict[str, UUID] = {}
    for person in PEOPLE:
        registration = Registration(
            email=person.email,
            password=secrets_of[person.email],
            name=person.name,
            role=person.role,
            invitation=None,
        )
        user_id = await add_account(session, registration, passwords=passwords)
        if (
            user_id is None
        ):  # the table was empty, and we hold the lock on seeding: somebody registered this very moment
            raise AddressTaken
        ids[person.email] = user_id
    teacher, *students = PEOPLE
    row = await add_class(session, title=CLASS_TITLE, teacher_id=ids[teacher.email])
    for student in students:
        await add_member(session, class_id=row.id, user_id=ids[student.email], role=ClassRole.STUDENT)
    await add_document(
        session,
        class_id=row.id,
        created_by=ids[teacher.email],
        kind=Kind.WHITEBOARD,
        title=BOARD_TITLE,
        students=Level.WRITE,
        content=lambda doc: put(doc, sample_board()),
    )
    await add_demo_deck(session, class_id=row.id, teacher_id=ids[teacher.email], file_store=file_store)
    await add_demo_poll(
        session,
        class_id=row.id,
        teacher_id=ids[teacher.email],
        students=[ids[student.email] for student in students],
    )
    await add_demo_lessons(
        session,
        class_id=row.id,
        teacher_id=ids[teacher.email],
        students=[ids[student.email] for student in students],
    )
    await add_demo_courses(session, class_id=row.id, teacher_id=ids[teacher.email])
    tomorrow = utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    await add_session(
        session,
        class_id=row.id,
        created_by=ids[teacher.email],
        title=SESSION_TITLE,
        starts_at=tomorrow,
        ends_at=tomorrow + timedelta(minutes=45),
    )
    work = await add_demo_work(
        session,
        class_id=row.id,
        teacher_id=ids[teacher.email],
        students=[ids[student.email] for student in students],
    )
    # Last: what the class has by now gets its columns.
    await add_demo_board(
        session,
        class_id=row.id,
        teacher_id=ids[teacher.email],
        students=[ids[student.email] for student in students],
        activities=work,
    )


async def _still_there(transaction: Transaction, *, production: bool) -> tuple[DemoAccount, ...]:
    found = await transaction.session.scalars(
        select(UserRow.email).where(
            UserRow.email.in_([person.email for person in PEOPLE]), UserRow.status == AccountStatus.ACTIVE
        )
    )
    emails = set(found.all())
    password = None if production else DEVELOPMENT_PASSWORD
    return tuple(
        DemoAccount(person.name, person.email, person.role, password) for person in PEOPLE if person.email in emails
    )
