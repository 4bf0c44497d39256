"""The model without torch: the same answers as with it, whatever else is read, and clear words where it is broken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")

from nanocart.annotations import from_doc, to_doc
from nanocart.errors import SourceError
from nanocart.models.about import OWN, About
from nanocart.models.labels import Tags
from nanocart.models.learning.backend import TorchBackend
from nanocart.models.learning.encoders import add_cases, load_encoder
from nanocart.models.learning.folder import Trained, from_pretrained, save_pretrained
from nanocart.models.learning.network import Network, Shape
from nanocart.models.pairs import FEATURES, GROUPS
from nanocart.models.reader import Reader
from nanocart.models.reading import found_in, pipeline
from nanocart.models.runtime import OnnxBackend
from nanocart.models.shelf import reader_of
from nanocart.schema import LABELS, Document, Finding, Mention, Relation
from tests.models.small import UNSEEN


@pytest.fixture(scope="module")
def folder(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was not trained; its weights are large enough to tell pieces apart."""
    torch.manual_seed(3)
    tokenizer, body = load_encoder(str(encoder))
    add_cases(body)
    shape = {"mention": 32, "pair": 16, "dropout": 0.1}
    network = Network(body, {OWN: len(Tags(LABELS).names)}, Shape(**shape))  # type: ignore[arg-type]
    for one in network.parameters():
        torch.nn.init.normal_(one, std=0.2)
    made = tmp_path_factory.mktemp("model") / "model"
    save_pretrained(Trained(network.eval(), tokenizer, About(128, True, {OWN: LABELS}, shape)), made)
    return made


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    other = tmp_path / "copy"
    other.mkdir()
    for one in folder.iterdir():
        (other / one.name).write_bytes(one.read_bytes())
    return other


def given(rows: int, length: int) -> dict[str, np.ndarray]:
    """Windows of random pieces, the later ones shorter; every other piece begins a word."""
    dice = np.random.default_rng(5)
    mask = (np.arange(length) < np.linspace(length, 3, rows).astype(int)[:, None]).astype(np.int64)
    names = {"input_ids": 900, "cases": 5, "hints": 30}
    pieces = {name: dice.integers(0, high, mask.shape) * mask for name, high in names.items()}
    firsts = np.arange(1, length, 2) * mask[:, 1::2]
    return pieces | {"attention_mask": mask, "firsts": firsts}


def test_states_and_scores_are_those_of_torch(folder: Path) -> None:
    windows = given(4, 50)
    real = windows["firsts"].astype(bool)
    ours = OnnxBackend(folder).encode(windows)
    theirs = TorchBackend(from_pretrained(folder).network).encode(windows)
    for one, other in zip(ours, theirs, strict=True):
        # Eight bits a weight move a value by a few per cent of what values are.
        assert np.abs(one - other)[real].mean() < 0.05 * np.abs(other[real]).mean()


