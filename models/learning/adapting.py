"""Adapting an encoder to the field: masked-language-model training on abstracts, before anything is annotated.

    python -m nanocart.models.learning.adapting OUT --data FOLDER --encoder minilm --pieces 6000000

FOLDER is what `NANOCART_DATA` names: its `abstracts/` are read, less every text on which a score is reported
(`nanocart.corpora.heldout`). The field's own abstracts are read `--repeat` times, then those others that name most of
the lexicon's concepts, until the number of pieces is reached. The run writes checkpoints, and goes on from the last one
when it is started again. OUT is then a folder for `nanocart train` and for plain `transformers.AutoModel`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nanocart.corpora import gold
from nanocart.corpora.heldout import HeldOut, held_out
from nanocart.errors import UsageError
from nanocart.lexicon import FALSE_FRIEND, Lexicon
from nanocart.models.casing import case_of
from nanocart.models.devices import mixed_precision
from nanocart.models.learning.checkpoints import load_state, restore, save_state, training_state
from nanocart.models.learning.encoders import add_cases, add_words, knows_case, load_encoder, words_to_add
from nanocart.schema import Document

if TYPE_CHECKING:
    import torch

LENGTH: Final = 128
"""Pieces of a training sequence: texts are laid end to end, so that nothing is padded."""
ROWS: Final = 4
"""So many sequences in a row make one as long as a window of the model."""
LONG: Final = 0.2
"""The share of the steps, the last ones, that read long sequences: an encoder that has read only short ones for a while
reads long ones worse than before."""
MASKED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Adapting:
    """The settings of a run; they are written beside the weights."""

    encoder: str = "minilm"
    words: int = 2000
    pieces: int = 3_500_000
    repeat: int = 2
    batch: int = 48
    rate: float = 4e-4
    warmup: float = 0.05
    seed: int = 1


def field_texts(folder: str | Path, held: HeldOut) -> list[str]:
    """The field's own abstracts, less those that are held out."""
    return [one.text for one in _abstracts(folder, "domain") if not held.has(one.metadata, one.text)]


def other_texts(folder: str | Path, held: HeldOut) -> list[str]:
    """Other biomedical abstracts, less those that are held out, those first that name most concepts of the lexicon."""
    lexicon = Lexicon.shipped()
    found = [one.text for one in _abstracts(folder, "general") if not held.has(one.metadata, one.text)]
    return sorted(found, key=lambda text: -_concepts(lexicon, text))


def _abstracts(folder: str | Path, name: str) -> Iterator[Document]:
    return gold.texts_of([str(Path(folder) / "abstracts" / f"{name}.jsonl.xz")])


def _concepts(lexicon: Lexicon, text: str) -> int:
    """How many concepts a text names, those of the lexicon's false friends not counted."""
    concepts = (hit.terms[0].concept for hit in lexicon.matches(text))
    return len({one.id for one in concepts if one.label != FALSE_FRIEND})


def sequences(tokenizer: Any, texts: Iterable[str], pieces: int) -> tuple[Any, Any]:
    """Pieces and classes of case of texts laid end to end, each an array of sequences by `LENGTH`."""
    ids: list[int] = []
    cases: list[int] = []
    found = iter(texts)
    while len(ids) < pieces and (batch := list(islice(found, 256))):
        for text, encoded in zip(batch, tokenizer(batch, add_special_tokens=False).encodings, strict=True):
            words: dict[int, tuple[int, int]] = {}
            for number, (start, end) in zip(encoded.word_ids, encoded.offsets, strict=True):
                first, last = words.get(number, (start, end))
                words[number] = (min(first, start), max(last, end))
            classes = {number: case_of(text[start:end]) for number, (start, end) in words.items()}
            ids += [*encoded.ids, tokenizer.sep_token_id]
            cases += [*(classes[number] for number in encoded.word_ids), 0]
    count = min(len(ids), pieces) // LENGTH
    shape = (count, LENGTH)
    return (
        np.array(ids[: count * LENGTH], dtype=np.int32).reshape(shape),
        np.array(cases[: count * LENGTH], dtype=np.int8).reshape(shape),
    )


