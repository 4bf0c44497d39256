"""Token classifiers of others: their spans, offsets and labels made ours, and nothing cut off."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import spacy

from nanocart.errors import UsageError
from nanocart.eval import adapters
from nanocart.eval.adapters import Found, annotated, label_map, longest, pieces, spans_of
from nanocart.eval.systems import system
from nanocart.schema import LABELS, Document, Mention

HAS_TORCH = bool(find_spec("torch") and find_spec("transformers"))
needs_torch = pytest.mark.skipif(not HAS_TORCH, reason="torch and transformers are not installed")
TEXT = "γδ T cells killed lymphoma. T cells slept."
HEAD = "system\tlabel\tours\tnote\n"


def ruler(folder: Path, *patterns: tuple[str, str]) -> Path:
    """A spaCy pipeline on disk that knows some phrases."""
    nlp = spacy.blank("en")
    rules: Any = nlp.add_pipe("entity_ruler")
    rules.add_patterns([{"pattern": phrase, "label": label} for phrase, label in patterns])
    nlp.to_disk(folder)
    return folder


def test_a_spacy_pipeline_with_its_labels_mapped(tmp_path: Path) -> None:
    folder = ruler(tmp_path / "x", ("T cells", "CELL"), ("lymphoma", "DISEASE"), ("killed", "GENE"))
    made = system(f"spacy:{folder}")
    [read] = made.read([Document.of("1", TEXT, "")])
    assert [(one.start, one.text, one.label) for one in read.entities] == [
        (3, "T cells", "CELL_TYPE"),
        (18, "lymphoma", "DISEASE"),
        (28, "T cells", "CELL_TYPE"),
    ]
    assert read.problems() == []
    assert "spaCy" in made.version
    assert made.timed


def test_gold_annotations_do_not_leak(tmp_path: Path) -> None:
    gold = Document.of("1", TEXT, "", entities=(Mention("e1", 0, 2, "DISEASE", "γδ"),))
    [read] = system(f"spacy:{ruler(tmp_path / 'x', ('killed', 'Cell'))}").read([gold])
    assert [one.text for one in read.entities] == ["killed"]


def test_labels_of_ones_own_come_before_the_shipped_ones(tmp_path: Path) -> None:
    folder = ruler(tmp_path / "x", ("T cells", "CELL"), ("lymphoma", "DISEASE"))
    (folder / "labels.tsv").write_text(HEAD + "*\tcell\tOUTCOME\n*\tDISEASE\t\tnot ours\n")
    [read] = system(f"spacy:{folder}").read([Document.of("1", TEXT, "")])
    assert {one.label for one in read.entities} == {"OUTCOME"}


def test_what_maps_to_nothing_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no label of .* maps to ours: PERSON.*labels\.tsv"):
        system(f"spacy:{ruler(tmp_path / 'x', ('Ann', 'PERSON'))}")


@pytest.mark.parametrize(
    ("content", "message"),
    [(HEAD + "*\tx\tCHEMICAL\t\n", "'x' is mapped to 'CHEMICAL'"), ("label\tours\n", "name its columns")],
)
def test_a_broken_label_map(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "labels.tsv").write_text(content)
    with pytest.raises(UsageError, match=message):
        label_map("hf:x", ["x"], str(tmp_path))


def test_the_shipped_map() -> None:
    assert all(ours in ("", *LABELS) for _, _, ours in adapters._rows())
    assert label_map("hf:x", LABELS) == {label: label for label in LABELS}
    assert label_map("spacy:en_ner_bc5cdr_md", ["DISEASE", "CHEMICAL"]) == {"DISEASE": "DISEASE"}
    assert label_map("hf:d4data/biomedical-ner-all", ["Outcome", "Disease_disorder"]) == {"Disease_disorder": "DISEASE"}
    assert set(adapters._asked("gliner:x", "").values()) == set(LABELS)


def test_overlaps_go_to_the_longest_and_then_to_the_first() -> None:
    spans = [Found(0, 5, "a"), Found(3, 10, "b"), Found(10, 12, "c"), Found(10, 12, "d"), Found(4, 4, "e")]
    assert [one.label for one in longest(spans)] == ["b", "c"]


def test_what_is_not_ours_takes_no_room() -> None:
    read = annotated(
        Document.of("1", TEXT, ""), [Found(0, 10, "GENE"), Found(3, 10, "CL", 0.5)], {"CL": "CELL_TYPE"}, "x"
    )
    assert [(one.text, one.confidence, one.why) for one in read.entities] == [("T cells", 0.5, "model x")]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-X I-X O", [(0, 5, "X")]),
        ("B-X B-X I-X", [(0, 2, "X"), (3, 8, "X")]),
        ("I-X I-Y Y", [(0, 2, "X"), (3, 8, "Y")]),
        ("S-X S-X O", [(0, 2, "X"), (3, 5, "X")]),
        ("B-X E-X I-X", [(0, 5, "X"), (6, 8, "X")]),
        ("O O O", []),
        ("B I O", [(0, 5, "ENTITY")]),
    ],
)
def test_tags_of_every_scheme(tags: str, spans: list[tuple[int, int, str]]) -> None:
    tokens = [(3 * number, 3 * number + 2, tag, 1.0) for number, tag in enumerate(tags.split())]
    assert [one[:3] for one in spans_of("aa bb cc", tokens)] == spans


def test_a_word_has_the_tag_of_its_first_piece_and_a_hyphen_its_own() -> None:
    text = "CAR-T. lymph"
    tokens = [(0, 1, "B-X"), (1, 3, "O"), (3, 4, "I-X"), (4, 5, "I-X"), (5, 6, "O"), (7, 10, "O"), (10, 12, "B-X")]
    assert [one[:3] for one in spans_of(text, [(*one, 1.0) for one in tokens])] == [(0, 5, "X")]


def test_no_span_goes_over_the_end_of_a_line() -> None:
    assert len(spans_of("aa\nbb", [(0, 2, "B-X", 1.0), (3, 5, "I-X", 1.0)])) == 2


def test_pieces_hold_whole_sentences_and_every_word() -> None:
    text = "One two. Three. Long " + "word " * 9 + "end. Four."
    found = [text[start:end] for start, end in pieces(text, 5)]
    assert found[0] == "One two. Three."
    assert " ".join(found).split() == text.split()
    assert max(len(one.replace(".", " .").split()) for one in found) <= 5


def test_gliner_is_asked_in_words_and_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, list[str]]] = []

    class Stub:
        config = SimpleNamespace(max_len=8)

        def predict_entities(self, text: str, labels: list[str]) -> list[dict[str, Any]]:
            seen.append((text, labels))
            at = text.find("T cells")
            return [{"start": at, "end": at + 7, "label": "type of cell", "score": 0.75}] if at >= 0 else []

    module = ModuleType("gliner")
    module.GLiNER = SimpleNamespace(from_pretrained=lambda name: Stub())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gliner", module)
    monkeypatch.setattr(adapters, "version", lambda name: "0")
    [read] = system("gliner:x").read([Document.of("1", TEXT, "")])
    assert [(one.start, one.text, one.label, one.confidence) for one in read.entities] == [
        (3, "T cells", "CELL_TYPE", 0.75),
        (28, "T cells", "CELL_TYPE", 0.75),
    ]
    assert [text for text, _ in seen] == ["γδ T cells killed lymphoma.", "T cells slept."]
    assert len(seen[0][1]) == len(LABELS)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("spacy", "spacy needs a model"),
        ("spacy:en_no_such_model", "cannot be loaded.*spacy download"),
        ("hf", "hf needs a model"),
        ("gliner", "gliner needs a model"),
    ],
)
def test_what_there_is_not(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        system(name)


@pytest.mark.parametrize(("name", "module"), [("hf:x", "torch"), ("hf:x", "transformers"), ("gliner:x", "gliner")])
def test_packages_that_are_not_installed(name: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if module == "transformers":
        monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=f"{module} is not installed.*pip install"):
        system(name)


WORDS = ["γδ", "t", "cells", "killed", "lymph", "##oma", ".", "slept"]


def bert(folder: Path, labels: list[str], positions: int = 16, head: bool = True) -> Path:
    """A tiny BERT with random weights and the vocabulary of `TEXT`."""
    import torch
    import transformers

    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=10**30).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=positions, id2label=dict(enumerate(labels)),
    )  # fmt: skip
    kind = transformers.BertForTokenClassification if head else transformers.BertModel
    kind(config).save_pretrained(folder)
    return folder


@needs_torch
class TestHuggingFace:
    def test_offsets_labels_and_no_end(self, tmp_path: Path) -> None:
        import torch
        import transformers

        folder = bert(tmp_path / "x", ["B-Cell", "O"])
        network = transformers.BertForTokenClassification.from_pretrained(folder)
        with torch.no_grad():  # every token is a cell, whatever stands around it
            network.classifier.weight.zero_()
            network.classifier.bias.copy_(torch.tensor([1.0, 0.0]))
        network.save_pretrained(folder)
        text = f"{TEXT}\n" * 20  # 240 tokens and more, for a model that takes 16
        first, second = system(f"hf:{folder}").read([Document("1", "", text), Document("2", "", "T cells")])
        assert [one.text for one in second.entities] == ["T", "cells"]
        assert first.problems() == []
        assert {one.label for one in first.entities} == {"CELL_TYPE"}
        # Every word is found once, at its place, with its offset in code points.
        assert [one.text for one in first.entities] == text.replace(".", " .").split()
        assert all(one.confidence == pytest.approx(0.7311) for one in first.entities)

    def test_windows_meet_where_they_should(self, tmp_path: Path) -> None:
        import torch
        import transformers

        folder = bert(tmp_path / "x", ["B-Cell", "O"])
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        network = transformers.AutoModelForTokenClassification.from_pretrained(folder)
        text = " ".join(WORDS[number * number % 5] for number in range(101))
        [read] = adapters._tag([text], tokenizer, network, torch)
        whole = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        assert [token[:2] for token in read] == whole

    def test_a_short_text_is_read_as_the_model_reads_it(self, tmp_path: Path) -> None:
        import torch
        import transformers

        folder = bert(tmp_path / "x", ["B-Cell", "I-Cell", "O"])
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        network = transformers.AutoModelForTokenClassification.from_pretrained(folder).eval()
        texts = ["T cells killed lymphoma.", "T cells slept.", ""]
        read = adapters._tag(texts, tokenizer, network, torch)
        for text, tokens in zip(texts, read, strict=True):
            with torch.no_grad():
                logits = network(**tokenizer(text, return_tensors="pt")).logits[0, 1:-1]
            assert [token[2] for token in tokens] == logits.argmax(-1).tolist()

    def test_roberta_counts_from_its_padding(self) -> None:
        import transformers

        config = transformers.RobertaConfig(
            vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
            max_position_embeddings=34, pad_token_id=1,
        )  # fmt: skip
        network = transformers.RobertaForTokenClassification(config)
        assert adapters._limit(SimpleNamespace(model_max_length=10**30), network) == 32
        assert adapters._limit(SimpleNamespace(model_max_length=20), network) == 20

    def test_a_model_without_a_trained_head_is_refused(self, tmp_path: Path) -> None:
        folder = bert(tmp_path / "x", ["B-Cell", "O"], head=False)
        with pytest.raises(UsageError, match="no token classifier"):
            system(f"hf:{folder}")

    def test_labels_that_say_nothing_are_refused(self, tmp_path: Path) -> None:
        folder = bert(tmp_path / "x", ["LABEL_0", "LABEL_1"])
        with pytest.raises(UsageError, match=r"maps to ours: LABEL_0, LABEL_1"):
            system(f"hf:{folder}")
        (folder / "labels.tsv").write_text(HEAD + "*\tLABEL_1\tDISEASE\tfrom its card\n")
        assert system(f"hf:{folder}").name == f"hf:{folder}"

    def test_no_such_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        with pytest.raises(UsageError, match="cannot be loaded"):
            system(f"hf:{tmp_path / 'nothing'}")
