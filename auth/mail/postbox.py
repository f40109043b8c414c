"""Keep what is to be sent with the change it is about, and send it once that is committed."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select

from auth.errors import Conflict, Overloaded
from auth.mail.models import MailKind, MailState, OutgoingMailRow
from auth.mail.rules import ATTEMPTS_MAX, Text, compose, wait_after
from auth.mail.transport import MailRefused, MailServer, MailServerAway
from auth.models import AccountStatus, UserRow
from auth.recovery.links import LINKS, make_link
from persistence.base import utc_now
from persistence.database import Database, Transaction
from persistence.ids import new_id

WAITING_MAX = 10_000
KEPT_DAYS = 30
LOOK_SECONDS = 30.0
AGAIN_SECONDS = 2.0
ERROR_MAX_CHARS = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Letter:
    id: UUID
    address: str
    attempts: int
    text: Text


class Postbox:
    """Takes mail in a transaction, and sends it afterwards, one at a time, from whichever node comes first.

    A mail server that is away only delays mail; a process that is killed while it sends may send that one mail twice.
    """

    def __init__(
        self,
        database: Database,
        server: MailServer | None,
        *,
        public_url: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._server = server
        self._public_url = public_url
        self._now = now
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Tell whether this school sends mail at all."""
        return self._server is not None

    async def put(self, transaction: Transaction, kind: MailKind, address: str, *, user_id: UUID | None) -> None:
        """Have a mail sent once the transaction has committed.

        Raises:
            Conflict: this school sends no mail.
            Overloaded: very much is waiting already.
        """
        self.require()
        waiting = await transaction.session.scalar(
            select(func.count()).select_from(OutgoingMailRow).where(OutgoingMailRow.state == MailState.WAITING)
        )
        if (waiting or 0) >= WAITING_MAX:
            raise Overloaded
        transaction.session.add(
            OutgoingMailRow(id=new_id(), kind=kind, address=address, user_id=user_id, due_at=self._now())
        )
        transaction.after_commit(self._filled.set)

    async def put_if_possible(self, transaction: Transaction, kind: MailKind, address: str, *, user_id: UUID) -> None:
        """Have a notice sent, where this school sends mail and not too much is waiting: what it tells of happens anyway."""
        if self.available:
            with contextlib.suppress(Overloaded):
                await self.put(transaction, kind, address, user_id=user_id)

    def require(self) -> None:
        """Refuse what needs mail where there is none.

        Raises:
            Conflict: this school sends no mail.
        """
        if not self.available:
            raise Conflict("mail_not_configured", "This school sends no e-mail. Ask an administrator for help.")

    def start(self) -> None:
        """Begin to send."""
        if self.available:
            self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop sending; what waits stays."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def send_due(self) -> int:
        """Send everything whose time has come; return how many mails were tried."""
        tried = 0
        while (letter := await self._take()) is not None:
            tried += 1
            await self._deliver(letter)
        return tried

    async def _work(self) -> None:
        while True:
            seconds = LOOK_SECONDS
            try:
                self._filled.clear()
                await self.send_due()
                await self._forget_old()
            except Exception:  # whatever one mail is about, the others must go out
                log.warning("outgoing mail waits", exc_info=True)
                seconds = AGAIN_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._filled.wait()

    async def _take(self) -> _Letter | None:
        """Take the next mail that is due; until it is marked, it comes back after a while."""
        now = self._now()
        while True:
            async with self._database.transaction() as transaction:
                session = transaction.session
                row = await session.scalar(
                    select(OutgoingMailRow)
                    .where(OutgoingMailRow.state == MailState.WAITING, OutgoingMailRow.due_at <= now)
                    .order_by(OutgoingMailRow.due_at, OutgoingMailRow.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
                if row is None:
                    return None
                if row.attempts >= ATTEMPTS_MAX:
                    row.state = MailState.FAILED
                    continue
                who = UserRow.id == row.user_id if row.user_id else func.lower(UserRow.email) == row.address
                user = await session.scalar(select(UserRow).where(who))
                if user is None or user.status is AccountStatus.BLOCKED:
                    row.state = MailState.DROPPED
                    continue
                row.attempts += 1
                row.due_at = now + (wait_after(row.attempts) or timedelta(seconds=LOOK_SECONDS))
                purpose = LINKS.get(row.kind)
                link = None
                if purpose is not None:
                    link = await make_link(
                        session, user.id, purpose, email=row.address, public_url=self._public_url, at=now
                    )
                text = compose(row.kind, locale=user.locale, name=user.name, house=self._public_url, link=link)
                return _Letter(row.id, row.address, row.attempts, text)

    async def _deliver(self, letter: _Letter) -> None:
        assert self._server is not None
        error: Exception | None = None
        try:
            await self._server.send(letter.address, letter.text)
        except (MailRefused, MailServerAway) as failure:
            error = failure
        async with self._database.transaction() as transaction:
            row = await transaction.session.get(OutgoingMailRow, letter.id, with_for_update=True)
            if row is None:
                return
            if error is None:
                row.state, row.sent_at, row.error = MailState.SENT, self._now(), None
                return
            row.error = str(error)[:ERROR_MAX_CHARS]
            if isinstance(error, MailRefused) or wait_after(letter.attempts) is None:
                row.state = MailState.FAILED
        log.warning("mail was not sent", mail=str(letter.id), error=str(error), attempts=letter.attempts)

    async def _forget_old(self) -> None:
        async with self._database.transaction() as transaction:
            await transaction.session.execute(
                delete(OutgoingMailRow).where(
                    OutgoingMailRow.state != MailState.WAITING,
                    OutgoingMailRow.created_at < self._now() - timedelta(days=KEPT_DAYS),
                )
            )
