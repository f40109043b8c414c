"""Access tokens."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.errors import TokenExpired, TokenInvalid
from auth.keys.rules import FIRST, Generation
from auth.tokens import TokenIssuer, new_secret, secret_hash

SECRET = "a secret of thirty-two characters"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def issuer(secret=SECRET, name="http://a.example", now=NOW):
    return TokenIssuer(secret, issuer=name, now=lambda: now)


def test_a_token_says_who_in_which_sign_in_until_when():
    user, session = uuid4(), uuid4()
    claims = issuer().verify(issuer().issue(user, session))
    assert (claims.user_id, claims.session_id) == (user, session)
    assert (claims.issued_at, claims.expires_at) == (NOW, NOW + timedelta(minutes=15))
    assert claims.token_id


def test_any_service_can_check_a_token_with_the_published_key():
    token = issuer().issue(uuid4(), uuid4())
    (key,) = issuer().jwks()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    found = jwt.decode(
        token, jwt.PyJWK(key).key, algorithms=["EdDSA"], options={"verify_exp": False, "verify_iat": False}
    )
    assert set(found) == {"iss", "sub", "sid", "iat", "exp", "jti"}


def test_the_key_follows_from_the_secret_alone():
    assert issuer().jwks() == issuer(name="http://b.example").jwks()
    assert issuer().jwks() != issuer(secret="another secret of thirty-two c.").jwks()


def test_a_token_ends():
    token = issuer().issue(uuid4(), uuid4())
    issuer(now=NOW + timedelta(seconds=899)).verify(token)
    with pytest.raises(TokenExpired):
        issuer(now=NOW + timedelta(seconds=900)).verify(token)


def test_a_token_that_is_known_ends_all_the_same():
    clock = [NOW]
    one = TokenIssuer(SECRET, issuer="http://a.example", now=lambda: clock[0])
    token = one.issue(uuid4(), uuid4())
    assert one.verify(token) == one.verify(token)
    clock[0] = NOW + timedelta(minutes=15)
    for _ in range(2):
        with pytest.raises(TokenExpired):
            one.verify(token)


def test_a_token_that_is_known_is_refused_once_its_key_is_no_longer_trusted():
    one = issuer()
    token = one.issue(uuid4(), uuid4())
    assert one.verify(token)
    one.use([Generation(b"another", NOW, ends_earlier=True)])
    with pytest.raises(TokenInvalid):
        one.verify(token)


def forged(**changes):
    claims = {
        "iss": "http://a.example",
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "iat": 1,
        "exp": 9e9,
        "jti": "x",
        **changes,
    }
    key = issuer()._keys[FIRST.salt]
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None},
        key.private,
        algorithm="EdDSA",
        headers={"kid": key.jwk["kid"]},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://b.example"},
        {"iss": None},
        {"sub": "nobody"},
        {"sid": None},
        {"sid": "5"},
        {"exp": None},
        {"exp": 1e30},
        {"iat": "then"},
        {"jti": None},
    ],
)
def test_a_token_with_wrong_claims_is_refused(changes):
    with pytest.raises(TokenInvalid):
        issuer().verify(forged(**changes))


def test_other_algorithms_are_refused():
    claims = jwt.decode(forged(), options={"verify_signature": False})
    [key] = issuer().jwks()["keys"]
    public, named = key["x"], {"kid": key["kid"]}
    for token in (
        jwt.encode(claims, "", algorithm="none", headers=named),
        jwt.encode(claims, public + "=" * 20, algorithm="HS256", headers=named),
    ):
        with pytest.raises(TokenInvalid):
            issuer().verify(token)


def test_a_token_of_another_secret_is_refused():
    with pytest.raises(TokenInvalid):
        issuer(secret="another secret of thirty-two c.").verify(issuer().issue(uuid4(), uuid4()))


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(text):
    with pytest.raises(TokenInvalid):
        issuer().verify(text)


@given(st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=5))
def test_no_header_breaks_the_check(header):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    with pytest.raises(TokenInvalid):
        issuer().verify(f"{part(header)}.{part({'sub': 5})}.{'A' * 86}")


def test_an_endless_token_is_not_even_looked_at():
    with pytest.raises(TokenInvalid):
        issuer().verify("x" * 1_000_000)


def test_secrets_are_never_the_same_and_only_their_hash_is_kept():
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(secret_hash("a")) == 32
