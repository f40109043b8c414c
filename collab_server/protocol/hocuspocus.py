"""The dialect of `@hocuspocus/provider` 4: many documents on one socket.

Each message is `routing-key type body`, where the routing key is the document's name, or with several providers for one
document `name NUL session`. Source: `packages/provider/src` and `packages/common/src` of https://github.com/ueberdosis/hocuspocus
"""

from collab_server.errors import Malformed
from collab_server.protocol.codec import Reader, string, uint
from collab_server.protocol.messages import (
    Leave,
    Message,
    Pong,
    QueryPresence,
    Stateless,
    Token,
)
from collab_server.protocol.y_websocket import read_presence, read_sync

_SYNC, _AWARENESS, _AUTH, _QUERY_AWARENESS, _SYNC_REPLY, _STATELESS, _CLOSE = 0, 1, 2, 3, 4, 5, 7
_SYNC_STATUS, _PING, _PONG = 8, 9, 10
_AUTH_TOKEN, _AUTH_DENIED, _AUTH_ACCEPTED = 0, 1, 2
_MAX_TOKEN_CHARACTERS = 8_192
_MAX_VERSION_CHARACTERS = 64

PING = uint(_PING)
"""Ask the socket for a sign of life; the provider answers with Pong."""


def decode(data: bytes) -> tuple[str, Message]:
    """Read one message as (routing key, message); raises Malformed. A Pong belongs to the socket: its key is empty."""
    if data == bytes((_PONG,)):
        return "", Pong()
    reader = Reader(data)
    key = reader.string()
    message = _body(reader, reader.uint())
    reader.finish()
    return key, message


def _body(reader: Reader, message_type: int) -> Message:
    if message_type in (_SYNC, _SYNC_REPLY):
        return read_sync(reader)
    if message_type == _AWARENESS:
        return read_presence(reader)
    if message_type == _AUTH:
        return _token(reader)
    if message_type == _QUERY_AWARENESS:
        return QueryPresence()
    if message_type == _STATELESS:
        return Stateless(reader.string())
    if message_type == _CLOSE:
        return Leave()
    raise Malformed("unknown message type")


def _token(reader: Reader) -> Token:
    if reader.uint() != _AUTH_TOKEN:
        raise Malformed("unknown authentication message")
    token = reader.string()
    if len(token) > _MAX_TOKEN_CHARACTERS:
        raise Malformed("token is too long")
    # The provider adds its own version since 4.0; nothing here depends on it.
    if reader.position != reader.end and len(reader.string()) > _MAX_VERSION_CHARACTERS:
        raise Malformed("provider version is too long")
    return Token(token)


def document_name(key: str) -> str:
    """Return the document's name in a routing key."""
    return key.partition("\0")[0]


def authenticated(*, may_write: bool) -> bytes:
    """Open the session, or change what it may do from now on."""
    return uint(_AUTH) + uint(_AUTH_ACCEPTED) + string("read-write" if may_write else "readonly")


def permission_denied(reason: str) -> bytes:
    """Refuse the session; the provider does not try again by itself."""
    return uint(_AUTH) + uint(_AUTH_DENIED) + string(reason)


def epoch(number: int) -> bytes:
    """Tell the document's epoch, as a message beside the document: a stock provider hands it to whoever listens."""
    return uint(_STATELESS) + string(f'{{"epoch": {number}}}')


def token_request() -> bytes:
    """Ask the client for a fresh token."""
    return uint(_AUTH) + uint(_AUTH_TOKEN)


def sync_status(*, saved: bool) -> bytes:
    """Report one document message of the client: committed, or not."""
    return uint(_SYNC_STATUS) + uint(int(saved))


def close(reason: str) -> bytes:
    """End the session for this document."""
    return uint(_CLOSE) + string(reason)


def frame_prefix(key: str) -> bytes:
    """Return what stands before the body of every message for `key`."""
    return string(key)
