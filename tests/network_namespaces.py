"""Machines on a network of their own: the kernel's network namespaces behind a bridge, whose cables a test may pull.

Unlike a relay that drops or swallows, a pulled cable tells nobody: connections stay open on both sides, and go on once it is back.
Only root may make them, and not in every container.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass


class NotAllowed(Exception):
    """This system lets us make no networks; the message says why."""


@dataclass(frozen=True)
class Machine:
    """One of them. `launcher`: what a command begins with to run there."""

    name: str
    address: str

    @property
    def launcher(self) -> Sequence[str]:
        return ("nsenter", f"--net=/run/netns/{self.name}")

    def pull_cable(self) -> None:
        """Let nothing arrive or leave any more."""
        _ip("link", "set", self.name, "down")

    def plug_cable_in(self) -> None:
        """Let it reach the others again."""
        _ip("link", "set", self.name, "up")


@dataclass(frozen=True)
class Lan:
    """The network. `address`: this process' own on it."""

    address: str
    machines: Sequence[Machine]


@contextmanager
def lan(machines: int) -> Iterator[Lan]:
    """Make a network until the block ends.

    Raises:
        NotAllowed: see there.
    """
    bridge, subnet = f"lt{os.getpid()}", f"10.213.{os.getpid() % 256}"
    address = f"{subnet}.1"
    names = [f"{bridge}n{number}" for number in range(machines)]
    made = [Machine(name, f"{subnet}.{number + 2}") for number, name in enumerate(names)]
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{address}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for machine in made:
            _ip("netns", "add", machine.name)
            _ip("link", "add", machine.name, "type", "veth", "peer", "name", "eth0", "netns", machine.name)
            _ip("link", "set", machine.name, "master", bridge, "up")
            _ip("-n", machine.name, "addr", "add", f"{machine.address}/24", "dev", "eth0")
            _ip("-n", machine.name, "link", "set", "eth0", "up")
            _ip("-n", machine.name, "link", "set", "lo", "up")
        yield Lan(address, made)
    finally:
        for name in names:
            with suppress(NotAllowed):
                _ip("netns", "del", name)
        with suppress(NotAllowed):
            _ip("link", "del", bridge)


def _ip(*words: str) -> None:
    try:
        subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NotAllowed("there is no `ip`") from error
    except subprocess.CalledProcessError as error:
        raise NotAllowed(error.stderr.strip()) from error
