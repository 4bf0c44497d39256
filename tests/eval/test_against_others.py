"""Our span measures against the established implementations, on random cases, every difference explained.

nervaluate's spans have inclusive ends and are compared one sentence at a time. Where predictions overlap several gold
spans it lets one gold span be matched once and counts by SemEval-2013's scheme; for strict and exact matching that is
set intersection, as here. seqeval reads spans from IOB2 tags.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from nanocart.eval import measures
from nanocart.eval.counts import Counts, total
from nanocart.schema import Document, Mention, Relation

LABELS = ("CARGO", "DISEASE", "OUTCOME")
CASES = 1_200


def spans(dice: random.Random, size: int, cuts: int) -> list[tuple[int, int, str]]:
    """Flat spans over `size` tokens of one letter, each with a label."""
    borders = sorted(dice.sample(range(size + 1), min(cuts, size + 1)))
    return [(a, b, dice.choice(LABELS)) for a, b in pairwise(borders) if dice.random() < 0.6]


def predicted(dice: random.Random, gold: list[tuple[int, int, str]], size: int) -> list[tuple[int, int, str]]:
    """Half of the time unrelated spans, half of the time the gold with borders and labels changed."""
    if dice.random() < 0.5:
        return spans(dice, size, 7)
    moved: list[tuple[int, int, str]] = []
    for start, end, label in gold:
        a = max(0, start + dice.choice((-1, 0, 0, 1)), moved[-1][1] if moved else 0)
        b = min(size, end + dice.choice((-1, 0, 0, 1)))
        if a < b and dice.random() < 0.9:
            moved.append((a, b, dice.choice((label, label, *LABELS))))
    return moved


def document(found: list[tuple[int, int, str]], size: int) -> Document:
    entities = tuple(
        Mention(f"e{n}", start, end, label, "x" * (end - start)) for n, (start, end, label) in enumerate(found)
    )
    return Document("1", "", "x" * size, entities=entities)


def cases() -> list[tuple[list[tuple[int, int, str]], list[tuple[int, int, str]], int]]:
    dice = random.Random(20261124)
    made = []
    for _ in range(CASES):
        size = dice.randint(4, 20)
        gold = spans(dice, size, 7)
        made.append((gold, predicted(dice, gold, size), size))
    return made


def overlap_partly(gold: list[tuple[int, int, str]], other: list[tuple[int, int, str]]) -> bool:
    return any(a < d and c < b and (a, b) != (c, d) for a, b, _ in gold for c, d, _ in other)


def test_the_cases_are_hard_enough() -> None:
    found = cases()
    assert len(found) >= 1_000
    assert sum(overlap_partly(gold, other) for gold, other, _ in found) >= len(found) / 2
    assert sum(len({label for *_, label in gold}) >= 2 for gold, *_ in found) >= len(found) / 2


def test_strict_and_boundary_equal_nervaluate() -> None:
    nervaluate = pytest.importorskip("nervaluate", reason="nervaluate is not installed")
    for gold, other, size in cases():
        true, guess = ([[{"label": label, "start": a, "end": b - 1} for a, b, label in side]] for side in (gold, other))
        scores = nervaluate.Evaluator(true, guess, tags=list(LABELS), loader="dict").evaluate()["overall"]
        one, two = document(gold, size), document(other, size)
        strict, exact = measures.spans(one, two, LABELS), measures.boundaries(one, two, LABELS)
        for mode, ours in (("strict", strict), ("exact", exact)):
            theirs = scores[mode]
            assert (ours.tp, ours.tp + ours.fp, ours.tp + ours.fn) == (theirs.correct, theirs.actual, theirs.possible)
            if gold and other:
                assert ours.f1 == pytest.approx(theirs.f1)


def test_strict_equals_seqeval() -> None:
    metrics = pytest.importorskip("seqeval.metrics", reason="seqeval is not installed")

    def tags(side: list[tuple[int, int, str]], size: int) -> list[str]:
        row = ["O"] * size
        for a, b, label in side:
            row[a:b] = [f"B-{label}", *[f"I-{label}"] * (b - a - 1)]
        return row

    counts: list[Counts] = []
    for gold, other, size in cases():
        ours = measures.spans(document(gold, size), document(other, size), LABELS)
        counts.append(ours)
        true, guess = [tags(gold, size)], [tags(other, size)]
        if gold and other:  # with nothing on a side seqeval warns and says 0, we say 1 where both have nothing
            assert metrics.f1_score(true, guess) == pytest.approx(ours.f1)
            assert metrics.precision_score(true, guess) == pytest.approx(ours.precision)
            assert metrics.recall_score(true, guess) == pytest.approx(ours.recall)
    every = cases()
    true = [tags(gold, size) for gold, _, size in every]
    guess = [tags(other, size) for _, other, size in every]
    assert metrics.f1_score(true, guess) == pytest.approx(total(counts).f1)


def test_relations_over_concepts_follow_the_biored_convention() -> None:
    """BioRED's track scores sets of (type, concept, concept) per document; so do we where all mentions are known.

    There the concepts come from the annotations; here a predicted mention takes the cluster of the gold mention that it
    overlaps. With gold mentions the two are the same sets.
    """
    dice = random.Random(4)
    for _ in range(1_000):
        entities = tuple(
            Mention(f"e{n}", 2 * n, 2 * n + 1, label, "x", cluster=f"{label}{dice.randint(1, 3)}")
            for n, label in enumerate(("NANOPARTICLE", "NANOPARTICLE", "CARGO", "CARGO", "CELL_TYPE", "CELL_TYPE"))
        )
        clusters = {one.id: one.cluster for one in entities}
        possible = [("CARRIES", a, b) for a in ("e0", "e1") for b in ("e2", "e3")]
        possible += [("DELIVERED_TO", a, b) for a in ("e0", "e1") for b in ("e4", "e5")]

        def drawn(
            entities: tuple[Mention, ...] = entities, possible: list[tuple[str, str, str]] = possible
        ) -> Document:
            chosen = [one for one in possible if dice.random() < 0.4]
            relations = tuple(Relation(f"r{n}", *one) for n, one in enumerate(chosen))
            return Document("1", "", "x " * 6, entities=entities, relations=relations)

        gold, other = drawn(), drawn()
        true, guess = (
            {(one.label, clusters[one.head], clusters[one.tail]) for one in side.relations} for side in (gold, other)
        )
        ours = measures.relations(gold, other, ("CARRIES", "DELIVERED_TO"))
        assert ours == Counts(len(true & guess), len(guess - true), len(true - guess))
