"""What is reported on is held out of every training, by identifier and by text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nanocart.corpora import external, gold
from nanocart.corpora.heldout import HeldOut, held_out
from nanocart.errors import SourceError

TEXT = "Lipid nanoparticles that carry CAR mRNA reprogram T cells in the spleen of mice with lymphoma within a day."
OTHER = "Patients with heart failure were randomised to one of two drugs and followed for a year by their physicians."


def test_by_identifier_of_either_kind_of_spelling() -> None:
    held = HeldOut()
    held.add({"pmid": "7", "doi": "10.1/AbC"})
    assert held.has({"pmid": 7})
    assert held.has({"doi": "10.1/abc"})
    assert not held.has({"s2id": "7"})
    assert not held.has({})


def test_by_text_under_another_identifier() -> None:
    held = HeldOut()
    held.add({"pmid": "7"}, TEXT)
    assert held.has({"pmid": "8"}, TEXT)
    assert not held.has({"pmid": "8"}, OTHER)


def test_an_abstract_that_contains_a_tenth_of_a_held_out_text_is_held_out() -> None:
    held = HeldOut()
    held.add({}, TEXT)
    # Sixteen runs of five words from TEXT (20 words); a text of a hundred other words with all of it inside.
    long = " ".join(f"word{at}" for at in range(100))
    assert held.has({}, f"{long} {TEXT}")
    assert not held.has({}, f"{long} {long.replace('word', 'other')} {' '.join(TEXT.split()[:7])}")


def test_a_folder_without_its_parts_says_which(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"reserved\.jsonl"):
        held_out(tmp_path)
    (tmp_path / "reserved.jsonl").write_text("", "utf-8")
    with pytest.raises(SourceError, match="abstracts"):
        held_out(tmp_path)
    (tmp_path / "abstracts").mkdir()
    with pytest.raises(SourceError, match="no corpora"):
        held_out(tmp_path)


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif("NANOCART_DATA" not in os.environ, reason="NANOCART_DATA names no folder")
def test_every_document_that_is_reported_on_is_held_out_and_none_of_train_is() -> None:
    held = held_out(os.environ["NANOCART_DATA"])
    for split in ("dev", "test"):
        assert all(held.has({}, one.text) for one in gold.load("gold", split))
    for name in ("bc5cdr", "ncbi-disease", "bionlp13cg"):
        assert all(held.has({}, one.text) for one in external.load(name, "test"))
    for name, split in (("gold", "train"), ("silver", "joined"), ("silver", "marked")):
        assert not [one.id for one in gold.load(name, split) if held.has(one.metadata, one.text)]
