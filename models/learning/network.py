"""The network: one encoder with heads for mentions, for what is said of them, and for pairs of them. Needs torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from nanocart.models.heads import ATTRIBUTES
from nanocart.models.hints import HINTS
from nanocart.models.learning.encoders import knows_case
from nanocart.models.pairs import FEATURES, JOINS
from nanocart.schema import ASSERTIONS


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the heads."""

    mention: int = 256
    pair: int = 128
    dropout: float = 0.1


def _running(states: Tensor) -> Tensor:
    """The sums of the states up to each word, of which two give the mean of the words between.

    In float64 where the device has it, since the differences of large sums are small.
    """
    wide = states if states.device.type == "mps" else states.double()
    return torch.cat([wide.new_zeros(1, states.shape[1]), wide.cumsum(0)])


class Heads(nn.Module):
    """What is read off the states of words. Every layer is plain, so that numpy can do the same (`models/heads.py`)."""

    def __init__(self, width: int, tags: dict[str, int], shape: Shape) -> None:
        super().__init__()
        self.tags = nn.ModuleDict({name: nn.Linear(width, count) for name, count in tags.items()})
        self.hinted = nn.ModuleDict({name: nn.Embedding(len(HINTS), count) for name, count in tags.items()})
        self.mention = nn.Linear(3 * width, shape.mention)
        self.attributes = nn.ModuleDict({name: nn.Linear(shape.mention, len(of)) for name, of in ATTRIBUTES.items()})
        self.head = nn.Linear(shape.mention, shape.pair)
        self.tail = nn.Linear(shape.mention, shape.pair, bias=False)
        self.between = nn.Linear(width, shape.pair, bias=False)
        self.features = nn.Embedding(FEATURES, shape.pair)
        self.product = nn.ModuleList([nn.Linear(shape.mention, shape.pair, bias=False) for _ in range(2)])
        self.joins = nn.Linear(shape.pair, len(JOINS))
        self.certainty = nn.Linear(shape.pair, len(ASSERTIONS))
        self.scope = nn.Linear(3 * width, 1)
        self.dropout = nn.Dropout(shape.dropout)
        for name in tags:
            nn.init.zeros_(self.hinted[name].weight)  # type: ignore[arg-type]

    def tag_scores(self, task: str, states: Tensor, hints: Tensor) -> Tensor:
        """Scores of a task's tags for words or pieces, given their states and hints."""
        scores: Tensor = self.tags[task](self.dropout(states)) + self.hinted[task](hints)
        return scores

    def scope_score(self, states: Tensor, title: int) -> Tensor:
        """Whether a document speaks of the field, given the states of its words, of which so many are its title."""
        found = torch.cat([states[:title].mean(0), states.mean(0), states.amax(0)])
        score: Tensor = self.scope(self.dropout(found)).squeeze()
        return score

    def mentions(self, states: Tensor, spans: Tensor) -> Tensor:
        """A vector for each span (first and last word of it, inclusive) over the states of a document's words."""
        sums = _running(states)
        count = (spans[:, 1] + 1 - spans[:, 0]).unsqueeze(1)
        mean = ((sums[spans[:, 1] + 1] - sums[spans[:, 0]]) / count).to(states.dtype)
        found = torch.cat([states[spans[:, 0]], states[spans[:, 1]], mean], 1)
        vectors: Tensor = self.dropout(nn.functional.gelu(self.mention(found)))
        return vectors

    def pairs(self, states: Tensor, mentions: Tensor, pairs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Scores of joins and of their assertion, pairs × each; `between` are words (first, after the last)."""
        sums = _running(states)
        words = pairs["between"]
        count = (words[:, 1] - words[:, 0]).clamp(min=1).unsqueeze(1)
        between = ((sums[words[:, 1]] - sums[words[:, 0]]) / count).to(states.dtype)
        head, tail = pairs["head"], pairs["tail"]
        product = self.product[0](mentions)[head] * self.product[1](mentions)[tail]
        hidden = self.head(mentions)[head] + self.tail(mentions)[tail] + self.between(between) + product
        hidden = self.dropout(nn.functional.gelu(hidden + self.features(pairs["features"]).sum(1)))
        return self.joins(hidden), self.certainty(hidden)


class Network(nn.Module):
    """An encoder that is told case and hints beside the pieces, and the heads."""

    def __init__(self, encoder: Any, tags: dict[str, int], shape: Shape) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        # On a CPU dropout of attention costs a third of a step, and hidden states are dropped anyway.
        encoder.config.attention_probs_dropout_prob = 0.0
        for one in encoder.modules():
            if hasattr(one, "query") and isinstance(getattr(one, "dropout", None), nn.Dropout):
                one.dropout.p = 0.0
        self.hints = nn.Embedding(len(HINTS), width)
        nn.init.zeros_(self.hints.weight)
        self.heads = Heads(width, tags, shape)

    def forward(
        self, input_ids: Tensor, cases: Tensor, hints: Tensor, attention_mask: Tensor, firsts: Tensor
    ) -> Tensor:
        """The states of the words, windows × words × width: those of their first pieces."""
        given = {"token_type_ids": cases} if knows_case(self.encoder) else {}
        embedded = self.encoder.get_input_embeddings()(input_ids) + self.hints(hints)
        states: Tensor = self.encoder(inputs_embeds=embedded, attention_mask=attention_mask, **given).last_hidden_state
        rows = torch.arange(len(firsts), device=firsts.device).unsqueeze(1)
        return states[rows, firsts]
