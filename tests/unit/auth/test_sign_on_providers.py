"""The providers that a school names in its settings."""

import json
from typing import Any

import pytest

from auth.sign_on.providers import Provider, is_safe_address, read_providers

SCHOOL = {"id": "school", "name": "School account", "issuer": "https://id.school.example", "client_id": "lectern"}


def read(**changes: Any) -> Provider:
    [provider] = read_providers(json.dumps([{**SCHOOL, **changes}]))
    return provider


def test_four_fields_are_enough() -> None:
    provider = read()
    assert provider == Provider(
        id="school", name="School account", issuer="https://id.school.example", client_id="lectern"
    )
    assert (provider.scopes, provider.role, provider.new_accounts) == (("openid", "email", "profile"), "student", True)


def test_everything_else_can_be_said_too() -> None:
    provider = read(
        client_secret="hush",
        scopes=["openid", "email", "groups"],
        new_accounts=False,
        role="teacher",
        role_claim="realm_access.roles",
        roles={"pupil": "student"},
        email_domains=["School.Example"],
        trusts_email=True,
        signs_out=False,
    )
    assert provider.email_domains == ("school.example",)
    assert dict(provider.roles) == {"pupil": "student"}
    assert (provider.new_accounts, provider.trusts_email, provider.signs_out) == (False, True, False)
    assert "hush" not in repr(provider)


def test_several_providers_have_names_and_issuers_of_their_own() -> None:
    other = {**SCHOOL, "id": "other", "issuer": "http://127.0.0.1:9000"}
    assert [each.id for each in read_providers(json.dumps([SCHOOL, other]))] == ["school", "other"]
    for twice in ({**other, "id": "school"}, {**other, "issuer": SCHOOL["issuer"]}):
        with pytest.raises(ValueError, match="twice"):
            read_providers(json.dumps([SCHOOL, twice]))


@pytest.mark.parametrize("text", ["", "school", "{}", "[]", "[1]", json.dumps([SCHOOL] * 11)])
def test_what_is_no_list_of_providers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a JSON list"):
        read_providers(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "The School"}, "id must be a word"),
        ({"id": 7}, "id must be a word"),
        ({"id": "x" * 31}, "id must be a word"),
        ({"name": " "}, "name must be a text"),
        ({"name": "a\nb"}, "name must be a text"),
        ({"issuer": "http://id.school.example"}, "issuer must begin with https"),
        ({"issuer": "https://"}, "issuer must begin with https"),
        ({"issuer": "https://id.school.example/?a=b"}, "issuer must begin with https"),
        ({"client_secret": ["hush"]}, "client_secret must be a text"),
        ({"scopes": ["email"]}, "scopes must hold openid"),
        ({"scopes": "openid"}, "scopes must be a list of words"),
        ({"scopes": ["openid email"]}, "scopes must be a list of words"),
        ({"role": "admin"}, "role must be student or teacher"),
        ({"role": None}, "role must be student or teacher"),
        ({"roles": {"staff": "admin"}, "role_claim": "groups"}, "roles must be student or teacher"),
        ({"roles": [], "role_claim": "groups"}, "roles must be like"),
        ({"roles": {"staff": "teacher"}}, "need each other"),
        ({"role_claim": "groups"}, "need each other"),
        ({"email_domains": ["@school.example"]}, "email_domains must be domains"),
        ({"email_domains": ["localhost"]}, "email_domains must be domains"),
        ({"trusts_email": "yes"}, "trusts_email must be true or false"),
        ({"isuer": "x"}, "unknown field 'isuer'"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        read(**changes)
    assert "hush" not in str(refusal.value)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match="provider 1 lacks issuer, client_id"):
        read_providers('[{"id": "school", "name": "School"}]')


def test_only_this_machine_is_spoken_to_without_tls() -> None:
    assert is_safe_address("https://id.example/keys")
    assert is_safe_address("http://[::1]:9000/keys")
    assert is_safe_address("http://localhost/keys")
    assert not is_safe_address("http://localhost/keys", local=False)
    assert not is_safe_address("http://10.0.0.1/keys")
    assert not is_safe_address("file:///etc/passwd")
