"""Hash and check passwords with argon2id, beside the event loop and never too many at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth.errors import Overloaded

AT_ONCE = 2
WAITING_MAX = 1000


@dataclass(frozen=True, slots=True)
class HashingCost:
    """How much one hash costs. The default is the second recommendation of RFC 9106, with fewer lanes."""

    time_cost: int = 3
    memory_kib: int = 65536
    lanes: int = 1


CHEAP_FOR_TESTS = HashingCost(time_cost=1, memory_kib=8, lanes=1)


class Passwords:
    """Hash and check passwords; every check takes the same time, whether there is an account or not."""

    def __init__(
        self, cost: HashingCost | None = None, *, at_once: int = AT_ONCE, waiting_max: int = WAITING_MAX
    ) -> None:
        cost = cost or HashingCost()
        self._hasher = PasswordHasher(time_cost=cost.time_cost, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._slots = asyncio.Semaphore(at_once)
        self._waiting_max = waiting_max
        self._waiting = 0
        self._nobody = self._hasher.hash("the password of nobody")

    @classmethod
    def costing(cls, memory_bytes: int, *, passes: int) -> "Passwords":
        """Hash at the cost that a server's settings name."""
        return cls(HashingCost(time_cost=passes, memory_kib=memory_bytes // 1024))

    async def hash(self, password: str) -> str:
        """Return the encoded hash of a (normalised) password.

        Raises:
            Overloaded: too many are waiting.
        """
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, encoded: str | None) -> bool:
        """Tell whether a (normalised) password belongs to a hash; None stands for an account that does not exist.

        Raises:
            Overloaded: too many are waiting.
        """
        async with self._turn():
            matched = await asyncio.to_thread(self._verify, password, encoded or self._nobody)
        return matched and encoded is not None

    def outdated(self, encoded: str) -> bool:
        """Tell whether a hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(encoded)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= self._waiting_max:
            raise Overloaded
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    def _verify(self, password: str, encoded: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False
