import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from collab_server.data_folder import DataFolder, DataFolderError
from collab_server.listening import ListeningError, listen
from tests.running_server import free_port


def test_a_free_port_is_ours_from_the_first_moment() -> None:
    port = free_port()
    (listener,) = listen("127.0.0.1", port)
    with closing(listener), pytest.raises(ListeningError, match=f"Port {port} on 127.0.0.1 is taken"):
        listen("127.0.0.1", port)


def test_a_name_stands_for_all_its_addresses() -> None:
    listeners = listen("localhost", free_port())
    addresses = {listener.getsockname()[0] for listener in listeners}
    for listener in listeners:
        listener.close()
    assert "127.0.0.1" in addresses


def test_when_one_of_several_addresses_is_taken_none_is_kept() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(ListeningError, match="is taken"):
        listen("localhost", port)
    # Nothing was left listening.
    with socket.create_server(("127.0.0.1", port)):
        pass


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_a_foreign_address_is_refused_in_one_line(host: str) -> None:
    with pytest.raises(ListeningError, match="is not an address of this machine") as refusal:
        listen(host, free_port())
    assert "\n" not in str(refusal.value)


def test_a_data_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    second = DataFolder(tmp_path / "data")
    with DataFolder(tmp_path / "data"), pytest.raises(DataFolderError, match="Another Lectern uses the data folder"):
        second.__enter__()
    with DataFolder(tmp_path / "data"):
        pass


def test_a_new_data_folder_is_private(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_file_in_place_of_the_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DataFolderError, match="cannot be used"):
            DataFolder(path).__enter__()
