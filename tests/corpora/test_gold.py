"""The shipped gold set: complete, without a word of the texts, and joined with the right texts only."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from nanocart import corpora
from nanocart.corpora import gold
from nanocart.corpora.assembling import GOLD, sample
from nanocart.corpora.collection import read
from nanocart.corpora.markup import read as marked
from nanocart.corpora.standoff import dehydrate, skeleton
from nanocart.corpora.validation import across, problems
from nanocart.errors import RecordError, UsageError
from nanocart.schema import (
    ASSERTIONS,
    CAR_MADE,
    CATEGORIES,
    DIRECTIONS,
    ENTITY_LABELS,
    KINDS,
    LABELS,
    PARTICLE_ROLES,
    PHASES,
    QUALIFIER_KINDS,
    SETTINGS,
    SIGNATURES,
    Document,
    Json,
)

SPLITS = ("dev", "test")
DOCUMENT = marked(
    """id: 7
pmid: 7
---
A study.
[[LNPs|NANOPARTICLE n =lnp]] cut [[fibrosis|OUTCOME o =f response decreased affirmed]].
---
RESULTS_IN n o
FINDING outcome=o nanoparticle=n direction=decreased
STUDY in_scope=yes
"""
)


def readings() -> Iterator[tuple[str, str, list[Json]]]:
    """Every shipped stand-off file: split, reading, records."""
    for split in SPLITS:
        yield split, "final", gold.standoff("gold", split)
        for name, records in zip(("pass-a", "pass-b"), gold.passes(split), strict=True):
            yield split, name, records


def test_sizes_and_readings() -> None:
    assert len(gold.standoff("gold", "dev")) >= 60
    assert len(gold.standoff("gold", "test")) >= 100
    for split, reading, records in readings():
        drawn = [row["id"] for row in sample() if row["split"] == split]
        assert [one["id"] for one in records] == drawn, (split, reading)  # no document left the sample


def test_both_passes_and_the_final_reading_are_of_one_text() -> None:
    for split in SPLITS:
        final, first, second = (
            {one["id"]: (one["sha256"], one["loose_sha256"]) for one in records}
            for records in (gold.standoff("gold", split), *gold.passes(split))
        )
        assert final == first == second


def test_train_is_of_the_sample_and_was_read_twice() -> None:
    drawn = {row["id"] for row in sample() if row["split"] == "train"}
    train = gold.standoff("gold", "train")
    first = [json.loads(line) for line in (GOLD / "train-first.jsonl").read_text("utf-8").splitlines()]
    assert len(train) >= 500
    assert {one["id"] for one in train} == {one["id"] for one in first} == drawn
    assert {one["id"]: one["sha256"] for one in train} == {one["id"]: one["sha256"] for one in first}
    for record in train:
        assert [str(one) for one in problems(skeleton(record)) if not one.hint] == []


def test_every_record_follows_the_schema_and_the_final_ones_the_guidelines() -> None:
    for _, reading, records in readings():
        for record in records:
            found = problems(skeleton(record), gold=reading == "final")
            assert [str(one) for one in found if not one.hint] == []


def test_silver_is_to_learn_from() -> None:
    joined, marked = (gold.standoff("silver", split) for split in ("joined", "marked"))
    for record in (*joined, *marked):
        assert skeleton(record).problems() == []
    assert all(record["entities"] and record["study"]["in_scope"] for record in joined)
    assert sum(len(record["findings"]) for record in joined) > 4_000
    assert not any(record["relations"] or record["findings"] for record in marked)
    assert all(bool(record["entities"]) == record["study"]["in_scope"] for record in marked)
    assert sum(not record["study"]["in_scope"] for record in marked) > 200


def test_no_identifier_lies_in_two_splits() -> None:
    named = [
        (split, skeleton(one))
        for name in ("gold", "silver")
        for split in gold.CORPORA[name]
        for one in gold.standoff(name, split)
    ]
    assert across(named) == []
    assert max(Counter(row["id"] for row in sample()).values()) == 1


def test_there_is_no_word_of_a_text_in_the_repository() -> None:
    vocabulary = {
        *LABELS, *SIGNATURES, *CATEGORIES, *DIRECTIONS, *ASSERTIONS, *QUALIFIER_KINDS, *KINDS, *SETTINGS, *PHASES,
        *CAR_MADE, *PARTICLE_ROLES, *gold.CORPORA["gold"], *(row["stratum"] for row in sample()),
    }  # fmt: skip
    name = re.compile(r"[erfc]\d+|[0-9a-f]{16}|[0-9a-f]{40}|[0-9a-f]{64}|\d+|10\.\d{4,}/\S+")
    registry = re.compile(
        r"(?:NCT|ISRCTN|ChiCTR|EudraCT|UMIN|ACTRN|CTR|jRCT|NL|DRKS)[\w-]*|20\d\d-\d{6}-\d\d-\d\d"
    )  # the last are EU trial numbers

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from strings(inner)

    shipped = files("nanocart.corpora") / "data"
    for path in (one for name in ("gold", "silver") for one in (shipped / name).iterdir()):
        if path.name.endswith(".jsonl"):
            for line in path.read_text("utf-8").splitlines():
                record = json.loads(line)
                numbers = record["study"].pop("registry", [])
                assert all(registry.fullmatch(one) for one in numbers), (path.name, numbers)
                wrong = [one for one in strings(record) if one not in vocabulary and not name.fullmatch(one)]
                assert wrong == [], path.name


def test_texts_are_found_by_any_identifier() -> None:
    record = {**dehydrate(DOCUMENT), "metadata": {"pmid": "7", "doi": "10.1/ABC"}}
    by_doi = replace(DOCUMENT.without_annotations(), id="other", metadata={"doi": "10.1/abc"})
    [one] = gold.join([record], [by_doi])
    assert isinstance(one, Document)
    assert [m.text for m in one.entities] == ["LNPs", "fibrosis"]


def test_of_several_texts_the_one_that_fits_is_taken() -> None:
    bare = DOCUMENT.without_annotations()
    other = replace(bare, text=bare.text + " An erratum.")
    found = list(gold.join([dehydrate(DOCUMENT)], [other, bare]))
    assert [one.text for one in found if isinstance(one, Document)] == [bare.text]
    [refused] = gold.join([dehydrate(DOCUMENT)], [other])
    assert isinstance(refused, RecordError)
    [moved] = gold.join([dehydrate(DOCUMENT)], [other], move=True)
    assert isinstance(moved, Document)
    assert moved.extra["dropped"] == ["e1", "e2"]  # the erratum stands within 24 characters of both


def test_reading_stops_when_all_are_found() -> None:
    def texts() -> Iterator[Document]:
        yield DOCUMENT.without_annotations()
        raise AssertionError("read on")

    assert len(list(gold.join([dehydrate(DOCUMENT)], texts()))) == 1


def test_load_without_texts_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NANOCART_DATA", raising=False)
    with pytest.raises(UsageError, match=r"ships without the texts.*NANOCART_DATA"):
        corpora.load("gold", "dev")
    with pytest.raises(UsageError, match=r"no split 'validation'.*dev, test"):
        corpora.load("gold", "validation")
    with pytest.raises(UsageError, match="no stand-off corpus 'bronze'"):
        corpora.load("bronze")


def test_load_warns_of_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"pmid": 1, "title": "Another.", "abstract": "Text."}\n')
    with pytest.warns(UserWarning, match=r"60 of 60 documents are left out: record \S+: its text is in none"):
        assert corpora.load("gold", "dev", path) == []


def test_names_of_readings() -> None:
    documents, errors = read(["gold:dev:pass-b"])
    assert (len(documents), errors) == (len(gold.standoff("gold", "dev")), [])
    for wrong in ("gold:dev:pass-c", "gold:dev:pass-a:x", "written:dev"):
        with pytest.raises(UsageError):
            read([wrong])


def test_abstracts_written_for_the_project() -> None:
    written = corpora.load("written")
    assert len(written) >= 120
    assert {one.extra["split"] for one in written} == {"written"}
    for one in written:
        assert [str(remark) for remark in problems(one) if not remark.hint] == []
    assert {m.label for one in written for m in one.entities} == set(LABELS)


@pytest.mark.data
def test_every_text_fits_and_no_two_splits_share_one() -> None:
    if not os.environ.get("NANOCART_DATA"):
        pytest.skip("NANOCART_DATA names no folder with the texts")
    named = [(str(one.extra["split"]), one) for one in corpora.load("gold")]
    assert len(named) == len(gold.standoff("gold"))
    assert across(named) == []
    assert [str(r) for _, one in named for r in problems(one) if not r.hint] == []


def test_concepts_linked_by_hand_are_of_the_lexicon_and_of_the_right_type() -> None:
    from nanocart.lexicon import Lexicon

    concepts = Lexicon.shipped().concepts
    linked = [one for one in gold.standoff("gold", "dev") if one.get("linked")]
    mentions = [m for one in linked for m in one["entities"] if m["label"] in ENTITY_LABELS]
    assert len(mentions) >= 300
    for one in mentions:
        assert one["concept"] is None or concepts[one["concept"]].label == one["label"]
    assert sum(one["concept"] is not None for one in mentions) >= 250


def test_broken_records_are_named_and_the_others_joined() -> None:
    right = dehydrate(DOCUMENT)
    nameless = {key: value for key, value in right.items() if key != "id"}
    broken = {**right, "id": "9", "study": "x"}
    found = list(gold.join([nameless, broken, {**right, "id": 7}, right], [DOCUMENT.without_annotations()]))
    said = [one.reason for one in found if isinstance(one, RecordError)]
    assert said == [
        "the stand-off record has no id",
        '"study" must be a JSON object',
        "duplicate: another record has this id, which stands",
    ]
    assert [one.id for one in found if isinstance(one, Document)] == ["7"]


def test_load_warns_of_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="documents are left out"), pytest.warns(UserWarning, match="no such file"):
        corpora.load("gold", "dev", tmp_path / "missing.jsonl")
