"""What the network is told after each batch. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nanocart.models.about import OWN
from nanocart.models.encoding import Cutter, batch
from nanocart.models.heads import ATTRIBUTES
from nanocart.models.learning.examples import NONE, Answers, Example
from nanocart.models.learning.network import Network


def states_of(
    network: Network, cutter: Cutter, examples: Sequence[Example], hints: Sequence[Any], device: str
) -> list[Tensor]:
    """The states of each example's words, words × width."""
    parts = [(one.words, hinted, window) for one, hinted in zip(examples, hints, strict=True) for window in one.windows]
    given = {name: torch.from_numpy(value).to(device) for name, value in batch(cutter, parts).items()}
    states = network(**given)
    found, row = [], 0
    for one in examples:
        taken = []
        for window in one.windows:
            taken.append(states[row, : len(window)])
            row += 1
        found.append(torch.cat(taken))
    return found


def scope_loss(network: Network, states: Sequence[Tensor], examples: Sequence[Example]) -> Tensor:
    """Binary cross-entropy of whether documents speak of the field, over those of which that is known."""
    known = [(found, one) for found, one in zip(states, examples, strict=True) if one.scope != NONE]
    if not known:
        return states[0].sum() * 0
    scores = torch.stack([network.heads.scope_score(found, one.title) for found, one in known]).float()
    right = torch.tensor([float(one.scope) for _, one in known], device=scores.device)
    return functional.binary_cross_entropy_with_logits(scores, right)


def tag_loss(
    network: Network, states: Sequence[Tensor], examples: Sequence[Example], hints: Sequence[Any], smoothing: float
) -> Tensor:
    """Cross-entropy of the tags, by word."""
    found = torch.cat(list(states))
    hinted = torch.from_numpy(np.concatenate(list(hints)).astype(np.int64)).to(found.device)
    scores = network.heads.tag_scores(examples[0].task, found, hinted)
    right = torch.from_numpy(np.concatenate([one.tags for one in examples]).astype(np.int64)).to(scores.device)
    return functional.cross_entropy(scores, right, label_smoothing=smoothing)


def attribute_loss(network: Network, mentions: Tensor, example: Example) -> Tensor:
    """Cross-entropy of what is said of mentions, added over the attributes that they have."""
    right = torch.from_numpy(example.attributes.astype(np.int64)).to(mentions.device)
    total = mentions.sum() * 0
    for at, name in enumerate(ATTRIBUTES):
        known = right[:, at] != NONE
        if known.any():
            scores = network.heads.attributes[name](mentions[known])
            total = total + functional.cross_entropy(scores, right[known, at], reduction="sum")
    return total


def pair_loss(network: Network, states: Tensor, mentions: Tensor, answers: Answers) -> Tensor:
    """Binary cross-entropy of the questions, and cross-entropy of the assertion of those that are right; both added."""
    device = states.device
    if not len(answers.right):
        return states.sum() * 0
    given: dict[str, Any] = {
        "head": answers.pairs.head,
        "tail": answers.pairs.tail,
        "features": answers.pairs.features,
        "between": answers.between,
    }
    joins, certainty = network.heads.pairs(
        states, mentions, {name: torch.from_numpy(one.astype(np.int64)).to(device) for name, one in given.items()}
    )
    pair, join, question = (
        torch.from_numpy(one.astype(np.int64)).to(device) for one in (answers.pair, answers.join, answers.question)
    )
    scores = joins[pair, join].float()
    count = len(answers.right)
    best = torch.full((count,), -1e4, device=device).scatter_reduce(0, question, scores.detach(), "amax")
    # The log of the mean of exponentials: every pair of a question learns as far as it counts, and more pairs are no
    # reason for a yes.
    total = torch.zeros(count, device=device).index_add(0, question, (scores - best[question]).exp())
    total = total / torch.bincount(question, minlength=count)
    right = torch.from_numpy(answers.right).to(device)
    known = right != NONE
    loss = functional.binary_cross_entropy_with_logits(
        (best + total.log())[known], right[known].float(), reduction="sum"
    )
    assertion = torch.from_numpy(answers.assertion.astype(np.int64)).to(device)[question]
    chosen = (assertion != NONE) & (scores.detach() >= best[question])
    if chosen.any():
        loss = loss + functional.cross_entropy(certainty[pair[chosen]].float(), assertion[chosen], reduction="sum")
    return loss


def own_losses(network: Network, states: Sequence[Tensor], examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """The losses of attributes and of pairs over a batch of our own documents, by mention and by question."""
    attributes = pairs = states[0].sum() * 0
    said = asked = 0
    for found, one in zip(states, examples, strict=True):
        if one.task != OWN or not len(one.spans):
            continue
        mentions = network.heads.mentions(found, torch.from_numpy(one.spans.astype(np.int64)).to(found.device))
        attributes = attributes + attribute_loss(network, mentions, one)
        said += int((one.attributes[:, 0] != NONE).sum())
        if one.answers is not None:
            pairs = pairs + pair_loss(network, found, mentions, one.answers)
            asked += int((one.answers.right == 1).sum())
    return attributes / max(said, 1), pairs / max(asked, 1)
