"""Write a document's content from the server's side."""

import secrets
from collections.abc import Callable
from typing import Any

from pycrdt import Doc

from documents.kinds import Kind
from documents.reading import declare

Change = Callable[[Doc[Any]], None]
"""Changes a document in place, within a transaction; the roots of the document's kind are declared."""

CLIENT_ID_BITS = 32


def initial_content(kind: Kind, change: Change) -> bytes:
    """Return the Yjs update (v1) that makes an empty document what `change` makes of it.

    It is written under a new client id, which is nobody's: nobody can go on under it.
    """
    doc: Doc[Any] = Doc(client_id=secrets.randbits(CLIENT_ID_BITS))
    declare(doc, kind)
    with doc.transaction():
        change(doc)
    return doc.get_update()
