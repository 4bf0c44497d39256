"""Annotations without their text, for abstracts that are not ours to copy.

A stand-off record is a native document without `title`, `text` and the words of its mentions, and with `sha256` of the
UTF-8 text. `hydrate` joins it with the text again and refuses a text whose hash differs.

>>> document = Document.of("1", "LNPs work.", "", entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
>>> hydrate(dehydrate(document), document.title, document.text) == document
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from nanocart.errors import RecordError
from nanocart.schema import Document, Json


def sha256(text: str) -> str:
    """The hash that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def dehydrate(document: Document) -> Json:
    """The document's annotations and identifier without any of its words; clusters are numbered for that."""
    data = document.to_json()
    names: dict[str, str] = {}
    for one in data["entities"]:
        del one["text"]
        if one["cluster"]:
            one["cluster"] = names.setdefault(one["cluster"], f"c{len(names) + 1}")
    return {
        "id": document.id,
        "sha256": sha256(document.text),
        "metadata": data["metadata"],
        **{name: data[name] for name in ("entities", "relations", "findings", "study")},
        **document.extra,
    }


def hydrate(record: Mapping[str, Any], title: str, text: str) -> Document:
    """The document of a stand-off record and its text. Raises `RecordError` where the text is another one."""
    if sha256(text) != record.get("sha256"):
        hint = "the annotations belong to another version of this text"
        raise RecordError("the text has another hash", record=str(record.get("id")), hint=hint)
    rest = {key: value for key, value in record.items() if key != "sha256"}
    return Document.from_json({**rest, "title": title, "text": text})
