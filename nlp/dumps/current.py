"""Which record of each citation counts, after all files of a dump in their order.

As NLM has it (https://pubmed.ncbi.nlm.nih.gov/download/): a later record of the same PMID and version replaces the
earlier one, `DeleteCitation` withdraws it, and of several versions the highest counts. A new year begins with a new
baseline, which has every citation anew: it takes the place of all older files as soon as it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from nanocart.dumps.files import DumpFile
from nanocart.screen.sightings import State

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

    Sightings = Callable[[str], pa.Table]

COMPLETE: Final = 0.9
"""The share of the older citations that a new baseline must have to be taken for complete."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the record of a citation stands that counts: its version, and the file."""

    version: int
    file: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a citation does not count any more that once matched: deleted, or revised so that it matches no longer."""

    deleted: bool
    file: str


def current(
    names: Sequence[str], sightings: Sightings, known: Iterable[int] = ()
) -> tuple[dict[int, Place], dict[int, Withdrawal]]:
    """By PMID, the records that count, and why others, of those that matched or are `known`, do not.

    `names` are those of the files, in order; `sightings` gives what a file says of its citations: pmid, version, state.
    """
    found = [np.fromiter(known, np.int64), *(_matched(sightings(name)) for name in names)]
    asked = np.unique(np.concatenate(found))
    states: dict[int, dict[int, tuple[State, str]]] = {}
    gone: dict[int, Withdrawal] = {}
    for name in names:
        for pmid, version, state in _among(sightings(name), asked):
            versions = states.setdefault(pmid, {})
            if state == State.DELETED:
                gone[pmid] = Withdrawal(True, name)
                if version:
                    versions.pop(version, None)
                else:
                    versions.clear()
            else:
                versions[version] = (State(state), name)
    places: dict[int, Place] = {}
    for pmid, versions in states.items():
        highest = max(versions, default=None)
        if highest is None:
            continue
        state, name = versions[highest]
        if state == State.MATCHED:
            places[pmid] = Place(highest, name)
        else:
            gone[pmid] = Withdrawal(False, name)
    return places, {pmid: why for pmid, why in gone.items() if pmid not in places}


def year_that_counts(files: Iterable[DumpFile], sightings: Sightings) -> int:
    """The newest year whose files have nearly all the citations of each older one; where there is one, that."""
    years: dict[int, list[str]] = {}
    for one in files:
        years.setdefault(one.year, []).append(one.name)
    newest, *older = sorted(years, reverse=True)
    for year in older:
        if _citations(years[newest], sightings) < COMPLETE * _citations(years[year], sightings):
            return year_that_counts([one for one in files if one.year < newest], sightings)
    return newest


def gaps(files: Iterable[DumpFile]) -> list[str]:
    """The names of the files that are missing between the first one of a year and its last."""
    numbers: dict[int, set[int]] = {}
    for one in files:
        numbers.setdefault(one.year, set()).add(one.number)
    return [
        f"pubmed{year:02}n{number:04}"
        for year, found in sorted(numbers.items())
        for number in range(min(found), max(found))
        if number not in found
    ]


def by_file(places: Mapping[int, Place]) -> dict[str, dict[int, int]]:
    """For each file the PMIDs whose record in it counts, and the version."""
    found: dict[str, dict[int, int]] = {}
    for pmid, place in places.items():
        found.setdefault(place.file, {})[pmid] = place.version
    return found


def _citations(names: Iterable[str], sightings: Sightings) -> int:
    """How many PMIDs the files have that are not deleted."""
    there = np.zeros(1 << 16, dtype=bool)
    for name in names:
        table = sightings(name)
        pmids, states = (table[column].to_numpy() for column in ("pmid", "state"))
        if len(pmids) and int(pmids.max()) >= len(there):
            there = np.concatenate([there, np.zeros(int(pmids.max()) + 1 - len(there), dtype=bool)])
        there[pmids[states != State.DELETED]] = True
        there[pmids[states == State.DELETED]] = False
    return int(there.sum())


def _matched(table: pa.Table) -> NDArray[np.int64]:
    pmids: NDArray[np.int64] = table["pmid"].to_numpy()
    found: NDArray[np.int64] = np.unique(pmids[table["state"].to_numpy() == State.MATCHED])
    return found


def _among(table: pa.Table, pmids: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    columns = [table[name].to_numpy() for name in ("pmid", "version", "state")]
    mask = np.isin(columns[0], pmids)
    return zip(*(one[mask].tolist() for one in columns), strict=True)
