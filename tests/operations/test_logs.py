import subprocess
import sys

from collab_server.logs import remove_secrets

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def cleaned(text: str) -> object:
    return remove_secrets(None, "info", {"event": text})["event"]


def test_a_token_is_removed_wherever_it_stands() -> None:
    assert cleaned(f"opened /collab/1?token={JWT}&x=1") == "opened /collab/1?token=[removed]&x=1"
    assert cleaned("opened /collab/1?token=opaque-token") == "opened /collab/1?token=[removed]"
    assert cleaned(f"Authorization: Bearer {JWT}") == "Authorization: Bearer [removed]"
    assert cleaned("sub-protocols lectern.v1, bearer.opaque, other") == (
        "sub-protocols lectern.v1, bearer.[removed], other"
    )


def test_a_text_without_tokens_stays_as_it_is() -> None:
    assert cleaned("document 0190 saved for teacher@school.example") == "document 0190 saved for teacher@school.example"


def test_both_kinds_of_loggers_write_to_stderr_and_neither_writes_a_token() -> None:
    script = (
        "import logging, structlog; from collab_server.logs import configure_logging;"
        f"configure_logging(as_json=True); structlog.get_logger('a').warning('ours', url='?token={JWT}');"
        f"logging.getLogger('b').warning('theirs %s', '?token={JWT}');"
        f"logging.getLogger('uvicorn.error').info('WebSocket ?token={JWT}')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "ours" in done.stderr
    assert "theirs" in done.stderr
    assert "WebSocket" not in done.stderr
    assert JWT not in done.stderr
