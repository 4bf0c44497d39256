"""One address of a server into one file, with patience: broken, stalled and refused answers are asked for again.

How often and after which pauses is urllib3's `Retry`; a server's Retry-After is obeyed. What came before a connection
broke is kept, and the rest is asked for by a range of bytes (https://www.rfc-editor.org/rfc/rfc9110#section-14).
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from http.client import responses
from threading import Event
from typing import BinaryIO, Final

import requests
from requests.exceptions import RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError
from urllib3.util import Retry

from nanocart import __version__
from nanocart.errors import SourceError

HEADERS: Final = {
    "User-Agent": f"nanocart/{__version__}",
    "Accept-Encoding": "identity",  # a range of bytes and an MD5 are those of the file as it lies there
}
_AGAIN: Final = (408, 429, 500, 502, 503, 504)
_CHUNK: Final = 1 << 16
_MOST: Final = 1 << 32
_MOST_TEXT: Final = 1 << 24
"""No file and no page is as large as these, in bytes: a server that goes on and on is left."""
_LONGEST: Final = 3600
"""Seconds that a server may ask to wait."""


class StoppedError(Exception):
    """Nobody waits for the download any more."""


def patience(times: int, backoff: float) -> Retry:
    """How often a download is tried again, and its pauses: none at first, then 2, 4, 8... times `backoff` seconds, with
    up to `backoff` more by chance, so that not all come back at once."""
    return Retry(total=times, status_forcelist=_AGAIN, backoff_factor=backoff, backoff_jitter=backoff)


@dataclass(frozen=True, slots=True)
class Downloader:
    """Downloads by one session, which is used by one thread.

    `stall` is how many seconds may pass without a byte; `stop` ends pauses and downloads, which then raise
    `StoppedError`; `tell` gets the bytes of each piece that came.
    """

    session: requests.Session
    retry: Retry
    stall: float
    stop: Event
    tell: Callable[[int], None]

    def text(self, url: str) -> str:
        """A page as text, always as a whole. Raises `SourceError` as `download` does."""
        file = io.BytesIO()
        self.download(url, file, resume=False, most=_MOST_TEXT)
        return file.getvalue().decode("utf-8", "replace")

    def download(self, url: str, file: BinaryIO, *, resume: bool = True, most: int = _MOST) -> None:
        """Add to the file what it lacks; start over where the server cannot go on from there, or `resume` is false.

        Raises `SourceError` where the server refuses, sends more than `most` bytes, or failed too often; `OSError`
        where the file cannot be written.
        """
        retry = self.retry
        while True:
            at = file.seek(0, os.SEEK_END) if resume else 0
            pause = None
            try:
                with self._answer(url, at) as answer:
                    status = answer.status_code
                    if at and (status == 416 or (status == 206 and not _begins(answer, at))):
                        file.truncate(0)
                        continue
                    if status in (200, 206):
                        if file.tell() and (status == 200 or not at):
                            file.seek(file.truncate(0))
                        self._pour(answer, file, most)
                        return
                    why = f"the server answers {status} {responses.get(status, '')}".rstrip()
                    if not retry.is_retry("GET", status, "Retry-After" in answer.headers):
                        raise SourceError(why, source=url, hint="see whether the file is still on the server")
                    pause = retry.get_retry_after(answer.raw)
            except (RequestException, HTTPError) as error:
                why = self._why(error)
            if pause is not None and pause > _LONGEST:
                raise SourceError(f"{why} and asks to wait {pause:,.0f} seconds", source=url, hint="come back later")
            try:
                retry = retry.increment("GET", url)
            except MaxRetryError:
                many = len(retry.history) + 1
                hint = "check the network, or start again later"
                raise SourceError(f"{why}, {many} times", source=url, hint=hint) from None
            if self.stop.wait(retry.get_backoff_time() if pause is None else pause):
                raise StoppedError

    def _answer(self, url: str, at: int) -> requests.Response:
        asked = HEADERS | ({"Range": f"bytes={at}-"} if at else {})
        return self.session.get(url, headers=asked, stream=True, timeout=self.stall)

    def _pour(self, answer: requests.Response, file: BinaryIO, most: int) -> None:
        for chunk in answer.raw.stream(_CHUNK, decode_content=False):
            if self.stop.is_set():
                raise StoppedError
            file.write(chunk)
            self.tell(len(chunk))
            if file.tell() > most:
                raise SourceError(f"goes on after {most:,} bytes", source=answer.url, hint="check the address")

    def _why(self, error: Exception) -> str:
        if isinstance(error, Timeout | ReadTimeoutError):
            return f"no byte came for {self.stall:g} seconds"
        if isinstance(error, SSLError):
            return "the server's certificate cannot be trusted"
        if isinstance(error, requests.ConnectionError):
            return "the server cannot be reached, or closed the connection"
        return "the connection broke off"


def _begins(answer: requests.Response, at: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {at}-")
