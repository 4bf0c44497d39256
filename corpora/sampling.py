"""The sample of the gold set: which real abstracts are dev, test and train, drawn once by a seed.

    python -m nanocart.corpora.sampling FOLDER > corpora/data/gold/sample.tsv

FOLDER holds `reserved.jsonl` (the abstracts set aside for dev and test, each with a hint on its kind) and `abstracts/`.
Documents are drawn within strata; the strata come from the hints and from patterns over the text, so they serve to
draw and to report, not as annotation. Every abstract hinted to speak of CARs and of particles is test; every other
CAR abstract with a PMID is dev or test. Train is drawn from all the others, those first that name what is rare: cargo,
grades, negated events.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nanocart.corpora.heldout import public_tests
from nanocart.corpora.jsonl import plain
from nanocart.corpora.overlap import Overlap

SEED: Final = 20261124
QUOTAS: Final[dict[str, dict[str, int]]] = {
    "test": {
        "car+nano": 47,
        "car-trial": 20,
        "nano-trial": 5,
        "car": 13,
        "car-review": 12,
        "nano": 6,
        "nano-review": 3,
        "false-friend": 10,
        "other": 6,
    },
    "dev": {
        "car-trial": 5,
        "nano-trial": 1,
        "car": 13,
        "car-review": 10,
        "nano": 16,
        "nano-review": 5,
        "false-friend": 5,
        "other": 5,
    },
}
"""How many documents each split takes of each stratum."""
TRAIN: Final = {
    "car": 130,
    "car-trial": 90,
    "car-review": 85,
    "nano": 127,
    "nano-trial": 25,
    "nano-review": 25,
    "other": 30,
}
"""How many documents train takes of each stratum."""
_RARE: Final = re.compile(
    r"\b(?:no|without|absence of|grade|siRNA|mRNA|plasmid|loaded|encapsulat\w+|CD19|BCMA|GD2|HER2|mesothelin|CD22)\b",
    re.I,
)
_TRIAL: Final = re.compile(r"NCT\d|phase [I123]|\b(?:\d+|[a-z]+teen|twenty|thirty) (?:\w+ ){0,3}patients", re.I)
_REVIEW: Final = re.compile(r"\breview|perspective|overview|summari[sz]e|discuss|highlight", re.I)
_THERAPY: Final = re.compile(r"immun|mRNA|\bLNPs?\b|T cells?|macrophage|vaccin|tumou?r|cancer", re.I)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An abstract that can be drawn."""

    id: str
    text: str
    stratum: str
    year: str
    pmid: bool
    on_topic: bool


def stratum(hint: str, text: str) -> str:
    """The stratum of an abstract, from its hint and its text.

    >>> stratum("car", "CAR T cells in 12 patients.")
    'car-trial'
    """
    if hint in ("car", "nano"):
        return hint + ("-trial" if _TRIAL.search(text) else "-review" if _REVIEW.search(text) else "")
    return hint.replace("_", "-")


def candidates(folder: Path) -> list[Candidate]:
    """The reserved abstracts that are fit for stand-off annotation: as their source gives them, with title, no tags."""
    hints = _reserved(folder)
    found = (_candidate(row, hints) for row in _rows(folder))
    unique = {one.id: one for one in found if one}
    return sorted(unique.values(), key=lambda one: one.id)


def training(folder: Path, drawn: dict[str, str], first: list[str], seed: int = SEED) -> list[Candidate]:
    """The training documents, in no other split and no near-duplicate of one there.

    `first` are ids that are taken before any are drawn (they are annotated already). Reserved abstracts that neither
    dev nor test took are drawn as any other. Of those drawn, abstracts that share more than stock phrases with one of
    dev or test, and those of the test split of a public corpus, are left out and not replaced.
    """
    public = {name for name, _ in public_tests(folder / "corpora")}
    reported = Overlap()
    dice = random.Random(seed)
    pool: dict[str, Candidate] = {}
    taken = Overlap()
    for row in _rows(folder):
        hint = "car" if row.get("has_car") else "nano" if row.get("has_nano") else "other"
        one = _candidate(row, dict.fromkeys(_keys(row), hint))
        if one and one.id in drawn:
            taken.add(one.id, one.text)
            reported.add(one.id, one.text)
        elif one and row.get("source") and (hint != "other" or one.on_topic) and len(one.text) > 600:
            pool.setdefault(one.id, one)
    members = sorted(pool.values(), key=lambda one: one.id)
    dice.shuffle(members)
    members.sort(key=lambda one: (one.id not in first, -min(3, len(set(map(str.lower, _RARE.findall(one.text)))))))
    found: list[Candidate] = []
    left = dict(TRAIN)
    for one in members:
        wanted = one.id in first or left.get(one.stratum, 0) > 0
        if wanted and not taken.near(one.text):
            found.append(one)
            taken.add(one.id, one.text)
            left[one.stratum] = left.get(one.stratum, 0) - 1
    kept = [one for one in found if one.id not in public and not reported.sharing(one.text)]
    print(f"train: {len(kept)} of {len(found)} drawn; too few of: {_short(left)}", file=sys.stderr)
    return sorted(kept, key=lambda one: one.id)


