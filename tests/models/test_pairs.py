"""Pairs of mentions that may be related, and what is asked of them."""

from __future__ import annotations

import numpy as np

from nanocart.models.pairs import ALLOWED, FEATURES, GROUPS, JOINS, Pairs, pairs, questions
from nanocart.rules.view import View
from nanocart.schema import SIGNATURES, Mention

TEXT = "LNPs carry siRNA. CAR-T cells and LNPs reduced tumors (40%). LNPs were safe."
MARKED = [
    ("LNPs", 0, "NANOPARTICLE", "n"),
    ("siRNA", 11, "CARGO", "c"),
    ("CAR-T cells", 18, "CELL_TYPE", "t"),
    ("LNPs", 34, "NANOPARTICLE", "n"),
    ("tumors", 47, "OUTCOME", "o"),
    ("40%", 55, "VALUE", None),
    ("LNPs", 61, "NANOPARTICLE", "n"),
]
MENTIONS = [
    Mention(f"e{at}", start, start + len(word), label, word, cluster=cluster)
    for at, (word, start, label, cluster) in enumerate(MARKED)
]


def test_the_example_is_what_it_says() -> None:
    assert all(TEXT[one.start : one.end] == one.text for one in MENTIONS)


def test_every_pair_whose_labels_allow_a_join() -> None:
    found = pairs(View(TEXT), MENTIONS)
    got = {(head, tail) for head, tail in zip(found.head.tolist(), found.tail.tolist(), strict=True)}
    particles = {0, 3, 6}
    assert got == {
        *((one, 1) for one in particles),  # carries
        *((one, 2) for one in particles),  # delivered to
        *((one, 4) for one in (*particles, 2)),  # results in, compared with
        (5, 4),  # value of
    }


def test_features_are_rows_of_the_table_of_embeddings() -> None:
    found = pairs(View(TEXT), MENTIONS)
    assert found.features.min() >= 0
    assert found.features.max() < FEATURES


def test_the_text_between_two_mentions() -> None:
    found = pairs(View(TEXT), MENTIONS)
    at = next(n for n in range(len(found)) if (found.head[n], found.tail[n]) == (0, 1))
    start, end = found.between[at]
    assert TEXT[start:end] == " carry "


def test_a_question_is_asked_of_all_mentions_of_a_thing_but_of_one_mention_of_an_outcome() -> None:
    found = pairs(View(TEXT), MENTIONS)
    asked = questions(found, MENTIONS)
    assert ("CARRIES", "n", "c") in asked.keys
    assert ("RESULTS_IN", "n", "e4") in asked.keys
    assert ("VALUE_OF", "e5", "e4") in asked.keys
    number = asked.keys.index(("CARRIES", "n", "c"))
    assert sorted(found.head[asked.pair[asked.question == number]].tolist()) == [0, 3, 6]
    assert len(set(asked.keys)) == len(asked.keys)


def test_joins_follow_the_signatures() -> None:
    assert ALLOWED.shape[1] == len(JOINS)
    found = pairs(View(TEXT), MENTIONS)
    asked = questions(found, MENTIONS)
    for pair, join in zip(asked.pair.tolist(), asked.join.tolist(), strict=True):
        head, tail = MENTIONS[found.head[pair]].label, MENTIONS[found.tail[pair]].label
        if JOINS[join] in SIGNATURES:
            heads, tails = SIGNATURES[JOINS[join]]
            assert head in heads
            assert tail in tails


def test_no_mentions_no_pairs() -> None:
    found = pairs(View(""), [])
    assert len(found) == 0
    assert questions(found, []).keys == ()
    assert np.issubdtype(found.features.dtype, np.integer)


def test_a_figure_is_only_asked_of_outcomes_near_it() -> None:
    text = "Toxicity fell. It did. It did. Now 40% died."
    mentions = [Mention("o", 0, 8, "OUTCOME", "Toxicity"), Mention("v", 35, 38, "VALUE", "40%")]
    assert len(pairs(View(text), mentions)) == 0


def features(found: Pairs, head: int, tail: int) -> dict[str, int]:
    """The features of one pair by their group, counted from the group's first row."""
    at = next(n for n in range(len(found)) if (found.head[n], found.tail[n]) == (head, tail))
    bases = np.cumsum([0, *GROUPS.values()])
    return {name: int(value - base) for name, value, base in zip(GROUPS, found.features[at], bases, strict=False)}


def test_features_worked_by_hand() -> None:
    found = pairs(View(TEXT), MENTIONS)
    # The particle of the first sentence, and the outcome of the second: one sentence on, " carry ... reduced " between
    # (43 characters, about seven words), before it, one other particle between the two, and that one is the same thing.
    first = features(found, 0, 4)
    assert (first["sentences"], first["order"], first["rivals"], first["near"]) == (4, 1, 1, 0)
    assert first["words"] == 5  # 43 // 6 = 7, and five of the steps 0, 1, 2, 3, 5, 8, 12 are no more than that
    # The thing is spoken of three times: more than once, more than twice, not more than four times.
    assert first["size"] == 2
    # The first sentence is the title: the head's thing is named there, the tail is not in it.
    assert first["title"] == 2
    # The last particle stands behind the outcome, in the sentence after it.
    last = features(found, 6, 4)
    assert (last["sentences"], last["order"], last["rivals"]) == (2, 0, 0)
    # A CAR-bearing cell; the LNPs beside it are as near, but what stands right in front of the outcome is nearest.
    assert features(found, 2, 4)["near"] == 0


def test_the_nearest_of_two_things_comes_first() -> None:
    text = "Liposomes met LNPs and tumors shrank."
    mentions = [
        Mention("a", 0, 9, "NANOPARTICLE", "Liposomes"),
        Mention("b", 14, 18, "NANOPARTICLE", "LNPs"),
        Mention("o", 23, 29, "OUTCOME", "tumors"),
    ]
    found = pairs(View(text), mentions)
    assert [features(found, head, 2)["near"] for head in (0, 1)] == [1, 0]
    assert [features(found, head, 2)["rivals"] for head in (0, 1)] == [1, 0]