def test_the_heads_are_those_of_torch(folder: Path) -> None:
    ours, theirs = OnnxBackend(folder), TorchBackend(from_pretrained(folder).network)
    dice = np.random.default_rng(7)
    states = dice.normal(size=(30, 96)).astype(np.float32)
    spans = np.array([[0, 3], [5, 5], [10, 29]])
    vectors, said = ours.mentions(states, spans)
    their_vectors, their_said = theirs.mentions(states, spans)
    np.testing.assert_allclose(vectors, their_vectors, rtol=1e-3, atol=1e-4)
    assert said.keys() == their_said.keys()
    asked = {
        "head": np.array([0, 1, 2]),
        "tail": np.array([1, 2, 0]),
        "features": dice.integers(0, FEATURES, (3, len(GROUPS))),
        "between": np.array([[4, 5], [6, 10], [0, 0]]),
    }
    for one, other in zip(ours.pairs(states, vectors, asked), theirs.pairs(states, vectors, asked), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


def test_the_scope_is_that_of_torch(folder: Path) -> None:
    states = np.random.default_rng(7).normal(size=(30, 96)).astype(np.float32)
    ours, theirs = OnnxBackend(folder), TorchBackend(from_pretrained(folder).network)
    assert ours.scope(states, 7) == pytest.approx(theirs.scope(states, 7), abs=1e-3)
    assert ours.scope(states, 7) != pytest.approx(ours.scope(states, 8), abs=1e-3)


def test_a_model_that_never_learnt_scope_may_lack_the_head(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    heads = {name: one for name, one in load_file(copy / "heads.safetensors").items() if ".scope." not in name}
    save_file(heads, copy / "heads.safetensors")
    from_pretrained(copy)
    nlp = pipeline(reader_of(copy, "cpu"))
    assert nlp("CAR-T cells kill tumors.")._.study.in_scope
    with pytest.raises(KeyError):
        OnnxBackend(copy).scope(np.zeros((2, 96), dtype=np.float32), 1)


def says_no(folder: Path) -> Reader:
    """The model, as if it had learnt that nothing speaks of the field."""
    reader = reader_of(folder, "cpu")
    reader.backend.scope = lambda states, title: -1.0  # type: ignore[method-assign]
    return reader.told(replace(reader.about, scope=True))


def test_a_text_that_names_the_field_in_passing_has_no_mentions(folder: Path) -> None:
    text = "CAR-T cells kill tumors."
    assert pipeline(reader_of(folder, "cpu"))(text)._.study.in_scope
    doc = pipeline(says_no(folder))(text)
    assert (doc._.study.in_scope, doc.ents) == (False, ())
    # Who does not ask for the scope is not told of it, and mentions that are given stand.
    assert pipeline(says_no(folder), scope=False)(text)._.study.in_scope is None
    nlp = pipeline(says_no(folder))
    given_ = Document("1", "", text, entities=(Mention("e1", 0, 11, "CELL_TYPE", "CAR-T cells"),))
    assert [one.text for one in from_doc(nlp(to_doc(given_, nlp))).entities] == ["CAR-T cells"]


def test_mentions_that_are_not_likely_enough_are_left_out(folder: Path) -> None:
    reader = reader_of(folder, "cpu")
    documents = [one.without_annotations() for one in UNSEEN[:3]]
    every = found_in(documents, reader)
    labels = {one.label for document in every for one in document.entities}
    label = min(labels)
    fewer = found_in(documents, reader.told(replace(reader.about, thresholds={label: 1.01})))
    assert len(labels) > 1
    assert {one.label for document in fewer for one in document.entities} == labels - {label}


def test_what_is_found_does_not_depend_on_what_else_is_read(folder: Path) -> None:
    nlp = pipeline(reader_of(folder, "cpu"), scope=False)
    documents = [one.without_annotations() for one in UNSEEN[:8]]
    alone = [from_doc(nlp(to_doc(one, nlp))) for one in documents]
    together = [from_doc(doc) for doc in nlp.pipe([to_doc(one, nlp) for one in documents], batch_size=8)]
    assert alone == together
    assert any(one.entities for one in alone)


def test_a_model_reads_without_torch(folder: Path) -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from nanocart.models.shelf import reader_of; from nanocart.models.reading import pipeline\n"
        f"nlp = pipeline(reader_of({str(folder)!r}, 'cpu'), scope=False)\n"
        "print(len(nlp('LNPs delivered CAR mRNA to T cells.').text))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "35", done.stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: (path / "encoder.onnx").write_bytes(b"cut"), "the model is broken"),
        (lambda path: (path / "encoder.onnx").write_bytes((path / "encoder.onnx").read_bytes()[:5000]), "is broken"),
        (lambda path: (path / "heads.safetensors").unlink(), "the model is broken"),
        (lambda path: (path / "tokenizer.json").write_text("{"), "the tokenizer is broken"),
        (lambda path: (path / "nanocart.json").write_text("{"), "not JSON"),
        (lambda path: (path / "nanocart.json").write_text('{"format": 99}'), "format 99"),
        (lambda path: (path / "nanocart.json").write_text('{"format": 2, "version": "0"}'), "trained with other hints"),
    ],
)
def test_a_broken_folder_says_what_is_wrong(copy: Path, spoil: Callable[[Path], None], said: str) -> None:
    spoil(copy)
    with pytest.raises(SourceError, match=said) as caught:
        reader_of(copy, "cpu")
    assert str(copy) in str(caught.value)


def test_an_encoder_of_another_version_is_named(copy: Path) -> None:
    import onnx

    path = copy / "encoder.onnx"
    model = onnx.load(path)
    model.graph.input[-1].name = "of_words"
    for node in model.graph.node:
        node.input[:] = ["of_words" if name == "firsts" else name for name in node.input]
    onnx.save(model, path)
    with pytest.raises(SourceError, match="another version of nanocart") as caught:
        reader_of(copy, "cpu")
    assert caught.value.hint == "save it anew"


def test_weights_that_are_missing_are_not_made_up(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = copy / "model.safetensors"
    held = load_file(path)
    held.pop("encoder.layer.1.output.dense.weight")
    save_file(held, path, {"format": "pt"})
    with pytest.raises(SourceError, match="1 weights are missing"):
        from_pretrained(copy)


def test_a_batch_that_the_memory_does_not_hold_is_read_in_halves(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = TorchBackend(from_pretrained(folder).network)
    windows = given(5, 20)
    states, scores = backend.encode(windows)
    whole, sizes = TorchBackend._encode, []

    def small(self: TorchBackend, some: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        sizes.append(len(some["input_ids"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError
        return whole(self, some)

    monkeypatch.setattr(TorchBackend, "_encode", small)
    again = backend.encode(windows)
    assert sizes == [5, 2, 3, 1, 2]
    np.testing.assert_allclose(again[0], states, atol=1e-5)
    np.testing.assert_allclose(again[1], scores, atol=1e-5)


def test_given_mentions_count_as_sure(folder: Path) -> None:
    reader = reader_of(folder, "cpu")
    mentions = [Mention("e1", 0, 4, "NANOPARTICLE", "LNPs"), Mention("e2", 5, 11, "OUTCOME", "tumors")]
    row = Finding("f1", outcome="e2", nanoparticle=("e1",))
    stated = [Relation("r1", "RESULTS_IN", "e1", "e2", confidence=0.8)]
    assert [one.confidence for one in reader.rows([row], mentions, stated)] == [0.8]
