"""The dialect of `y-websocket`: one document per socket, named by the address.

Each message is `type body`. Clients that ask for the sub-protocol `lectern.v1` also get SAVED, ACCESS and EPOCH messages, which a stock
client would not know. Source: https://github.com/yjs/y-websocket and https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md
"""

from collab_server.errors import Malformed
from collab_server.protocol import awareness
from collab_server.protocol.codec import Reader, byte_array, string, uint
from collab_server.protocol.messages import (
    Message,
    Presence,
    QueryPresence,
    SyncStep1,
    SyncStep2,
    Update,
)

SUBPROTOCOL = "lectern.v1"

_SYNC, _AWARENESS, _AUTH, _QUERY_AWARENESS = 0, 1, 2, 3
_SAVED, _ACCESS, _EPOCH = 100, 101, 102
_PERMISSION_DENIED = 0


def decode(data: bytes) -> Message:
    """Read one message; raises Malformed for anything that is not exactly one."""
    reader = Reader(data)
    message = _body(reader, reader.uint())
    reader.finish()
    return message


def _body(reader: Reader, message_type: int) -> Message:
    if message_type == _SYNC:
        return read_sync(reader)
    if message_type == _AWARENESS:
        return read_presence(reader)
    if message_type == _QUERY_AWARENESS:
        return QueryPresence()
    raise Malformed("unknown message type")


def read_sync(reader: Reader) -> SyncStep1 | SyncStep2 | Update:
    """Read the body of a sync message, which both dialects share."""
    step = reader.uint()
    payload = reader.bytes()
    if step == 2:
        return Update(payload)
    if step == 1:
        return SyncStep2(payload)
    if step == 0:
        return SyncStep1(payload)
    raise Malformed("unknown sync message")


def read_presence(reader: Reader) -> Presence:
    """Read the body of an awareness message, which both dialects share."""
    payload = reader.bytes()
    return Presence(awareness.decode(payload), size=len(payload))


def sync_step_1(state_vector: bytes) -> bytes:
    """Ask the client for what it has beyond `state_vector`."""
    return b"\x00\x00" + byte_array(state_vector)


def sync_step_2(update: bytes) -> bytes:
    """Answer the client's SyncStep1."""
    return b"\x00\x01" + byte_array(update)


def update(payload: bytes) -> bytes:
    """Pass on one Yjs update."""
    return update_head(len(payload)) + payload


def update_head(size: int) -> bytes:
    """Return what stands before an update of so many bytes."""
    return b"\x00\x02" + uint(size)


def presence(payload: bytes) -> bytes:
    """Pass on an awareness update."""
    return b"\x01" + byte_array(payload)


def permission_denied(reason: str) -> bytes:
    """Say why the session ends; a stock client prints it."""
    return uint(_AUTH) + uint(_PERMISSION_DENIED) + string(reason)


def saved(count: int) -> bytes:
    """Tell a `lectern.v1` client that its first `count` document messages on this socket are committed."""
    return uint(_SAVED) + uint(count)


def access(*, may_write: bool) -> bytes:
    """Tell a `lectern.v1` client whether it may write from now on."""
    return uint(_ACCESS) + uint(int(may_write))


def epoch(number: int) -> bytes:
    """Tell a `lectern.v1` client the document's epoch."""
    return uint(_EPOCH) + uint(number)