def _short(left: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in left.items() if count > 0}


def _reserved(folder: Path) -> dict[tuple[str, str], str]:
    wanted = {}
    for row in map(json.loads, (folder / "reserved.jsonl").read_text("utf-8").splitlines()):
        wanted.update({(key, str(row[key])): str(row["hint"]) for key in ("pmid", "doi", "s2id") if row.get(key)})
    return wanted


def _keys(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(row.get(name))) for name in ("pmid", "doi", "s2id")]


def _candidate(row: dict[str, Any], hints: dict[tuple[str, str], str]) -> Candidate | None:
    hint = next((hints[key] for key in _keys(row) if key in hints), "")
    text = f"{row.get('title') or ''}\n{row.get('abstract') or ''}"
    fit = str(row.get("quality", "")).startswith("exact") and row.get("title") and not _TAG.search(text)
    if not hint or not fit or not any(row.get(name) for name in ("pmid", "doi", "s2id")):
        return None
    year, topic = str(row.get("year") or ""), bool(_THERAPY.search(text))
    return Candidate(plain(row, "").id, text, stratum(hint, text), year, bool(row.get("pmid")), topic)


def draw(pool: list[Candidate], seed: int = SEED) -> dict[str, str]:
    """The split of each drawn id.

    Within a stratum, CAR abstracts with a PMID and abstracts on therapy come first, and years take turns; test is
    filled before dev. Of near-duplicates the first drawn stays.
    """
    dice = random.Random(seed)
    drawn: dict[str, str] = {}
    texts = Overlap()
    for name in sorted({one.stratum for one in pool}):
        members = [one for one in pool if one.stratum == name]
        dice.shuffle(members)
        turn: Counter[tuple[bool, bool, str]] = Counter()
        order = []
        for one in members:
            late = (not (one.pmid and name.startswith("car")), not one.on_topic)
            turn[(*late, one.year)] += 1
            order.append((late, turn[(*late, one.year)], one))
        order.sort(key=lambda item: item[:2])
        places = [split for split, quotas in QUOTAS.items() for _ in range(quotas.get(name, 0))]
        if name.startswith("car") and name != "car+nano":
            dice.shuffle(places)
        for _, _, one in order:
            if places and not texts.near(one.text):
                drawn[one.id] = places.pop(0)
                texts.add(one.id, one.text)
        if places:
            raise SystemExit(f"{name}: {len(places)} too few")
    return drawn


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for name in ("domain", "general"):
        with lzma.open(folder / "abstracts" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as stream:
            yield from map(json.loads, stream)


def annotated() -> list[str]:
    """The ids of the abstracts that were annotated once, for other ends, before train was drawn."""
    return (Path(__file__).parent / "data" / "gold" / "sample-first.txt").read_text("utf-8").split()


def main() -> None:
    """Draw, and print the sample as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    pool = candidates(folder)
    drawn = draw(pool)
    print("id\tsplit\tstratum\tyear")
    for one in pool:
        if one.id in drawn:
            print(one.id, drawn[one.id], one.stratum, one.year, sep="\t")
    for one in training(folder, drawn, annotated()):
        print(one.id, "train", one.stratum, one.year, sep="\t")
    missed = [one.id for one in pool if one.pmid and one.stratum.startswith("car") and one.id not in drawn]
    print(f"{len(drawn)} of {len(pool)}; CAR abstracts with a PMID left out: {missed}", file=sys.stderr)


if __name__ == "__main__":
    main()
