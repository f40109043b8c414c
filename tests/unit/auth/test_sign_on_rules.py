"""What is made of the words of a provider."""

from typing import Any

import pytest

from auth.sign_on.providers import Provider
from auth.sign_on.rules import is_welcome, own_page, profile_of, role_for


def school(**more: Any) -> Provider:
    return Provider(id="school", name="School", issuer="https://id.example", client_id="lectern", **more)


def test_a_profile_is_read_in_normal_form() -> None:
    profile = profile_of(
        school(), {"sub": "7", "email": " Zoe@School.Example ", "email_verified": True, "name": "  Zoë  Brandt "}
    )
    assert (profile.subject, profile.email, profile.email_verified) == ("7", "zoe@school.example", True)
    assert (profile.name, profile.role) == ("Zoë  Brandt", "student")


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256])
def test_nobody_is_without_a_subject(subject: Any) -> None:
    with pytest.raises(ValueError, match="no subject"):
        profile_of(school(), {"sub": subject})


@pytest.mark.parametrize(
    ("said", "trusts", "confirmed"),
    [
        ({"email_verified": True}, False, True),
        ({"email_verified": "true"}, False, True),
        ({"email_verified": "yes"}, False, False),
        ({"email_verified": 1}, False, False),
        ({"email_verified": False}, True, False),
        ({}, False, False),
        ({}, True, True),
    ],
)
def test_an_address_is_confirmed_by_the_provider_alone(said: dict[str, Any], trusts: bool, confirmed: bool) -> None:
    claims = {"sub": "7", "email": "zoe@school.example", **said}
    assert profile_of(school(trusts_email=trusts), claims).email_verified is confirmed


@pytest.mark.parametrize("email", [None, 7, "nobody", "x" * 300 + "@school.example"])
def test_what_is_no_address_is_none_and_never_confirmed(email: Any) -> None:
    profile = profile_of(school(trusts_email=True), {"sub": "7", "email": email, "email_verified": True})
    assert (profile.email, profile.email_verified) == (None, False)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"given_name": "Zoë", "family_name": "Brandt"}, "Zoë Brandt"),
        ({"name": "\u202eevil", "given_name": "Zoë"}, "Zoë"),
        ({"name": 7, "preferred_username": "zoe"}, "zoe"),
        ({"email": "zoe@school.example"}, "zoe"),
        ({}, "?"),
    ],
)
def test_a_name_is_found_somewhere(claims: dict[str, Any], name: str) -> None:
    assert profile_of(school(), {"sub": "7", **claims}).name == name


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": "staff"}, "teacher"),
        ({"groups": ["chess", "staff"]}, "teacher"),
        ({"groups": ["staffroom"]}, "student"),
        ({"groups": {"staff": True}}, "student"),
        ({"groups": None}, "student"),
        ({}, "student"),
    ],
)
def test_a_claim_decides_what_a_new_account_is(claims: dict[str, Any], role: str) -> None:
    assert role_for(school(role_claim="groups", roles={"staff": "teacher"}), claims) == role


def test_a_dot_leads_into_an_object() -> None:
    provider = school(role_claim="realm_access.roles", roles={"staff": "teacher"})
    assert role_for(provider, {"realm_access": {"roles": ["staff"]}}) == "teacher"
    assert role_for(provider, {"realm_access": ["staff"]}) == "student"


def test_without_domains_everybody_is_welcome_and_with_them_only_confirmed_addresses_in_them() -> None:
    claims = {"sub": "7", "email": "zoe@school.example", "email_verified": True}
    closed = school(email_domains=("school.example",))
    assert is_welcome(school(), profile_of(school(), {"sub": "7"}))
    assert is_welcome(closed, profile_of(closed, claims))
    assert not is_welcome(closed, profile_of(closed, {**claims, "email_verified": False}))
    assert not is_welcome(closed, profile_of(closed, {**claims, "email": "zoe@evil.example"}))
    assert not is_welcome(closed, profile_of(closed, {"sub": "7"}))


@pytest.mark.parametrize(
    "address",
    [None, "", "classes", "https://evil.example", "//evil.example", "/\\evil.example", "/a\tb", "/" + "x" * 2000],
)
def test_only_pages_of_ours_are_gone_to(address: str | None) -> None:
    assert own_page(address) is None


def test_a_page_of_ours_is_gone_to() -> None:
    assert own_page("/classes/1?tab=people#top") == "/classes/1?tab=people#top"
