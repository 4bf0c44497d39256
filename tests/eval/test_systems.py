"""The systems of a benchmark: each annotates the text alone and nothing of the gold leaks into it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nanocart.errors import UsageError
from nanocart.eval.systems import KINDS, system
from nanocart.schema import Document, Mention

TEXT = "Lipid nanoparticles carried CD19 CAR mRNA into T cells. CART is a neuropeptide."


def test_the_dictionary_takes_the_longest_lexicon_matches_without_context() -> None:
    [read] = system("dictionary").read([Document.of("1", TEXT, "")])
    surfaces = {(one.label, one.text) for one in read.entities}
    assert ("NANOPARTICLE", "Lipid nanoparticles") in surfaces
    assert ("CELL_TYPE", "T cells") in surfaces
    assert read.relations == ()
    assert read.findings == ()


def test_the_rules_read_relations() -> None:
    made = system("rules")
    [read] = made.read([Document.of("1", TEXT, "")])
    assert {one.label for one in read.relations} >= {"CARRIES"}
    assert made.timed


def test_gold_annotations_do_not_leak_into_a_system() -> None:
    gold = Document.of("1", "Nothing is here.", "", entities=(Mention("e1", 0, 7, "DISEASE", "Nothing"),))
    for name in ("rules", "dictionary"):
        [read] = system(name).read([gold])
        assert read.entities == ()


def test_relations_of_given_mentions() -> None:
    text = "Lipid nanoparticles carried blorpase into T cells."
    entities = (
        Mention("a", 0, 19, "NANOPARTICLE", "Lipid nanoparticles", cluster="lnp"),
        Mention("b", 28, 36, "CARGO", "blorpase", cluster="b"),
        Mention("c", 42, 49, "CELL_TYPE", "T cells", cluster="t"),
    )
    gold = Document.of("1", text, "", entities=entities)
    made = system("rules:gold-entities")
    asked = made.asked(gold)
    assert [one.cluster for one in asked.entities] == [None] * 3
    [read] = made.read([asked])
    assert [(one.start, one.end, one.label) for one in read.entities] == [
        (one.start, one.end, one.label) for one in entities
    ]  # a payload that no lexicon knows
    assert ("CARRIES", "a", "b") in {(one.label, one.head, one.tail) for one in read.relations}
    assert system("rules").asked(gold).entities == ()


def test_predictions_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(Document.of("1", TEXT, "").to_json()) + "\n")
    made = system(f"file:{path}")
    assert [one.id for one in made.read([Document.of("2", "x", ""), Document.of("1", TEXT, "")])] == ["1"]
    assert not made.timed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("magic", "there is no system 'magic'.*rules, transformer, dictionary"),
        ("file", "predictions need a file"),
        ("rules:fast", "take no such argument.*rules:no-scope"),
        ("dictionary:x", "take no argument|takes no argument"),
        ("reader:silver:pass-a", "no split 'silver'"),
    ],
)
def test_what_there_is_not(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        system(name)


def test_every_kind_is_documented() -> None:
    assert set(KINDS) >= {"rules", "dictionary", "file", "reader"}
