"""Make this checkout ready to run or to test: `python3 -m scripts.bootstrap run|compile|check|test|bench`.

Standard library only. Every step is skipped while its inputs are those with which it last succeeded, so a second call
does nothing and needs no network.
"""

import fcntl
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from collab_server import compiled
from scripts import browser, compiling, node
from scripts.stamps import Stamps, digest, files_below

ROOT = node.ROOT
VENV = node.VENV
PYTHON = VENV / "bin" / "python"
PURPOSES = ("run", "compile", "check", "test", "bench")
OUTPUT_LINES = 60
# Sources of packages that a machine may add by itself. Locks name exact versions and hashes; nothing else may join in.
FOREIGN_SOURCES = frozenset(
    {"PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET"}
    | {"PIP_PREFIX", "PIP_USER", "PIP_ONLY_BINARY", "PIP_NO_BINARY", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    | {"UV_FIND_LINKS", "UV_EXTRA_INDEX_URL", "UV_INDEX", "UV_CONSTRAINT", "UV_OVERRIDE", "UV_PROJECT_ENVIRONMENT"}
)


class StepFailed(Exception):
    """A step failed; the message is for the person at the terminal."""


def installer_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for installers: no foreign sources and no configuration files; proxies and certificates stay."""
    kept = {name: value for name, value in environ.items() if name not in FOREIGN_SOURCES}
    kept["PIP_CONFIG_FILE"] = os.devnull
    kept["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    kept["UV_NO_CONFIG"] = "1"
    # pip's settings for a mirror and its certificate hold for uv too.
    if "PIP_INDEX_URL" in kept:
        kept.setdefault("UV_DEFAULT_INDEX", kept["PIP_INDEX_URL"])
    if "PIP_CERT" in kept:
        kept.setdefault("SSL_CERT_FILE", kept["PIP_CERT"])
    return kept


def machine_settings(python: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the proxy and the certificates that pip's configuration files name, where the environment names none.

    They say how this machine reaches anything at all; where packages come from is not taken from those files.
    """
    found = {}
    for option in ("proxy", "cert"):
        name = f"PIP_{option.upper()}"
        command = [str(python), "-m", "pip", "config", "get", f"global.{option}"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if name not in environ and answer.returncode == 0:
            found[name] = answer.stdout.strip()
    return found


def installed(lock_name: str) -> str:
    """Return a hash over a lock file and the packages that are there.

    It tells an environment that the lock file made from one that was changed since, and it stays true when a later
    attempt failed before it changed anything: what could run offline still can.
    """
    packages = [path.name for path in node.site_packages().glob("*.dist-info") if not path.name.startswith("lectern-")]
    return digest(files=[ROOT / "requirements" / f"{lock_name}.lock"], words=sorted(packages))


def say(text: str) -> None:
    """Tell what happens now."""
    print(f"· {text}", flush=True)


def run(command: list[str], *, advice: str, cwd: Path = ROOT, environ: Mapping[str, str] | None = None) -> None:
    """Run a program quietly; when it fails, raise StepFailed with the end of its output and what to do."""
    with tempfile.TemporaryFile("w+b") as output:
        try:
            code = subprocess.run(
                command,
                cwd=cwd,
                # The output goes into a file, where colours are only noise.
                env={**(environ if environ is not None else os.environ), "NO_COLOR": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        except OSError as error:
            raise StepFailed(f"{command[0]} cannot be started: {error.strerror}.\n{advice}") from error
        if code != 0:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()[-OUTPUT_LINES:]
            raise StepFailed("\n".join(["", *lines, "", f"`{shlex.join(command)}` failed ({code}).", advice]))


class Checkout:
    """The steps that make the checkout ready."""

    def __init__(self) -> None:
        self.stamps = Stamps(VENV / "stamps")
        self.environ = installer_environment(os.environ)
        self.version = "{}.{}.{}".format(*sys.version_info[:3])

    def step(self, name: str, text: str, work: Callable[[], None], *, inputs: str, present: bool = True) -> None:
        """Do the work unless it succeeded with the same inputs and its result is still present."""
        if present and self.stamps.fresh(name, inputs):
            return
        say(text)
        started = time.monotonic()
        self.stamps.forget(name)
        work()
        self.stamps.done(name, inputs)
        if (seconds := time.monotonic() - started) >= 1:
            print(f"  done in {seconds:.0f} s", flush=True)

    def virtual_environment(self) -> None:
        """Make `.venv` with this Python."""
        # Scripts in a virtual environment name its folder, so a checkout that has moved gets a new one.
        inputs = digest(words=[self.version, sys.base_prefix, str(VENV)])
        self.step("venv", "making the virtual environment", self._make_venv, inputs=inputs, present=PYTHON.exists())

    def _make_venv(self) -> None:
        package = f"python3.{sys.version_info.minor}-venv"
        try:
            import ensurepip  # noqa: F401, PLC0415 - only asked for
            import venv  # noqa: F401, PLC0415
        except ImportError:
            raise StepFailed(
                f"This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install {package}"
            ) from None
        run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            environ=self.environ,
            advice=f"Where Python is split into packages, {package} is missing. Is the disk full?",
        )

    def installer(self) -> None:
        """Put uv into the virtual environment."""
        lock = ROOT / "requirements" / "bootstrap.lock"
        options = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
        self.step(
            "uv",
            "installing uv, which installs the rest",
            lambda: self._pip(*options),
            inputs=digest(files=[lock]),
            present=(VENV / "bin" / "uv").exists(),
        )

    def _pip(self, *options: str) -> None:
        environ = {**self.environ, **machine_settings(PYTHON, os.environ)}
        run([str(PYTHON), "-m", "pip", *options], environ=environ, advice=NETWORK)

    def packages(self, lock_name: str) -> None:
        """Make the virtual environment hold what the lock file says, no more and no less."""
        # dev.lock holds everything of run.lock: an environment that is ready for tests is ready to run.
        if any(self.stamps.fresh(f"packages-{name}", installed(name)) for name in (lock_name, "dev")):
            return
        say("installing the Python packages")
        lock = ROOT / "requirements" / f"{lock_name}.lock"
        # Where Python may not write bytecode, as in many containers, each process would compile all of it anew: three seconds each.
        self._uv("sync", "--compile-bytecode", "--require-hashes", str(lock))
        self.stamps.done(f"packages-{lock_name}", installed(lock_name))

    def project(self) -> None:
        """Install Lectern itself, so that the command `lectern` exists; its code stays where it is."""
        self.step(
            "project",
            "installing Lectern into the virtual environment",
            lambda: self._uv("install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT)),
            inputs=digest(files=[ROOT / "pyproject.toml"], words=[str(ROOT)]),
            present=any(node.site_packages().glob("lectern-*.dist-info")),
        )

    def _uv(self, command: str, *options: str) -> None:
        words = [str(VENV / "bin" / "uv"), "pip", command, "--quiet", "--python", str(PYTHON), *options]
        run(words, environ=self.environ, advice=NETWORK)

    def node_modules(self, folder: str, text: str) -> None:
        """Install a folder's npm packages as its lock file says."""
        home = ROOT / folder
        manifests = [home / "package.json", home / "package-lock.json", home / ".npmrc"]
        self.step(
            f"node_modules-{folder.replace('/', '-')}",
            text,
            lambda: run(
                node.npm("ci", "--no-audit", "--no-fund"), cwd=home, environ=node.environment(), advice=NETWORK
            ),
            inputs=digest(files=[*manifests, ROOT / "requirements" / "run.lock"]),
            present=(home / "node_modules").is_dir(),
        )

    def peers(self) -> None:
        """Install the servers that the benchmark compares ours with; it goes without those that cannot be installed."""
        try:
            self.node_modules("benchmarks/peers", "installing other Yjs servers to compare with")
        except StepFailed as error:
            print(error, file=sys.stderr)

    def web_build(self) -> None:
        """Build the web app."""
        home = ROOT / "web"
        self.step(
            "web-build",
            "building the web app",
            lambda: run(
                node.npm("run", "build"),
                cwd=home,
                environ=node.environment(),
                advice="This is a fault in web/; the lines above name the file.",
            ),
            inputs=digest(files=[*files_below(home), ROOT / "requirements" / "run.lock"]),
            present=(home / "dist" / "index.html").is_file(),
        )

    def machine_code(self) -> None:
        """Compile the engine's hot modules, where there is a compiler."""
        if compiling.compiler() is None:
            say("no C compiler or no Python headers here: the engine runs as Python")
            return
        folder = compiled.folder()
        self.step(
            "compiled",
            "compiling the engine",
            lambda: run(
                [str(PYTHON), "-m", "scripts.compiling"],
                advice="This is a fault in collab_server/; the lines above name the file.",
            ),
            inputs=str(folder),
            present=folder.is_dir(),
        )

    def test_browser(self) -> None:
        """Make sure that the tests have a browser."""
        try:
            if browser.find() is not None:
                return
        except browser.NoBrowserError as error:
            raise StepFailed(str(error)) from error
        if not browser.installable():
            raise StepFailed(browser.advice())
        say("installing Chromium for the browser tests")
        for command in browser.install_commands():
            run(command, environ={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, advice=browser.advice())


NETWORK = "Is this machine online? What is installed already is kept; call the same command again."


def prepare(purpose: str) -> None:
    """Make the checkout ready for the purpose: run, compile, check, test or bench."""
    checkout = Checkout()
    checkout.virtual_environment()
    checkout.installer()
    checkout.packages("run" if purpose == "run" else "dev")
    checkout.project()
    if purpose in ("compile", "test", "bench"):
        checkout.machine_code()
    if purpose == "bench":
        checkout.peers()
    if purpose in ("compile", "bench"):
        return
    checkout.node_modules("web", "installing the web app's packages")
    if purpose in ("run", "test"):
        checkout.web_build()
    if purpose == "test":
        checkout.node_modules("tests/stock_clients", "installing the stock clients")
        checkout.test_browser()


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other call works in this checkout."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another call that prepares this checkout")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main(arguments: list[str]) -> int:
    """Prepare the checkout and return the exit code."""
    if len(arguments) != 1 or arguments[0] not in PURPOSES:
        print(f"usage: python3 -m scripts.bootstrap {'|'.join(PURPOSES)}", file=sys.stderr)
        return 2
    try:
        with alone():
            prepare(arguments[0])
    except StepFailed as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
