"""The model that is shipped: whole, small, described, and the same on the processor and by torch."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import nanocart
from nanocart import corpora
from nanocart.eval import measures
from nanocart.eval.counts import total
from nanocart.models.reading import found_in
from nanocart.models.shelf import SHIPPED, fingerprint, reader_of

MODELS = Path(__file__).resolve().parents[2] / "models"
FILES = {
    "config.json", "encoder.onnx", "heads.safetensors", "model.safetensors", "nanocart.json", "tokenizer.json",
    "tokenizer_config.json",
}  # fmt: skip
TEXT = "CD5-targeted lipid nanoparticles carrying FAP CAR mRNA reprogrammed T cells and reduced fibrosis in mice."


def test_it_is_whole_and_fits_into_the_wheel() -> None:
    assert {one.name for one in SHIPPED.iterdir()} == FILES
    assert sum(one.stat().st_size for one in SHIPPED.iterdir()) < 80e6


def test_its_page_tells_of_these_very_files() -> None:
    from nanocart.models.learning.release import listed

    page = (MODELS / "REPRODUCE.md").read_text("utf-8")
    assert all(line in page for line in listed())
    assert fingerprint(SHIPPED) in (MODELS / "MODEL_CARD.md").read_text("utf-8")


def test_it_reads_without_being_asked_for() -> None:
    doc = nanocart.load()(TEXT)
    found = {ent.text: ent.label_ for ent in doc.ents}
    assert found["lipid nanoparticles"] == "NANOPARTICLE"
    assert found["T cells"] == "CELL_TYPE"
    assert all(one.confidence is not None and 0 < one.confidence <= 1 for one in doc._.mentions)
    assert tuple(sorted({one.label for one in doc._.relations} & {"CARRIES", "DELIVERED_TO"})) == (
        "CARRIES",
        "DELIVERED_TO",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "😀🧬" * 40,
        "x" * 3000,
        "CAR" * 2000,
        "a\u0301" * 500,
        "(" * 300,
        "LNPs\u0000and T cells",
        "β₂-μ\u00a0γδ T cells",
    ],
)
def test_odd_texts_are_read_and_stay_as_they_are(text: str) -> None:
    doc = nanocart.load(scope=False)(text)
    assert doc._.document.text == text
    assert not doc._.document.problems()


@pytest.mark.slow
def test_a_long_text_is_read_to_its_end() -> None:
    filler = "The mice were housed in groups of five and had free access to food and water. "
    text = filler * 6_000 + TEXT
    assert len(text.split()) > 90_000
    doc = nanocart.load(scope=False)(text)
    last = [ent.text for ent in doc.ents if ent.start_char >= len(filler) * 6_000]
    assert "lipid nanoparticles" in last
    assert "T cells" in last


@pytest.mark.slow
def test_plain_transformers_read_with_the_encoder() -> None:
    pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")
    from transformers import AutoModel, AutoTokenizer

    given = AutoTokenizer.from_pretrained(SHIPPED)(TEXT, return_tensors="pt")
    states = AutoModel.from_pretrained(SHIPPED).float()(**given).last_hidden_state
    assert states.shape[:2] == given["input_ids"].shape


@pytest.mark.slow
@pytest.mark.data
def test_eight_bits_and_float32_find_the_same_on_dev() -> None:
    if not os.environ.get("NANOCART_DATA"):
        pytest.skip("NANOCART_DATA names no folder with the texts")
    pytest.importorskip("torch", reason="training needs: pip install 'nanocart[train]'")
    from nanocart.models.encoding import Cutter
    from nanocart.models.learning.backend import TorchBackend
    from nanocart.models.learning.folder import from_pretrained
    from nanocart.models.reader import Reader

    dev = corpora.load("gold", split="dev")
    trained = from_pretrained(SHIPPED)
    cutter = Cutter(trained.tokenizer.backend_tokenizer)
    by_torch = found_in(dev, Reader(TorchBackend(trained.network, "cpu"), cutter, trained.about))
    by_onnx = found_in(dev, reader_of(SHIPPED, "cpu"))
    alike = total(measures.spans(one, other) for one, other in zip(by_torch, by_onnx, strict=True)).f1
    # The tolerance that MODEL_CARD.md states.
    stated = re.search(r"agree on at least ([\d.]+) of their mentions", (MODELS / "MODEL_CARD.md").read_text("utf-8"))
    assert stated is not None
    assert alike >= float(stated[1])
