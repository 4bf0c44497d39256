"""What a network does to a request: answers that fail, and how a test names what came of it."""

from __future__ import annotations

import io
from email.message import Message
from http.client import IncompleteRead, RemoteDisconnected
from urllib.error import HTTPError, URLError

from nanocart.errors import RecordError
from nanocart.schema import Document

MAIL = "reader@example.org"
A, B, C = "a1" * 20, "b2" * 20, "c3" * 20


def shape(found):
    """What comes out, in short: ids of documents, and errors by their record or place."""
    return [
        one.id if isinstance(one, Document) else ("error", one.record if isinstance(one, RecordError) else one.where)
        for one in found
    ]


def http_error(code, body=b"", retry_after=None):
    headers = Message()
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return HTTPError("https://example.org/?api_key=SECRET", code, "Not now", headers, io.BytesIO(body))


class Broken(io.BytesIO):
    """An answer that breaks off."""

    def read(self, *_):
        raise IncompleteRead(b"<?xml")


FAILURES = [
    (lambda: URLError("Name or service not known"), "no answer: .*not known.*check the network"),
    (lambda: TimeoutError("timed out"), "no answer: timed out.*check the network"),
    (lambda: RemoteDisconnected("closed"), "no answer: closed"),
    (Broken, "no answer: IncompleteRead"),
    (
        lambda: http_error(400, b'{"error": "key"}'),
        "refuses the request: HTTP Error 400.*check the API key and the ids",
    ),
    (lambda: http_error(403), "refuses the request: HTTP Error 403.*check the API key and the ids"),
]
