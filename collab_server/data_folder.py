"""The folder that one server owns: its database, files and secret key."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class DataFolderError(Exception):
    """The data folder cannot be used; the message is one line for the operator."""


class DataFolder:
    """Hold the data folder for one process, as a context manager; a second one is refused.

    The lock belongs to the open file, so it ends with the process however that ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def __enter__(self) -> Self:
        try:
            # It holds people's files and the secret key: nobody else on this machine has to look into it.
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderError(f"The data folder {self.path} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise DataFolderError(f"Another Lectern uses the data folder {self.path}.") from None
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
