"""What a log has lost that was committed once, because another history of the database has taken its place (SPEC rule 17).

A node that has the document open still holds it, checked and committed, with whose it is. Clients would bring their own part by
themselves, but each holds the others' part, too, and nobody may bring that (SPEC rule 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from collab_server.content import Content
from collab_server.errors import Malformed, TooBig
from collab_server.protocol.update import walk


@dataclass(frozen=True, slots=True)
class Lost:
    """What is lost, as one update, and whose the client ids are that were lost with it.

    can_come_back: not where an edit of the server's own is in it: the rows that it belonged to are lost, too.
    """

    update: bytes
    claims: Mapping[int, UUID] = field(default_factory=dict)
    can_come_back: bool = True


def lost_of(before: Content, now: Content) -> Lost | None:
    """Return what a document held before and the log lacks; None where that is nothing, or of an earlier epoch."""
    if before.epoch != now.epoch:
        return None
    coverage = now.coverage()
    update = before.state_after(coverage.state_vector())
    try:
        summary = walk(update)
    except (Malformed, TooBig):
        return Lost(update, can_come_back=False)
    if coverage.holds(summary):
        return None
    claims: dict[int, UUID] = {}
    for client, _, end in summary.adds:
        if end <= coverage.clocks.get(client, 0):
            continue
        owner, owner_now = before.authorship.owner(client), now.authorship.owner(client)
        if owner is None or owner_now not in (owner, None):
            return Lost(update, can_come_back=False)
        if owner_now is None:
            claims[client] = owner
    return Lost(update, claims)
