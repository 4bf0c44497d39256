"""Splitting documents into train, dev and test: by a seed, stratified, near-duplicates never apart.

>>> documents = [Document.of(str(n), f"Title {n}.", f"word{n} " * 9) for n in range(10)]
>>> {name: len(part) for name, part in split(documents, {"train": 0.8, "test": 0.2}, seed=1).items()}
{'train': 8, 'test': 2}
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from nanocart.corpora.overlap import near_duplicates
from nanocart.errors import UsageError
from nanocart.schema import Document


def split(documents: Sequence[Document], shares: Mapping[str, float], *, seed: int = 0) -> dict[str, list[Document]]:
    """The documents by split, in their order. `shares` are the parts of the whole and sum to 1.

    Documents are stratified by `extra["stratum"]`; near-duplicates (`nanocart.corpora.overlap`) share a split. Raises
    `UsageError` where the shares do not sum to 1.
    """
    # Put so that a share which is no number (nan) is refused too.
    if not (shares and all(one >= 0 for one in shares.values()) and abs(sum(shares.values()) - 1) <= 1e-6):
        raise UsageError("the shares of a split must sum to 1", hint="for example train=0.8,dev=0.1,test=0.1")
    dice = random.Random(seed)
    place: dict[str, str] = {}
    filled: dict[str, float] = dict.fromkeys(shares, 0.0)
    for _, groups in sorted(_strata(documents).items()):
        dice.shuffle(groups)
        within: dict[str, float] = dict.fromkeys(shares, 0.0)
        size = sum(map(len, groups))
        for group in groups:
            # The split that lacks most of its share, in this stratum first and then over all.
            need = {
                name: (share * size - within[name], share * len(documents) - filled[name])
                for name, share in shares.items()
            }
            best = max(need, key=lambda name: need[name])
            within[best] += len(group)
            filled[best] += len(group)
            place.update(dict.fromkeys(group, best))
    return {name: [one for one in documents if place[one.id] == name] for name in shares}


def _strata(documents: Sequence[Document]) -> dict[str, list[list[str]]]:
    """The ids of each stratum, in groups that must stay together."""
    texts = {one.id: one.text for one in documents}
    leader = {id_: id_ for id_ in texts}

    def find(id_: str) -> str:
        while leader[id_] != id_:
            id_ = leader[id_]
        return id_

    for first, second, _ in near_duplicates(texts, texts):
        leader[find(first)] = find(second)
    groups: dict[str, list[str]] = defaultdict(list)
    for id_ in texts:
        groups[find(id_)].append(id_)
    strata: dict[str, list[list[str]]] = defaultdict(list)
    for one in documents:
        if one.id in groups:
            strata[str(one.extra.get("stratum", ""))].append(groups[one.id])
    return strata