def mask(ids: torch.Tensor, tokenizer: Any, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Pieces with a share of `MASKED` hidden, and where: four in five become the mask, one in ten another piece.

    The scheme of BERT (Devlin et al. 2019), with a larger share (Wettig et al. 2023).
    """
    import torch

    marks = (ids == tokenizer.cls_token_id) | (ids == tokenizer.sep_token_id)
    hidden = (torch.rand(ids.shape, generator=generator) < MASKED) & ~marks
    dice = torch.rand(ids.shape, generator=generator)
    other = torch.randint(len(tokenizer), ids.shape, generator=generator)
    shown = torch.where(hidden & (dice < 0.8), torch.full_like(ids, tokenizer.mask_token_id), ids)
    return torch.where(hidden & (dice >= 0.9), other, shown), hidden


def schedule_of_rows(count: int, settings: Adapting) -> list[Any]:
    """For each step the rows of pieces that it reads, sequences × rows: first single rows, at last `ROWS` in a row.

    >>> rows = schedule_of_rows(12, Adapting(batch=3))
    >>> [one.shape for one in rows]
    [(3, 1), (3, 1), (3, 1), (1, 4)]
    """
    steps = count // settings.batch
    dice = np.random.default_rng(settings.seed)
    single = dice.permutation(count)[: steps * settings.batch].reshape(steps, settings.batch, 1)
    groups = dice.permutation(count // ROWS)
    size = max(1, settings.batch // ROWS)
    short = steps - math.ceil(LONG * steps)
    rows = [groups[np.arange(at, at + size) % len(groups)] for at in range(0, (steps - short) * size, size)]
    return [*single[:short], *(one[:, None] * ROWS + np.arange(ROWS) for one in rows)]


def framed(ids: Any, tokenizer: Any) -> Any:
    """Sequences whose first and last piece are the marks between which an encoder reads a text."""
    ids = ids.copy()
    ids[:, 0], ids[:, -1] = tokenizer.cls_token_id, tokenizer.sep_token_id
    return ids


def head_of(encoder: Any) -> torch.nn.Module:
    """The head that guesses hidden pieces; its last matrix is the table of pieces itself."""
    import torch

    width = encoder.config.hidden_size
    return torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.GELU(), torch.nn.LayerNorm(width))


def without_dropout(encoder: Any) -> None:
    """Turn dropout off: few texts are seen twice, and on a CPU it costs a third of the time."""
    for one in encoder.modules():
        for name in ("p", "dropout_prob"):
            if isinstance(getattr(one, name, None), float):
                setattr(one, name, 0.0)


def adapt(out: Path, folder: str | Path, settings: Adapting, *, every: float = 300.0) -> None:
    """Adapt an encoder and write it to `out`, with a checkpoint each `every` seconds from which a new run goes on."""
    import torch
    from rich.progress import Progress

    torch.manual_seed(settings.seed)
    tokenizer, encoder, ids, cases = _prepared(out, folder, settings)
    without_dropout(encoder)
    head = head_of(encoder)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = torch.nn.ModuleDict({"encoder": encoder, "head": head}).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=0.01, betas=(0.9, 0.98))
    order = schedule_of_rows(len(ids), settings)
    steps = len(order)
    begun = load_state(out)
    first = 0
    if begun:
        if begun[1]["settings"] != asdict(settings):
            raise UsageError(f"{out} was begun with {begun[1]['settings']}", hint="give the same, or another folder")
        restore(model, optimizer, begun[0])
        first = begun[1]["step"]
    model.train()
    saved = time.monotonic()
    with Progress() as progress, (out / "log.csv").open("a", encoding="utf-8", buffering=1) as log:
        task = progress.add_task("adapting", total=steps, completed=first)
        for step in range(first, steps):
            # The masks of a step depend on the seed and the step alone, so that a resumed run is the same run.
            torch.manual_seed(settings.seed * 1_000_003 + step)
            for group in optimizer.param_groups:
                group["lr"] = settings.rate * schedule(step / steps, settings.warmup)
            # A row holds one sequence, or several that make one.
            read, classes = (found[order[step]].reshape(len(order[step]), -1) for found in (ids, cases))
            if order[step].shape[1] > 1:
                read = framed(read, tokenizer)
            loss = _step(model, tokenizer, read, classes, device)
            if not math.isfinite(loss.item()):
                raise FloatingPointError(f"the loss is {loss.item()} at step {step}: lower the rate")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            log.write(f"{step},{loss.item():.4f},{time.time():.0f}\n")
            progress.advance(task)
            if time.monotonic() - saved > every or step == steps - 1:
                save_state(out, training_state(model, optimizer), {"step": step + 1, "settings": asdict(settings)})
                saved = time.monotonic()
    encoder.to("cpu").save_pretrained(out, safe_serialization=True)
    tokenizer.save_pretrained(out)
    (out / "adapting.json").write_text(json.dumps(asdict(settings), indent=1) + "\n", "utf-8")


def schedule(share: float, warmup: float) -> float:
    """The rate's factor after a share of the steps: a line up to 1 over the `warmup`, a line down to 0 afterwards.

    >>> schedule(0.05, 0.1), schedule(0.55, 0.1)
    (0.5, 0.5)
    """
    return round(min(share / warmup if warmup else 1.0, (1 - share) / (1 - warmup)), 9)


def _prepared(out: Path, folder: str | Path, settings: Adapting) -> tuple[Any, Any, Any, Any]:
    """Tokeniser, encoder, pieces and classes; the words of the field are chosen, and the texts cut, once for a run."""
    tokenizer, encoder = load_encoder(settings.encoder)
    out.mkdir(parents=True, exist_ok=True)
    words, cut = out / "words.txt", out / "pieces.npz"
    texts: list[str] = []
    if not (words.is_file() and cut.is_file()):
        held = held_out(folder)
        texts = field_texts(folder, held)
        words.write_text("\n".join(words_to_add(tokenizer, texts, settings.words)), "utf-8")
        texts = texts * settings.repeat + other_texts(folder, held)
    chosen = words.read_text("utf-8").split()
    if chosen:
        tokenizer = add_words(tokenizer, encoder, chosen)
    add_cases(encoder)
    if texts:
        ids, cases = sequences(tokenizer, texts, settings.pieces)
        part = out / "pieces.part.npz"
        np.savez(part, ids=ids, cases=cases)
        part.replace(cut)
    with np.load(cut) as stored:
        return tokenizer, encoder, stored["ids"], stored["cases"]


def _step(model: Any, tokenizer: Any, ids: Any, cases: Any, device: str) -> torch.Tensor:
    import torch

    pieces = torch.from_numpy(ids.astype(np.int64))
    shown, hidden = mask(pieces, tokenizer, torch.default_generator)
    given = {"input_ids": shown.to(device)}
    encoder = model["encoder"]
    if knows_case(encoder):
        given["token_type_ids"] = torch.from_numpy(cases.astype(np.int64)).to(device)
    with mixed_precision(device):
        states = encoder(**given).last_hidden_state[hidden.to(device)]
        scores = model["head"](states) @ encoder.get_input_embeddings().weight.T
        return torch.nn.functional.cross_entropy(scores.float(), pieces[hidden].to(device))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", default=os.environ.get("NANOCART_DATA"), help="default: $NANOCART_DATA")
    for name, value in asdict(Adapting()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"default: {value}")
    given = vars(parser.parse_args())
    out, folder = given.pop("out"), given.pop("data")
    if not folder:
        parser.error("name the folder with the abstracts: --data FOLDER, or NANOCART_DATA")
    adapt(out, folder, Adapting(**given))


if __name__ == "__main__":
    main()
