"""Learning from a configuration: documents in, a folder with a model out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import torch

from nanocart.corpora.collection import read
from nanocart.corpora.gold import text_sources
from nanocart.corpora.heldout import HeldOut, gold_names, held_out
from nanocart.errors import UsageError
from nanocart.eval import measures
from nanocart.eval.counts import Counts, total
from nanocart.models.about import FOREIGN, OWN, About
from nanocart.models.encoding import Cutter
from nanocart.models.labels import Tags
from nanocart.models.learning.auxiliary import TASKS
from nanocart.models.learning.auxiliary import documents as auxiliary_documents
from nanocart.models.learning.backend import TorchBackend
from nanocart.models.learning.calibrating import calibrate
from nanocart.models.learning.config import Config
from nanocart.models.learning.encoders import add_cases, keep_layers, keep_neurons, load_encoder, positions
from nanocart.models.learning.examples import Example, Maker
from nanocart.models.learning.folder import Trained, from_pretrained, save_pretrained
from nanocart.models.learning.foreign import labels_of, lessons_of, taught_labels
from nanocart.models.learning.network import Network, Shape
from nanocart.models.learning.training import Epoch, Lessons, fit
from nanocart.models.reader import Reader
from nanocart.models.reading import found_in, looker
from nanocart.models.shelf import SHIPPED
from nanocart.schema import LABELS, Document

SHIPPED_NAME: Final = "nanocart"
"""What `model.init` calls the model that comes with nanocart."""


def learn(
    config: Config,
    out: Path,
    *,
    told: Callable[[Epoch], None] = lambda epoch: None,
    moved: Callable[[int, int], None] = lambda step, steps: None,
    noted: Callable[[str], None] = lambda line: None,
) -> Trained:
    """Train as the configuration says, in the folder `out`; the model is then in `out/model`.

    `told` is called after each epoch, `moved` after each step, `noted` with what a user should know. Raises
    `UsageError` where a source is missing or has nothing to learn from, and `FloatingPointError` where the loss is not
    a number any more.
    """
    if (out / "model").exists():
        raise UsageError(f"{out / 'model'} is there already", hint="name another folder, or take it away")
    torch.manual_seed(config.training.seed)
    data = config.data.texts or os.environ.get("NANOCART_DATA", "")
    foreign = _documents(config.data.foreign, data, FOREIGN) if config.data.foreign else []
    own = _documents(config.data.train, data) if config.data.train or not foreign else []
    marked = _documents(config.data.mentions, data) if config.data.mentions else []
    dev = _documents(config.data.dev, data) if config.data.dev else []
    held = held_out(data) if config.data.auxiliary else gold_names()
    for one in dev:
        held.add(one.metadata, one.text)
    own, marked, foreign = (_learnt_from(found, held, noted) for found in (own, marked, foreign))
    labels = {OWN: LABELS} | {name: TASKS[name].tags for name in config.data.auxiliary if name in TASKS}
    if config.data.foreign:
        labels[FOREIGN] = taught_labels(foreign, noted)
    begun = _begun(config, labels, noted)
    cutter = Cutter(begun.tokenizer.backend_tokenizer)
    tags = {name: Tags(found) for name, found in begun.about.tags.items()}
    maker = Maker(cutter, looker(), tags, begun.about.window)
    own += [one for one in foreign if one.relations or one.findings]
    marked += [one for one in foreign if one.entities and not (one.relations or one.findings)]
    examples = [*maker.own(own), *maker.own(marked, related=False)]
    lessons = Lessons([*examples, *lessons_of(foreign, maker, noted)], _auxiliary(config, data, held, maker))
    # Who has seen one kind of document only cannot tell it from the other. Nor does a model that is only given labels
    # begin to: the few documents that come beside them would have it drop texts of the field.
    added = bool(config.model.init and config.data.foreign)
    learnt = not added and {0, 1} <= {one.scope for one in examples}
    about = replace(begun.about, scope=begun.about.scope or learnt)

    def reader(current: Network) -> Reader:
        return Reader(TorchBackend(current, str(next(current.parameters()).device)), cutter, about)

    def score(current: Network) -> float:
        return development_score(reader(current), dev)

    out.mkdir(parents=True, exist_ok=True)
    (out / "config.toml").write_text(config.to_toml(), "utf-8")
    best = fit(begun.network, cutter, lessons, config, out, score=score if dev else None, told=told, moved=moved)
    told_of = calibrate(reader(best), dev) if dev else about
    trained = Trained(best.to("cpu"), begun.tokenizer, told_of)
    save_pretrained(trained, out / "model")
    return trained


def _learnt_from(own: Sequence[Document], held: HeldOut, noted: Callable[[str], None]) -> list[Document]:
    """The documents less those on which scores are reported."""
    kept = [one for one in own if not held.has(one.metadata, one.text)]
    if reported := len(own) - len(kept):
        noted(f"{reported} documents are left out, since scores are reported on them (dev or test)")
    return kept


def _begun(config: Config, labels: Mapping[str, tuple[str, ...]], noted: Callable[[str], None]) -> Trained:
    """What training begins with: a bare encoder under new heads, or a trained model."""
    if not config.model.init:
        tokenizer, encoder = load_encoder(config.model.encoder)
        add_cases(encoder)
        keep_layers(encoder, config.model.layers)
        keep_neurons(encoder, config.model.neurons)
        if config.model.window > (room := positions(encoder)):
            why = f"model.window is {config.model.window}, and the encoder reads {room} pieces"
            raise UsageError(why, hint="lower it")
        shape = Shape(config.model.mention, config.model.pair, config.model.dropout)
        about = About(config.model.window, config.model.hints, dict(labels), asdict(shape))
        return Trained(Network(encoder, _counts(labels), shape), tokenizer, about)
    old = from_pretrained(SHIPPED if config.model.init == SHIPPED_NAME else config.model.init)
    keep_layers(old.network.encoder, config.model.layers)
    keep_neurons(old.network.encoder, config.model.neurons)
    shape = replace(Shape(**old.about.shape), dropout=config.model.dropout)
    if known := old.about.tags.get(FOREIGN):
        # A head that nothing teaches this time stays as it is.
        labels = {FOREIGN: known, **labels}
        if labels[FOREIGN] != known:
            noted(f"the model knew {', '.join(known)}; the labels are others now, and are learnt from the beginning")
    network = Network(old.network.encoder, _counts(labels), shape)
    other = {f"heads.{part}.{name}." for name in old.about.tags for part in ("tags", "hinted")
             if old.about.tags[name] != labels.get(name)}  # fmt: skip
    kept = {name: one for name, one in old.network.state_dict().items() if not name.startswith(tuple(other))}
    network.load_state_dict(kept, strict=False)
    about = replace(old.about, hints=config.model.hints, tags=dict(labels), shape=asdict(shape))
    return Trained(network, old.tokenizer, about)


def _counts(labels: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """How many tags each task has."""
    return {name: len(Tags(one).names) for name, one in labels.items()}


def development_score(reader: Reader, dev: Sequence[Document]) -> float:
    """The mean of three F1 on annotated documents: mentions of the six types, relations, core rows of findings."""
    pairs = list(zip(dev, found_in(dev, reader), strict=True))
    return (
        sum(
            total(count(gold, predicted) for gold, predicted in pairs).f1
            for count in (measures.spans, _relations, measures.core_rows)
        )
        / 3
    )


def _relations(gold: Document, predicted: Document) -> Counts:
    return measures.relations(gold, predicted, measures.RELATIONS)


def _documents(sources: Sequence[str], data: str, task: str = OWN) -> list[Document]:
    texts = [str(Path(data) / "abstracts")] if data and (Path(data) / "abstracts").is_dir() else text_sources(None)
    found, errors = read(list(sources), texts or None)
    if not (any(one.entities for one in found) if task == OWN else labels_of(found)):
        what = "nothing to learn from" if task == OWN else "no labels of your own"
        why = f"; {errors[0]}" if errors else ""
        hint = 'name annotated documents; JSON Lines hold labels of your own under "foreign"'
        raise UsageError(f"{what} in {', '.join(sources)}{why}", hint=hint)
    return found


def _auxiliary(config: Config, data: str, held: HeldOut, maker: Maker) -> list[Example]:
    if config.data.auxiliary and not data:
        raise UsageError("public corpora lie in a folder", hint="set data.texts or NANOCART_DATA to it")
    return [one for name in config.data.auxiliary for one in maker.marked(auxiliary_documents(name, data, held), name)]
