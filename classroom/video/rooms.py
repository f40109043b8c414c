"""The names of video rooms. Pure but for the random source."""

import secrets

ROOM_BYTES = 16


def new_room_name() -> str:
    """Return a room name that cannot be guessed: 128 random bits.

    In lower case, because Jitsi folds names (they become XMPP addresses, RFC 7622) and a token must name the folded room.
    """
    return f"lectern-{secrets.token_hex(ROOM_BYTES)}"
