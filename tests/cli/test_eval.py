"""`nanocart eval` and `nanocart compare` on small files: figures by hand, and nothing wrong passes in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nanocart.errors import UsageError
from nanocart.eval.matching import matched
from nanocart.eval.signature import Signature, corpus_hash
from nanocart.eval.tables import render
from nanocart.schema import Document, Mention
from tests.cli.conftest import Run

TEXT = "LNPs carried siRNA, study {}."


def line(id: str, *labels: str, text: str = TEXT) -> str:
    """A document whose first two nouns bear these labels."""
    whole = text.format(id)
    spans = [(0, 4), (13, 18)]
    entities = [
        {"id": f"e{n}", "start": a, "end": b, "label": label, "text": whole[a:b], "cluster": label.lower()}
        for n, ((a, b), label) in enumerate(zip(spans, labels, strict=False), 1)
    ]
    return json.dumps({"id": id, "title": "", "text": whole, "entities": entities, "study": {"in_scope": True}}) + "\n"


def write(path: str, *lines: str) -> str:
    Path(path).write_text("".join(lines), "utf-8")
    return path


@pytest.fixture
def gold(run: Run) -> str:
    return write("gold.jsonl", line("1", "NANOPARTICLE", "CARGO"), line("2", "NANOPARTICLE", "CARGO"))


def test_figures_by_hand(run: Run, gold: str) -> None:
    write("mine.jsonl", line("1", "NANOPARTICLE", "DISEASE"), line("2", "NANOPARTICLE", "CARGO"))
    result = run("eval", gold, "mine.jsonl")
    assert result.exit_code == 0
    [six] = [one for one in result.stdout.splitlines() if one.startswith("spans/strict/six types")]
    assert six.split()[2:5] == ["0.750", "0.750", "0.750"]
    assert six.endswith("3/1/1")
    assert "corpus:gold.jsonl|documents:2|hash:" in result.stdout


def test_what_does_not_fit_is_told_and_counts_as_empty(run: Run, gold: str) -> None:
    write("mine.jsonl", line("1", "NANOPARTICLE", "CARGO", text=TEXT + "!"), line("9", "NANOPARTICLE"))
    result = run("eval", gold, "mine.jsonl")
    assert "warning: 1: predicted on another text (29 characters" in result.stderr
    assert "warning: 2: no prediction, counted as an empty one" in result.stderr
    assert "warning: 9: predicted, but not in the gold: left out" in result.stderr
    [six] = [one for one in result.stdout.splitlines() if one.startswith("spans/strict/six types")]
    assert six.endswith("0/0/4")


def test_json_holds_what_a_bootstrap_needs(run: Run, gold: str) -> None:
    result = run("eval", gold, gold, "--json", "scores.json", "--all")
    assert result.exit_code == 0
    assert "attributes/category/toxicity" in result.stdout
    data = json.loads(Path("scores.json").read_text())
    assert data["documents"]["1"]["spans/strict/six types"] == [2, 0, 0]
    assert Signature.parse(data["signature"]).documents == 2
    assert len(data["figures"]) > 90


def test_tables_for_papers(run: Run, gold: str) -> None:
    assert "| spans/strict/CARGO | 1.000 |" in run("eval", gold, gold, "--markdown").stdout
    latex = run("eval", gold, gold, "--latex").stdout
    assert r"spans/strict/CAR\_TARGET & - & - & - & - & 0/0/0 \\" in latex
    assert r"95 \% interval" in latex


def test_an_empty_gold_and_a_missing_one(run: Run, gold: str) -> None:
    write("empty.jsonl", "\n")
    result = run("eval", "empty.jsonl", gold)
    assert result.exit_code == 1
    assert "the gold is empty" in result.stderr
    assert run("eval", "nothing.jsonl", gold).exit_code == 1
    missing = run("eval", gold, "nothing.jsonl")
    assert missing.exit_code == 1
    assert "no prediction could be read: nothing.jsonl: no such file" in missing.stderr
    assert run("eval", "gold:silver", gold).exit_code == 2


def test_labels_outside_the_scheme_are_named(run: Run, gold: str) -> None:
    write("mine.jsonl", line("1", "PROTEIN"), line("2", "NANOPARTICLE"))
    result = run("eval", gold, "mine.jsonl")
    assert "record 1: unknown label 'PROTEIN'" in result.stderr
    assert "1: no prediction, counted as an empty one" in result.stderr


def test_comparison(run: Run, gold: str) -> None:
    write("a.jsonl", line("1", "NANOPARTICLE", "DISEASE"), line("2", "NANOPARTICLE", "CARGO"))
    result = run("compare", gold, "a.jsonl", gold, "--measure", "spans/strict/six types")
    assert result.exit_code == 0
    [row] = [one for one in result.stdout.splitlines() if one.startswith("gold.jsonl")]
    assert "0.750  1.000      +0.250" in row
    assert row.endswith("50%")
    assert run("compare", gold, "a.jsonl").exit_code == 2
    assert "no measure 'f1'" in run("compare", gold, "a.jsonl", gold, "--measure", "f1").stderr


def test_a_duplicate_prediction_is_told() -> None:
    one = Document.of("1", "LNPs.", "")
    other = Document.of("1", "LNPs.", "", entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
    found = matched([one], [other, one])
    assert found.warnings == ["1: predicted twice, the first counts"]
    assert found.pairs == ((one, other),)


def test_signatures_come_back_from_their_line() -> None:
    one = Signature("a|b: c", "1.0", "gold", "dev", 60, "00c0ffee", "language models; human-verified: 0 of 30", 500, 7)
    assert Signature.parse(str(one)) == one
    for wrong in ("", "system", "colour:red", "documents:many"):
        with pytest.raises(UsageError, match="no signature"):
            Signature.parse(wrong)


def test_the_hash_follows_the_annotations_and_not_their_order() -> None:
    one, two = Document.of("1", "LNPs.", ""), Document.of("2", "LNPs.", "")
    marked = Document.of("1", "LNPs.", "", entities=(Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"),))
    assert corpus_hash([one, two]) == corpus_hash([two, one])
    assert corpus_hash([one, two]) != corpus_hash([marked, two])


def test_plain_tables_are_aligned() -> None:
    assert render(["a", "b"], [["x", "10"], ["long", "2"]]) == "a      b\nx     10\nlong   2"


def test_benchmark_of_systems(run: Run, gold: str) -> None:
    write("mine.jsonl", line("1", "NANOPARTICLE", "DISEASE"))
    result = run("benchmark", "dictionary", "file:mine.jsonl", "--corpus", gold, "--json", "b.json")
    assert result.exit_code == 0
    [dictionary, mine] = [one for one in result.stdout.splitlines() if one.startswith(("dictionary", "file:"))]
    assert mine.split()[1] == "0.333"  # 1 of 2 right, 3 missed: 2 / 6
    assert mine.split()[-2:] == ["-", "-"]
    assert float(dictionary.split()[-2]) > 0
    assert "file:mine.jsonl: 2: no prediction" in result.stderr
    records = json.loads(Path("b.json").read_text())
    assert [Signature.parse(one["signature"]).system for one in records] == ["dictionary", "file:mine.jsonl"]
    assert run("benchmark", "magic", "--corpus", gold).exit_code == 2


def test_stand_off_predictions_are_joined_with_the_texts_of_the_gold(run: Run, gold: str) -> None:
    assert run("corpus", "convert", gold, "-o", "off.jsonl", "--to", "standoff").exit_code == 0
    for command in (("eval", gold, "off.jsonl"), ("benchmark", "file:off.jsonl", "--corpus", gold)):
        result = run(*command)
        assert "another text" not in result.stderr
        assert "1.000" in result.stdout


def test_kinds_of_white_space_do_not_matter(run: Run, gold: str) -> None:
    write("mine.jsonl", line("1", "NANOPARTICLE", "CARGO", text=TEXT.replace(", ", ",\u00a0")))
    result = run("eval", gold, "mine.jsonl")
    [six] = [one for one in result.stdout.splitlines() if one.startswith("spans/strict/six types")]
    assert six.endswith("2/0/2")


def test_every_measure_can_be_looked_up(run: Run) -> None:
    result = run("eval", "--define")
    assert result.exit_code == 0
    assert "findings/core rows: Right if agent" in result.stdout


def test_wrong_options_end_in_words(run: Run, gold: str) -> None:
    assert run("compare", gold, gold, gold, "--resamples", "0").exit_code == 2
    assert run("eval", gold, gold, "--seed", "-1").exit_code == 2
    Path("folder").mkdir()
    result = run("eval", gold, gold, "--json", "folder")
    assert result.exit_code == 1
    assert "folder cannot be written" in result.stderr
    missing = run("benchmark", "file:missing.jsonl", "--corpus", gold)
    assert missing.exit_code == 1
    assert "no prediction could be read" in missing.stderr


def test_scores_on_gold_documents_say_who_annotated_them(run: Run) -> None:
    from nanocart.corpora.gold import standoff

    id_ = standoff("gold", "test")[0]["id"]
    write("some.jsonl", line(id_, "NANOPARTICLE", "CARGO"))
    result = run("eval", "some.jsonl", "some.jsonl")
    assert "|split:test|" in result.stdout
    assert "human-verified: 0 of 30" in result.stdout
    assert "this scores the test split" in result.stderr
