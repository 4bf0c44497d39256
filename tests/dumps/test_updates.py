"""Random sequences of baseline and update files, against a straightforward reading of NLM's rules in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanocart.dumps.run import Run
from tests.dumps import trouble
from tests.dumps.dump import HIT, MISS, RECIPE, article, deleted, file, here

assert trouble

Said = tuple[str, int, int]  # what, PMID, version

RECORDS = st.tuples(st.sampled_from(("hit", "other hit", "miss", "delete")), st.integers(1, 5), st.integers(1, 2))
FILES = st.lists(st.lists(RECORDS, max_size=6), min_size=1, max_size=5)
TITLES = {"hit": HIT, "other hit": f"{HIT} Revised.", "miss": MISS}


def record(said: Said) -> bytes:
    what, pmid, version = said
    return deleted(pmid, version=version) if what == "delete" else article(pmid, TITLES[what], version)


def reference(files: list[list[Said]]) -> dict[str, str]:
    """PMID and title of what counts in the end."""
    known: dict[int, dict[int, str]] = {}
    for one in files:
        for what, pmid, version in one:
            if what == "delete":
                known.get(pmid, {}).pop(version, None)
            else:
                known.setdefault(pmid, {})[version] = TITLES[what]
    newest = {pmid: versions[max(versions)] for pmid, versions in known.items() if versions}
    return {str(pmid): title for pmid, title in newest.items() if title != MISS}


def titles(out: Path) -> dict[str, str]:
    rows = [one for path in (out / "documents").glob("*.parquet") for one in pq.read_table(path).to_pylist()]
    assert len({one["pmid"] for one in rows}) == len(rows)
    return {one["pmid"]: one["title"] for one in rows}


def after_changes(out: Path) -> set[str]:
    """The PMIDs that are left when every change is followed."""
    found: set[str] = set()
    for path in sorted((out / "changes").glob("*.parquet")):
        for one in pq.read_table(path).to_pylist():
            if one["what"] == "withdrawn":
                found.remove(one["pmid"])
            else:
                assert (one["pmid"] in found) == (one["what"] == "changed")
                found.add(one["pmid"])
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, st.sets(st.integers(0, 4)))
def test_any_sequence_in_any_portions(files: list[list[Said]], stops: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump, out, fresh = (Path(folder) / one for one in ("dump", "out", "fresh"))
        for number, said in enumerate(files):
            file(dump, number + 1, *map(record, said))
            if number in stops:
                work = Run(out, RECIPE)
                work(work.plan([str(dump)]), here)
                assert titles(out) == reference(files[: number + 1])
        for one in (out, fresh):
            work = Run(one, RECIPE)
            work(work.plan([str(dump)]), here)
        assert titles(out) == titles(fresh) == reference(files)
        assert after_changes(out) == set(titles(out))
        for table in ("documents", "entities"):
            assert [(one.name, one.read_bytes()) for one in sorted((out / table).glob("*"))] == [
                (one.name, one.read_bytes()) for one in sorted((fresh / table).glob("*"))
            ]
