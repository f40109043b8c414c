"""Stands in for a school's Jitsi: a small server on a loopback port that brings a script of the same shape and records what it was given."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What a page needs of https://jitsi.github.io/handbook/docs/dev-guide/dev-guide-iframe: it puts a frame of its own origin into the
# parent, and keeps the options where a test can read them.
EXTERNAL_API = """
window.JitsiMeetExternalAPI = class {
  constructor(domain, options) {
    this.frame = document.createElement("iframe");
    this.frame.title = "Meeting";
    this.frame.allow = "camera; microphone; display-capture";
    this.frame.style = "border: 0; width: 100%; height: 100%";
    this.frame.src = `${options.noSSL ? "http" : "https"}://${domain}/${options.roomName}`;
    options.parentNode.append(this.frame);
    this.listeners = {};
    const { parentNode, ...rest } = options;
    (window.meetings ??= []).push({ domain, options: rest, api: this, disposed: false });
  }
  addListener(event, listener) { this.listeners[event] = listener; }
  dispose() {
    this.frame.remove();
    window.meetings.find(({ api }) => api === this).disposed = true;
  }
};
"""
ROOM = (
    "<!doctype html><meta charset=utf-8><title>Meeting</title><body style='background:#223;color:#fff'><h1>Meeting</h1>"
)


class VideoServer:
    """`asked` are the paths that browsers have asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                script = self.path == "/external_api.js"
                body = (EXTERNAL_API if script else ROOM).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/javascript" if script else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.domain = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the server; closing it again changes nothing."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def video_server() -> Iterator[VideoServer]:
    """Serve until the block ends."""
    server = VideoServer()
    try:
        yield server
    finally:
        server.close()
