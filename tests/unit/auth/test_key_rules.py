"""Which key signs, and whose tokens are still good."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest

from auth.errors import TokenExpired, TokenInvalid
from auth.keys.rules import FIRST, LEEWAY_SECONDS, Generation, in_order, signing, trusted
from auth.tokens import TokenIssuer

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
TOKEN_SECONDS = 900


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_before_any_change_the_first_key_signs_and_is_trusted() -> None:
    keys = in_order([])
    assert keys == [FIRST]
    assert signing(keys, at=NOON) is FIRST
    assert trusted(keys, at=NOON, token_seconds=TOKEN_SECONDS) == [FIRST]


def test_a_key_signs_from_its_moment_on_and_the_old_one_is_trusted_until_its_last_token_has_ended() -> None:
    second = Generation(b"2", NOON)
    keys = in_order([second])
    assert signing(keys, at=after(-1)) is FIRST
    assert signing(keys, at=NOON) is second
    last = TOKEN_SECONDS + LEEWAY_SECONDS
    assert trusted(keys, at=after(-600), token_seconds=TOKEN_SECONDS) == [FIRST, second]
    assert trusted(keys, at=after(last - 1), token_seconds=TOKEN_SECONDS) == [FIRST, second]
    assert trusted(keys, at=after(last), token_seconds=TOKEN_SECONDS) == [second]


def test_a_key_in_a_hurry_ends_all_before_it_at_its_moment() -> None:
    third, second = Generation(b"3", NOON, ends_earlier=True), Generation(b"2", after(-60))
    keys = in_order([third, second])
    assert [each.salt for each in keys] == [b"", b"2", b"3"]
    assert trusted(keys, at=after(-1), token_seconds=TOKEN_SECONDS) == keys
    assert trusted(keys, at=NOON, token_seconds=TOKEN_SECONDS) == [third]


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def issuer(clock: Clock, *later: Generation, secret: str = "a secret of thirty-two characters") -> TokenIssuer:
    made = TokenIssuer(secret, issuer="http://a.example", now=clock)
    made.use(later)
    return made


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published(made: TokenIssuer) -> list[str]:
    return [key["kid"] for key in made.jwks()["keys"]]


def test_tokens_of_the_old_key_are_good_until_they_end_and_new_ones_name_the_new_key(clock: Clock) -> None:
    second = Generation(b"the salt of the second", after(600))
    made = issuer(clock, second)
    old = made.issue(uuid4(), uuid4())
    assert published(made)[0] == kid(old)
    [waiting] = published(made)[1:]
    clock.now = after(600)
    new = made.issue(uuid4(), uuid4())
    assert kid(new) == waiting
    assert published(made) == [kid(new), kid(old)]
    made.verify(old)
    made.verify(new)
    clock.now = after(900)
    with pytest.raises(TokenExpired):
        made.verify(old)
    clock.now = after(600 + TOKEN_SECONDS + LEEWAY_SECONDS)
    assert published(made) == [kid(new)]
    with pytest.raises(TokenInvalid):
        made.verify(old)


def test_a_node_that_begins_a_moment_earlier_is_believed(clock: Clock) -> None:
    second = Generation(b"the salt of the second", after(600))
    ahead, behind = Clock(), clock
    ahead.now = after(600)
    behind.now = after(599)
    issuer(behind, second).verify(issuer(ahead, second).issue(uuid4(), uuid4()))


def test_a_salt_makes_another_key_with_another_secret(clock: Clock) -> None:
    second = Generation(b"the salt of the second", NOON)
    mine, theirs = issuer(clock, second), issuer(clock, second, secret="another secret of thirty-two c.")
    assert set(published(mine)).isdisjoint(published(theirs))
    with pytest.raises(TokenInvalid):
        mine.verify(theirs.issue(uuid4(), uuid4()))


def test_a_token_under_the_name_of_another_key_is_refused(clock: Clock) -> None:
    second = Generation(b"the salt of the second", NOON)
    made = issuer(clock, second)
    before = issuer(clock)
    header, payload, signature = before.issue(uuid4(), uuid4()).split(".")
    other = made.issue(uuid4(), uuid4()).split(".")[0]
    assert header != other
    with pytest.raises(TokenInvalid):
        made.verify(".".join([other, payload, signature]))
