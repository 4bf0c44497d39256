"""The JSON Schema of native JSONL agrees with what is written and refuses what must not be."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from nanocart import schema
from nanocart.schema import Document
from tests.strategies import documents, foreign_documents

SCHEMA: dict[str, Any] = json.loads((files("nanocart") / "data" / "document.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

GOOD: dict[str, Any] = {
    "id": "7",
    "title": "LNPs cut CRS.",
    "text": "LNPs cut CRS.",
    "metadata": {"pmid": "7"},
    "entities": [
        {"id": "e1", "start": 0, "end": 4, "label": "NANOPARTICLE", "text": "LNPs", "concept": None, "attributes": {}},
        {"id": "e2", "start": 9, "end": 12, "label": "OUTCOME", "text": "CRS", "attributes": {"category": "toxicity"}},
    ],
    "relations": [{"id": "r1", "label": "RESULTS_IN", "head": "e1", "tail": "e2", "assertion": "affirmed"}],
    "findings": [{"id": "f1", "nanoparticle": ["e1"], "outcome": "e2", "direction": "decreased", "evidence": [0, 13]}],
    "study": {"kind": "primary", "setting": ["animal"], "n": 3},
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(documents())
def test_what_is_written_is_valid(document: Document) -> None:
    VALIDATOR.validate(json.loads(json.dumps(document.to_json())))


@given(foreign_documents())
def test_foreign_annotations_are_valid(document: Document) -> None:
    VALIDATOR.validate(json.loads(json.dumps(document.to_json())))


def test_the_least_document_is_valid() -> None:
    VALIDATOR.validate({"id": "7", "text": ""})
    VALIDATOR.validate(GOOD)
    assert Document.from_json(GOOD).problems() == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), ""),
        (("id",), None),
        (("text",), None),
        (("title",), 5),
        (("metadata",), []),
        (("entities",), {}),
        (("entities", 0, "start"), -1),
        (("entities", 0, "start"), "0"),
        (("entities", 0, "end"), 1.5),
        (("entities", 0, "label"), "GENE"),
        (("entities", 0, "id"), ""),
        (("entities", 1, "attributes", "category"), "happiness"),
        (("entities", 1, "attributes", "direction"), "up"),
        (("relations", 0, "label"), "LOVES"),
        (("relations", 0, "assertion"), "perhaps"),
        (("findings", 0, "direction"), None),
        (("findings", 0, "nanoparticle"), "e1"),
        (("findings", 0, "evidence"), [1]),
        (("study", "kind"), "novel"),
        (("study", "setting"), ["moon"]),
        (("study", "n"), -1),
    ],
)
def test_what_is_wrong_is_refused(path: tuple[str | int, ...], value: object) -> None:
    bad: Any = copy.deepcopy(GOOD)
    inner = bad
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    assert not VALIDATOR.is_valid(bad)


@pytest.mark.parametrize("key", ["id", "text"])
def test_what_is_missing_is_refused(key: str) -> None:
    assert not VALIDATOR.is_valid({name: value for name, value in GOOD.items() if name != key})


def test_the_vocabularies_are_those_of_the_library() -> None:
    defs = SCHEMA["$defs"]
    said = defs["mention"]["properties"]["attributes"]["properties"]
    study = defs["study"]["properties"]
    assert defs["mention"]["properties"]["label"]["enum"] == list(schema.LABELS)
    assert said["category"]["enum"] == [*schema.CATEGORIES, None]
    assert said["kind"]["enum"] == [*schema.QUALIFIER_KINDS, None]
    assert defs["direction"]["enum"] == list(schema.DIRECTIONS)
    assert defs["assertion"]["enum"] == list(schema.ASSERTIONS)
    assert defs["relation"]["properties"]["label"]["enum"] == list(schema.SIGNATURES)
    assert study["kind"]["enum"] == [*schema.KINDS, None]
    assert study["phase"]["enum"] == [*schema.PHASES, None]
    assert [study[name]["items"]["enum"] for name in ("setting", "car_made", "particle_role")] == [
        list(one) for one in (schema.SETTINGS, schema.CAR_MADE, schema.PARTICLE_ROLES)
    ]
