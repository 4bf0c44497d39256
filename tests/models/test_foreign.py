"""Labels of a user's own: what documents teach of them, and a model that reads by them beside nanocart's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.corpora import brat
from nanocart.corpora.foreign import foreign_of
from nanocart.corpora.jsonl import write
from nanocart.errors import RecordError, UsageError
from nanocart.models.about import FOREIGN, OWN, About
from nanocart.models.encoding import Cutter
from nanocart.models.labels import Tags
from nanocart.models.learning.backend import TorchBackend
from nanocart.models.learning.config import Config
from nanocart.models.learning.examples import Example, Maker
from nanocart.models.learning.folder import Trained, from_pretrained, save_pretrained
from nanocart.models.learning.foreign import labels_of, lessons_of, taught_labels
from nanocart.models.learning.learn import learn
from nanocart.models.learning.network import Network, Shape
from nanocart.models.reading import pipeline
from nanocart.models.runtime import OnnxBackend
from nanocart.models.shelf import reader_of
from nanocart.pipeline import extract
from nanocart.rules.view import View
from nanocart.schema import Document
from tests.models.small import TAUGHT, UNSEEN, small_tokenizer

TEXT = "IL-2 receptor alpha binds γ IL-2."


def document(*entities: dict[str, Any], text: str = TEXT) -> Document:
    held = [{"id": f"t{at}", **one} for at, one in enumerate(entities)]
    return Document("7", "", text, extra={"foreign": {"entities": held}})


def mention(start: int, end: int, label: str, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label, "text": TEXT[start:end], **more}


def lessons(*documents: Document, noted: Any = lambda line: None) -> list[Example]:
    tags = {FOREIGN: Tags(tuple(sorted(labels_of(documents))))}
    return list(lessons_of(documents, Maker(Cutter(small_tokenizer()), View, tags, 512), noted))


def saved(documents: Sequence[Document], path: Path) -> Path:
    with path.open("wb") as stream:
        write(documents, stream)
    return path


def test_labels_are_those_that_occur_in_the_order_of_the_alphabet_and_rare_ones_are_told_of() -> None:
    many = [document(mention(0, 4, "GENE"), mention(0, 19, "Récepteur α/β")) for _ in range(4)]
    lines: list[str] = []
    assert taught_labels([*many, document(mention(28, 32, "GENE"))], lines.append) == ("GENE", "Récepteur α/β")
    assert lines == [
        "labels of your own: GENE 5, Récepteur α/β 4",
        "Récepteur α/β: fewer than 5 mentions, from which little can be learnt",
    ]


def test_of_mentions_that_overlap_the_longer_one_is_learnt_and_the_rest_is_told() -> None:
    lines: list[str] = []
    pieces = mention(0, 32, "GENE", spans=[[0, 4], [28, 32]], text="IL-2 IL-2")
    one = document(mention(0, 4, "GENE"), mention(0, 19, "RECEPTOR"), mention(28, 32, "GENE"), pieces)
    (example,) = lessons(one, noted=lines.append)
    # IL - 2 receptor alpha binds γ IL - 2 .
    words = [TEXT[start:stop] for start, stop in example.words.offsets]
    names = Tags(("GENE", "RECEPTOR")).names
    said = [(word, names[tag]) for word, tag in zip(words, example.tags, strict=True) if tag]
    assert said[0][1] == "B-RECEPTOR"
    assert {tag for _, tag in said} == {"B-RECEPTOR", "I-RECEPTOR", "B-GENE"} | {tag for _, tag in said[5:]}
    assert "".join(word for word, _ in said) == "IL-2receptoralphaIL-2"
    assert lines == ["2 mentions are in pieces or overlap longer ones, and are not learnt"]


def test_a_document_without_a_mention_teaches_that_there_is_none() -> None:
    _, example = lessons(document(mention(0, 4, "GENE")), document())
    assert not example.tags.any()


@pytest.mark.parametrize(
    ("entity", "said"),
    [
        (mention(1, 5, "GENE", text="IL-2"), "'IL-2' is not at 1-5"),
        (mention(28, 99, "GENE"), "outside the text"),
        (mention(0, 4, " "), "no label"),
        (mention(0, 4, "GENE") | {"label": 7}, "no label"),
        ({"start": 0, "label": "GENE"}, "is no mention"),
    ],
)
def test_a_mention_that_cannot_be_is_an_error_that_names_the_document(entity: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordError, match=said) as caught:
        labels_of([document(entity)])
    assert "record 7" in str(caught.value)


def test_documents_without_labels_of_their_own(encoder: Path, tmp_path: Path) -> None:
    taught = saved(TAUGHT[:2], tmp_path / "taught.jsonl")
    with pytest.raises(UsageError, match="no labels of your own in") as caught:
        learn(config(encoder, taught), tmp_path / "run")
    assert "foreign" in caught.value.hint


def config(encoder: Path, foreign: Path, train: Sequence[Path] = (), **training: float) -> Config:
    given = {"epochs": 1, "rate": 2e-3, "head_rate": 2e-3, "foreign_rate": 1e-2, "pieces": 800} | training
    lines = "\n".join(f"{key} = {value}" for key, value in given.items())
    return Config.parse(
        f"[data]\ntrain = {[str(one) for one in train]}\ndev = []\nforeign = ['{foreign}']\n"
        f'[model]\nencoder = "{encoder}"\nmention = 64\npair = 32\n[training]\n{lines}\n'
    )


WORDS = re.compile(r"\b(?:(?P<ANIMAL>mice|mouse)|(?P<TIME>days?|weeks?))\b")


def with_words(one: Document) -> Document:
    """The document, with labels of a user's own on two kinds of words."""
    found = [
        {"id": f"t{at}", "start": match.start(), "end": match.end(), "label": str(match.lastgroup), "text": match[0]}
        for at, match in enumerate(WORDS.finditer(one.text))
    ]
    return replace(one, extra={"foreign": {"entities": found}})


