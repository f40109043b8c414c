"""Find the browser that the tests drive, or say how to get one."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "LECTERN_TEST_BROWSER"
# Without the parts that draw windows, menus and extensions it takes a third less of a processor.
COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# The fonts give letters to every script that the tests write.
DEBIAN_PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core", "fonts-noto-core")
# Debian's own upgrades hold the lock for minutes on a fresh machine.
LOCK_LIMIT_SECONDS = 300


class NoBrowserError(Exception):
    """There is no browser; the message says in one line how to get one."""


def find(environ: Mapping[str, str] = os.environ, *, applications: tuple[str, ...] = APPLICATIONS) -> str | None:
    """Return the path of a Chromium or Chrome. Raises NoBrowserError when the one asked for does not exist."""
    wanted = environ.get(VARIABLE)
    if wanted:
        found = shutil.which(wanted, path=environ.get("PATH"))
        if found is None:
            raise NoBrowserError(f"{VARIABLE} names {wanted}, which is not a program.")
        return found
    for command in COMMANDS:
        if found := shutil.which(command, path=environ.get("PATH")):
            return found
    return next((path for path in applications if Path(path).exists()), None)


def installable() -> bool:
    """Tell whether we may install Debian's package ourselves."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def install_commands() -> list[list[str]]:
    """Return the commands that install Debian's Chromium; they wait while another program installs something."""
    apt = ["apt-get", "-o", f"DPkg::Lock::Timeout={LOCK_LIMIT_SECONDS}"]
    return [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]]


def advice() -> str:
    """Say how to get a browser on this machine."""
    if sys.platform == "darwin":
        return "The browser tests need Google Chrome: install it, or name a Chromium in LECTERN_TEST_BROWSER."
    if Path("/etc/debian_version").exists():
        return "The browser tests need Chromium: run `sudo apt-get install chromium-headless-shell`, or name one in LECTERN_TEST_BROWSER."
    return "The browser tests need Chromium or Chrome: install one, or name one in LECTERN_TEST_BROWSER."


def require() -> str:
    """Return the browser's path for a test. Raises NoBrowserError."""
    found = find()
    if found is None:
        raise NoBrowserError(advice())
    return found


if __name__ == "__main__":
    try:
        print(require())
    except NoBrowserError as error:
        sys.exit(str(error))
