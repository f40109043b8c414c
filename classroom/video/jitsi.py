"""The school's own Jitsi Meet, joined with a signed token.

What the token has to say is fixed by Jitsi's Prosody modules: ``mod_auth_token`` checks `iss`, `aud`, `sub`, `room`, `exp` and `nbf`;
``token_affiliation`` makes whoever has `affiliation` "owner" a moderator. Values of `context.user` that are no strings make Prosody
drop the connection, so all of them are.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from classroom.video.ports import VideoAccess, VideoPerson
from persistence.base import utc_now

ALGORITHM = "HS256"
CLOCK_SKEW = timedelta(seconds=60)
"""The school's two servers may disagree about the time by this much."""


@dataclass(frozen=True, slots=True)
class Jitsi:
    """A Jitsi Meet server; implements ports.VideoProvider.

    domain: its host name, with a port where it is not the usual one. app_id, app_secret: what its Prosody was given.
    """

    domain: str
    app_id: str
    app_secret: str = field(repr=False)
    now: Callable[[], datetime] = utc_now

    @property
    def origin(self) -> str:
        """See ports.VideoProvider. Browsers let a page use camera and microphone only over https, or on this very machine."""
        return f"{'http' if _is_loopback(self.domain) else 'https'}://{self.domain}"

    def join(self, *, room: str, person: VideoPerson, until: datetime) -> VideoAccess:
        """See ports.VideoProvider."""
        token = jwt.encode(self.claims(room=room, person=person, until=until), self.app_secret, algorithm=ALGORITHM)
        return VideoAccess("jitsi", self.origin, self.domain, room, token, until)

    def claims(self, *, room: str, person: VideoPerson, until: datetime) -> dict[str, Any]:
        """Return what the token says."""
        return {
            "iss": self.app_id,
            "aud": self.app_id,
            "sub": self.domain,
            "room": room,
            "nbf": int((self.now() - CLOCK_SKEW).timestamp()),
            "exp": int(until.timestamp()),
            "context": {
                "user": {
                    "id": str(person.id),
                    "name": person.name,
                    "email": person.email,
                    "avatar": "",
                    "affiliation": "owner" if person.teaches else "member",
                    "moderator": "true" if person.teaches else "false",
                }
            },
        }


def _is_loopback(domain: str) -> bool:
    host = domain.rsplit(":", 1)[0] if domain.count(":") == 1 else domain
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