def places(one: Document) -> set[tuple[int, int, str]]:
    return {(each["start"], each["end"], each["label"]) for each in foreign_of(one)["entities"]}


@pytest.fixture(scope="module")
def folder(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that learnt nanocart's labels and two others from the same documents."""
    where = tmp_path_factory.mktemp("both")
    taught = saved([with_words(one) for one in TAUGHT[:16]], where / "taught.jsonl")
    learn(config(encoder, taught, epochs=6, foreign_rate=0.03), where / "run")
    return where / "run" / "model"


@pytest.mark.slow
def test_the_folder_says_what_it_learnt(folder: Path) -> None:
    assert About.read(folder).tags[FOREIGN] == ("ANIMAL", "TIME")
    assert (folder.parent / "log.csv").read_text("utf-8").splitlines()[0].split(",")[-3:] == [
        "foreign",
        "auxiliary",
        "dev",
    ]


@pytest.mark.slow
def test_both_heads_are_read_in_one_pass_as_torch_reads_them(folder: Path) -> None:
    windows = {name: np.ones((1, 8), dtype=np.int64) for name in ("input_ids", "cases", "hints", "attention_mask")}
    windows["firsts"] = np.arange(1, 5)[None]
    _, ours = OnnxBackend(folder).encode(windows)
    _, theirs = TorchBackend(from_pretrained(folder).network).encode(windows)
    assert ours.shape == theirs.shape == (1, 4, 17 + 5)
    np.testing.assert_allclose(ours, theirs, atol=0.1 * np.abs(theirs).max())


@pytest.mark.slow
def test_unseen_abstracts_are_read_by_both_heads(folder: Path) -> None:
    found = list(extract(UNSEEN[:6], pipeline(reader_of(folder, "cpu"), scope=False)))
    wanted = [with_words(one) for one in UNSEEN[:6]]
    right = sum(len(places(one) & places(other)) for one, other in zip(wanted, found, strict=True))
    # Of forms that it never saw ("day 28") such a small one misses some.
    assert right >= 0.5 * sum(len(places(one)) for one in wanted) > 0
    assert right >= 0.8 * sum(len(places(one)) for one in found)
    assert any(one.entities for one in found)
    for one in found:
        for each in foreign_of(one)["entities"]:
            assert each["text"] == one.text[each["start"] : each["end"]]
            assert 0 < each["attributes"]["confidence"] <= 1


@pytest.mark.slow
def test_nanocarts_own_mentions_are_those_of_the_model_without_the_other_head(folder: Path, tmp_path: Path) -> None:
    trained = from_pretrained(folder)
    about = replace(trained.about, tags={OWN: trained.about.tags[OWN]})
    network = Network(trained.network.encoder, {OWN: 17}, Shape(**about.shape))
    kept = {name: one for name, one in trained.network.state_dict().items() if f".{FOREIGN}." not in name}
    network.load_state_dict(kept)
    save_pretrained(Trained(network, trained.tokenizer, about), tmp_path / "alone")
    both, alone = (
        [replace(one, extra={}) for one in extract(UNSEEN[:6], pipeline(reader_of(where, "cpu"), scope=False))]
        for where in (folder, tmp_path / "alone")
    )
    assert both == alone
    assert any(one.entities for one in both)


@pytest.mark.slow
def test_without_torch_jsonl_keeps_them(folder: Path, tmp_path: Path) -> None:
    text = "CAR-T cells were given to γ mice. Mice lived for two weeks."
    given = tmp_path / "one.jsonl"
    given.write_text(json.dumps({"id": "1", "text": text}), "utf-8")
    program = "import sys; sys.modules['torch'] = None\nfrom nanocart.cli.main import main\nmain()"
    said = ["extract", str(given), "--model", str(folder), "-o", str(tmp_path / "out.jsonl")]
    done = subprocess.run([sys.executable, "-c", program, *said], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    read = Document.from_json(json.loads(line))
    assert places(read) >= {(28, 32, "ANIMAL"), (53, 58, "TIME")}
    # Others' formats keep them too.
    copy = brat.read_pair(*brat.write_pair(read), read.id, "x")
    assert isinstance(copy, Document)
    assert foreign_of(copy) == foreign_of(read)


@pytest.mark.slow
def test_what_a_document_has_by_the_models_labels_is_read_anew(folder: Path) -> None:
    text = "CAR-T cells were given to mice."
    wrong = {"id": "t1", "start": 0, "end": 5, "label": "ANIMAL", "text": "CAR-T"}
    other = {"id": "x1", "start": 6, "end": 11, "label": "CELL", "text": "cells"}
    one = Document("1", "", text, extra={"foreign": {"entities": [wrong, other]}, "mine": 1})
    for scope in (True, False):
        (found,) = extract([one], pipeline(reader_of(folder, "cpu"), scope=scope))
        assert places(found) == {(6, 11, "CELL"), (26, 30, "ANIMAL")}
        assert found.extra["mine"] == 1
    # What is out of scope is not read, and has no mentions of the model's labels either.
    (found,) = extract([replace(one, text="CAR-T")], pipeline(says_no(folder)))
    assert places(found) == {(6, 11, "CELL")}


@pytest.mark.slow
def test_a_model_that_is_only_given_labels_does_not_begin_to_judge_scope(encoder: Path, tmp_path: Path) -> None:
    inside = [replace(one, study=replace(one.study, in_scope=True)) for one in TAUGHT[:2]]
    outside = replace(TAUGHT[2].without_annotations(), study=replace(TAUGHT[2].study, in_scope=False))
    words = saved([with_words(one) for one in inside], tmp_path / "words.jsonl")
    both = saved([*inside, outside], tmp_path / "both.jsonl")
    first = learn(config(encoder, words), tmp_path / "first")
    assert not first.about.scope
    more = learn(config(encoder, words, [both]).begun_from(str(tmp_path / "first" / "model")), tmp_path / "more")
    assert not more.about.scope


def says_no(folder: Path) -> Any:
    reader = reader_of(folder, "cpu")
    reader.backend.scope = lambda states, title: -1.0  # type: ignore[method-assign]
    return reader.told(replace(reader.about, scope=True))


def head(folder: Path) -> Any:
    return from_pretrained(folder).network.state_dict()[f"heads.tags.{FOREIGN}.weight"]


@pytest.mark.slow
def test_a_model_goes_on_and_other_labels_get_a_head_of_their_own(folder: Path, encoder: Path, tmp_path: Path) -> None:
    still = {"rate": 0.0, "head_rate": 0.0, "foreign_rate": 0.0}
    both = [with_words(one) for one in TAUGHT[:2]]
    same = saved(both, tmp_path / "same.jsonl")
    lines: list[str] = []
    learn(config(encoder, same, **still).begun_from(str(folder)), tmp_path / "again", noted=lines.append)
    assert torch.equal(head(folder), head(tmp_path / "again" / "model"))
    assert not any("knew" in line for line in lines)
    # Nothing teaches them this time: they stay.
    bare = saved(TAUGHT[:2], tmp_path / "bare.jsonl")
    plain = config(encoder, same, [bare]).begun_from(str(folder))
    learn(replace(plain, data=replace(plain.data, foreign=())), tmp_path / "ours")
    assert torch.equal(head(folder), head(tmp_path / "ours" / "model"))
    assert About.read(tmp_path / "ours" / "model").tags[FOREIGN] == ("ANIMAL", "TIME")
    gene = [document(mention(0, 4, "GENE"))]
    learn(
        config(encoder, saved(gene, tmp_path / "gene.jsonl"), **still).begun_from(str(folder)),
        tmp_path / "other",
        noted=lines.append,
    )
    assert About.read(tmp_path / "other" / "model").tags[FOREIGN] == ("GENE",)
    assert len(head(tmp_path / "other" / "model")) == 3
    assert any("the model knew ANIMAL, TIME" in line for line in lines)
