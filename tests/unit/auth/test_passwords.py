"""Hashing of passwords."""

import asyncio
import threading

import pytest

from auth.errors import Overloaded
from auth.passwords import CHEAP_FOR_TESTS, HashingCost, Passwords


async def test_a_password_matches_its_own_hash_only():
    passwords = Passwords(CHEAP_FOR_TESTS)
    encoded = await passwords.hash("correct horse")
    assert encoded.startswith("$argon2id$")
    assert await passwords.hash("correct horse") != encoded
    assert await passwords.matches("correct horse", encoded)
    assert not await passwords.matches("wrong horse", encoded)
    assert not await passwords.matches("correct horse", "damaged")
    assert not await passwords.matches("correct horse", None)
    assert not await passwords.matches("the password of nobody", None)


async def test_a_hash_of_another_cost_is_outdated():
    passwords = Passwords(CHEAP_FOR_TESTS)
    encoded = await passwords.hash("correct horse")
    assert not passwords.outdated(encoded)
    assert Passwords(HashingCost(time_cost=2, memory_kib=8, lanes=1)).outdated(encoded)


async def test_the_cost_is_what_the_settings_name():
    encoded = await Passwords.costing(19 * 1024 * 1024, passes=2).hash("correct horse")
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_when_too_many_wait_the_next_one_is_refused_at_once():
    passwords = Passwords(CHEAP_FOR_TESTS, at_once=1, waiting_max=3)
    results = await asyncio.gather(*(passwords.hash(str(number)) for number in range(10)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Overloaded)]
    assert 0 < len(refused) < 10
    assert all(isinstance(result, str | Overloaded) for result in results)
    assert await passwords.hash("afterwards")


@pytest.mark.parametrize("cost", [HashingCost()])
def test_the_cost_is_at_least_what_the_rfc_recommends(cost):
    assert cost.time_cost >= 3
    assert cost.memory_kib >= 64 * 1024


async def test_the_loop_goes_on_while_a_password_is_checked(monkeypatch):
    passwords = Passwords(CHEAP_FOR_TESTS)
    loop_went_on = threading.Event()
    monkeypatch.setattr(passwords, "_verify", lambda *_: loop_went_on.wait(5))
    check = asyncio.create_task(passwords.matches("correct horse", "a hash"))
    asyncio.get_running_loop().call_soon(loop_went_on.set)
    assert await check
