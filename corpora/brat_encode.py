"""A document's annotations as the lines of a brat annotation file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nanocart.corpora.foreign import foreign_of, pieces_of
from nanocart.schema import Document, Json

NATIVE: Final = "nanocart"
"""The type of the notes that hold, as JSON, what brat has no place for."""
_BLANKS: Final = str.maketrans("\n\r\t", "   ")
_PLACED: Final = frozenset({"id", "start", "end", "label", "text", "head", "tail", "spans", "by", "arguments"})
_WORD: Final = re.compile(r"\S+")


def annotation_lines(document: Document) -> Iterator[str]:
    """Every line, mentions first; our ids and what brat cannot say stand in notes of the type `nanocart`."""
    data, foreign = document.to_json(), foreign_of(document)
    lines = _Writer(document.text)
    for item in (*data["entities"], *foreign["entities"]):
        yield from lines.mention(item)
    events = [item for item in foreign["relations"] if item["by"] == "mention"]
    for item in (*data["relations"], *events):
        lines.name(item)
    for item in data["relations"]:
        yield from lines.link(item, [["Arg1", item["head"]], ["Arg2", item["tail"]]])
    for item in events:
        yield from lines.link(item, item["arguments"])


class _Writer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    def new(self, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return f"{letter}{self.counts[letter]}"

    def name(self, item: Mapping[str, Any]) -> None:
        """Gives a relation its name ahead of its line, since events name other events."""
        arguments = item.get("arguments", ((), ()))
        letter = "E" if arguments and arguments[0] and arguments[0][0] == "trigger" else "R"
        self.names[item["id"]] = self.new(letter if letter == "E" or len(arguments) == 2 else "*")

    def mention(self, item: Mapping[str, Any]) -> Iterator[str]:
        name = self.names[item["id"]] = self.new("T")
        pieces = pieces_of(item)
        words = " ".join(self.text[start:end] for start, end in pieces).translate(_BLANKS)
        yield f"{name}\t{_label(item)} {';'.join(f'{start} {end}' for start, end in pieces)}\t{words}"
        concept = item.get("concept")
        if concept and _WORD.fullmatch(concept):
            yield f"{self.new('N')}\tReference {name} {concept}\t{words}"
        yield from self.rest(name, item)

    def link(self, item: Mapping[str, Any], arguments: list[list[str]]) -> Iterator[str]:
        name, label = self.names[item["id"]], _label(item)
        refs = [(role, self.names[ref]) for role, ref in arguments if ref in self.names]
        if len(refs) < len(arguments):
            return
        words = [f"{role}:{ref}" for role, ref in refs]
        if name[0] == "E":
            yield f"{name}\t{' '.join([f'{label}:{refs[0][1]}', *words[1:]])}"
        elif name[0] == "R":
            yield f"{name}\t{' '.join([label, *words])}"
        else:
            yield f"*\t{' '.join([label, *(ref for _, ref in refs)])}"
            return
        yield from self.rest(name, item)

    def rest(self, name: str, item: Mapping[str, Any]) -> Iterator[str]:
        """The attributes, one line each where they are words, and the note of all that is left."""
        said: Json = dict(item.get("attributes", {}))
        if name[0] == "R" and item.get("assertion", "affirmed") != "affirmed":
            said["assertion"] = item["assertion"]
        plain = {key: value for key, value in said.items() if value is True or _is_words(key, value)}
        for key, value in plain.items():
            yield f"{self.new('A')}\t{key} {name}" + ("" if value is True else f" {value}")
        taken = {*_PLACED, "attributes", "assertion"}
        held: Json = {key: value for key, value in item.items() if key not in taken}
        if not held.get("concept") or _WORD.fullmatch(held["concept"]):
            held.pop("concept", None)
        if held.get("cluster") is None:
            held.pop("cluster", None)
        if hidden := {key: value for key, value in said.items() if key not in plain}:
            held["attributes"] = hidden
        if item["id"] != name:
            held["id"] = item["id"]
        if _label(item) != item["label"]:
            held["label"] = item["label"]
        if held:
            yield f"{self.new('#')}\t{NATIVE} {name}\t{json.dumps(held)}"


def _is_words(key: str, value: object) -> bool:
    return bool(_WORD.fullmatch(key)) and isinstance(value, str) and value != "" and value == " ".join(value.split())


def _label(item: Mapping[str, Any]) -> str:
    return re.sub(r"\s", "_", item["label"])
