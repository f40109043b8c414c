"""Rules about classes that need nothing but their input. Pure."""

import secrets

# Neither 0 and O, 1, I and L, nor U (which keeps accidental words away).
JOIN_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
JOIN_CODE_CHARS = 8
_GROUP_CHARS = 4


def new_join_code() -> str:
    """Return a join code as it is kept: 8 characters, one of 6.5 × 10¹¹."""
    return "".join(secrets.choice(JOIN_CODE_ALPHABET) for _ in range(JOIN_CODE_CHARS))


def shown_join_code(code: str) -> str:
    """Return a join code as people see it: ``ABCD-EFGH``."""
    return f"{code[:_GROUP_CHARS]}-{code[_GROUP_CHARS:]}"


def read_join_code(text: str) -> str | None:
    """Return the join code that somebody typed, or None when it cannot be one. Case, spaces and dashes are free."""
    code = "".join(text.split()).replace("-", "").upper()
    if len(code) != JOIN_CODE_CHARS or not set(code) <= set(JOIN_CODE_ALPHABET):
        return None
    return code
