"""Let PostgreSQL run for a process that is root.

PostgreSQL refuses to run as root, so a root process starts it under an unprivileged account that exists already, and
makes sure that this account can walk to what it needs.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

# `postgres` where a distribution has made it: nothing else runs under it. `nobody` exists everywhere.
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account by its numbers, which hold even when the account's name is removed later."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """Choose the account that PostgreSQL runs under; None means our own.

    A data folder that exists already keeps its owner. Raises LookupError when no candidate account exists.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise LookupError(f"none of the accounts {', '.join(CANDIDATES)} exists")


def may_traverse(folder: Path, account: Account) -> bool:
    """Tell whether the account may walk through the folder, going by its mode bits."""
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def open_the_way(target: Path, account: Account) -> list[Path]:
    """Give the account the right to walk to `target`, on ancestors that deny it only; return those changed.

    Only the execute bit for others is added: the folders can be walked through, still not listed or read.
    """
    changed = []
    for folder in target.resolve().parents:
        if not may_traverse(folder, account):
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXOTH)
            log.info("folder opened for walking through", folder=str(folder), because="PostgreSQL cannot run as root")
            changed.append(folder)
    return changed
