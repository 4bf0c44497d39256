"""A server on this machine that has a dump as NLM has it, and answers oddly where a test wants it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Odd = Callable[["Handler", bytes, int], bool]
"""Answers a request for these bytes, of which it is the n-th (from 0); false: the server answers it as it should."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    nlm: Nlm

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        folder, _, name = self.path.rpartition("/")
        with self.nlm.lock:
            self.nlm.asked.append((name, self.headers.get("Range", "")))
            self.nlm.agents.add(self.headers["User-Agent"])
            number = sum(one == name for one, _ in self.nlm.asked) - 1
        data = self.nlm.files.get(name) if name else self.nlm.listing().encode()
        if data is not None and (odd := self.nlm.odd.get(name)) and odd(self, data, number):
            return
        if data is None or folder != "/pubmed/updatefiles":
            self.answer(404)
            return
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if start and start >= len(data):
            self.answer(416)
        elif start:
            self.answer(206, data[start:], **{"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"})
        else:
            self.answer(200, data)

    def answer(self, status: int, data: bytes = b"", length: int | None = None, **headers: str) -> None:
        """An answer that says it has `length` bytes; where it has fewer, the connection is closed after them."""
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
        self.close_connection = length is not None and length > len(data)


class Nlm:
    """`files` of the folder updatefiles/ by name, `odd` answers by name, and what was `asked`: name and Range."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.odd: dict[str, Odd] = {}
        self.links: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.url = ""

    def add(self, name: str, data: bytes) -> None:
        self.files[name] = data
        self.files[f"{name}.md5"] = f"MD5({name})= {hashlib.md5(data).hexdigest()}\n".encode()

    def ranges(self, name: str) -> list[str]:
        """The ranges that a file was asked for, one a request; "" for all of it."""
        return [bytes_ for one, bytes_ in self.asked if one == name]

    def listing(self) -> str:
        lines = ['<a href="/pubmed/">Parent Directory</a>                 -   ', '<a href="?C=N;O=D">Name</a>']
        for name, data in self.files.items():
            lines.append(f'<a href="{name}">{name}</a>  2026-01-10 12:00  {len(data)}  ')
        lines += [f'<a href="{link}">{link}</a>  2026-01-10 12:00  19M  ' for link in self.links]
        return f"<html><body><h1>Index</h1><pre>{chr(10).join(lines)}<hr></pre></body></html>"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is no error here."""


@contextmanager
def serving(nlm: Nlm) -> Iterator[Nlm]:
    server = Server(("127.0.0.1", 0), type("Of", (Handler,), {"nlm": nlm}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    nlm.url = f"http://127.0.0.1:{server.server_port}/pubmed/"
    try:
        yield nlm
    finally:
        nlm.over.set()
        server.shutdown()
        server.server_close()
