"""What the routes work with; put together once, in ``collab_server.app``."""

from dataclasses import dataclass, field
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request

from auth.mail.postbox import Postbox
from auth.passwords import Passwords
from auth.personal.desk import ArchiveDesk
from auth.personal.ports import Household
from auth.pictures.desk import PictureDesk
from auth.settings import AccountSettings
from auth.sign_on.service import SignOn
from auth.throttles import Throttles
from auth.tokens import TokenIssuer
from classroom.files.links import FileLinks
from classroom.files.uses import FileDesk
from classroom.polls.desk import PollDesk
from classroom.progress.known import KnownProgress
from classroom.progress.people import follow_name
from classroom.slides.ports import SlideDesk
from classroom.video.ports import VideoProvider
from collab_server.live import LiveDocuments, RoomsView
from persistence.database import Database, Transaction
from persistence.file_store import FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a route may need, as ``app.state.services``."""

    database: Database
    issuer: TokenIssuer
    passwords: Passwords
    throttles: Throttles
    accounts: AccountSettings
    postbox: Postbox
    live: LiveDocuments
    rooms: RoomsView
    slides: SlideDesk
    polls: PollDesk
    files: FileDesk
    file_links: FileLinks
    file_store: FileStore
    video: VideoProvider | None = None
    sign_on: SignOn = field(default_factory=SignOn)
    household: Household = field(default_factory=Household)
    pictures: PictureDesk = field(default_factory=PictureDesk)
    archives: ArchiveDesk = field(default_factory=ArchiveDesk)
    progress: KnownProgress = field(default_factory=KnownProgress)

    async def person_renamed(self, transaction: Transaction, user_id: UUID) -> None:
        """See auth.ports.AccountServices."""
        await follow_name(transaction, self.live, user_id=user_id)


# A coroutine, although it waits for nothing: FastAPI takes every plain function to a thread, which costs more than it does.
async def services_of(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    return cast(Services, request.app.state.services)


Parts = Annotated[Services, Depends(services_of)]
