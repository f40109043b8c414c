"""Make a new document of an update that comes from elsewhere: out of an archive. Pure but for the CRDT library.

It is believed no more than a client's: walked before the library sees it, and whole, because nobody could ever bring what is missing.
What comes out stands under new client ids that are nobody's (SPEC rules 5 and 13), so nobody can go on under them.
"""

from random import SystemRandom
from typing import Any

from pycrdt import Doc

from collab_server.errors import Malformed
from collab_server.merging import NOTHING, Unappliable, apply, covered
from collab_server.protocol.characters import as_yjs_reads
from collab_server.protocol.renaming import new_names, renamed
from collab_server.protocol.update import Summary, walk
from documents.kinds import Kind
from documents.reading import declare
from documents.writing import Change


class NoDocument(ValueError):
    """An update is no whole document."""


def seeded(kind: Kind, update: bytes, change: Change) -> bytes | None:
    """Return the update (v1) that a new document begins with: what `update` says, then changed. None where it says nothing.

    Raises:
        NoDocument: it is no update, only a part of a document, or nothing that every reader can read.
    """
    try:
        summary = walk(update)
    except Malformed as error:
        raise NoDocument(f"an update cannot be read ({error})") from error
    ends = _ends(summary)
    rng = SystemRandom()
    names = new_names(ends, avoid=(), rng=rng)
    (own,) = new_names((0,), avoid=set(names.values()), rng=rng).values()
    doc: Doc[Any] = Doc(client_id=own)
    declare(doc, kind)
    try:
        (whole,) = as_yjs_reads([renamed(update, names)])
        apply(doc, [(1, whole)])
    except KeyError as error:
        raise NoDocument("an update names somebody who adds nothing") from error
    except Unappliable as error:
        raise NoDocument("an update cannot be applied") from error
    if covered(doc).clocks != {names[client]: end for client, end in ends.items()}:
        raise NoDocument("an update does not add up to a document")
    with doc.transaction():
        change(doc)
    state = doc.get_update()
    return None if state == NOTHING else state


def _ends(summary: Summary) -> dict[int, int]:
    """Return how far each client's clocks go; raises NoDocument where something before or between is missing."""
    ends = {client: end for client, _, end in summary.adds}
    whole = (
        not summary.has_gap
        and all(first == 0 for _, first, _ in summary.adds)
        and all(clock <= ends.get(client, 0) for client, clock in summary.needs.items())
        and all(end <= ends.get(client, 0) for client, _, end in summary.deletes)
    )
    if not whole:
        raise NoDocument("an update is only a part of a document")
    return ends
