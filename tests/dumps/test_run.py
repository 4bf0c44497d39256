"""Runs over dumps: what is read, what is kept, what happens where something breaks."""

from __future__ import annotations

import gzip
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from nanocart.corpora.tables import TABLES
from nanocart.dumps import parts
from nanocart.dumps.manifest import Manifest
from nanocart.dumps.reading import Reader, Task
from nanocart.dumps.run import Report, Run
from nanocart.dumps.store import Store
from nanocart.dumps.workers import read_all
from nanocart.errors import NanocartError, SourceError, UsageError
from tests.dumps import trouble
from tests.dumps.dump import HEAD, HIT, MISS, QUERY, RECIPE, Quick, article, content, deleted, file, here

assert trouble


def run(dump: Path, out: Path, engine: Any = here, recipe: Quick = RECIPE) -> Report:
    work = Run(out, recipe)
    return work(work.plan([str(dump)]), engine)


def rows(out: Path, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = [one for path in sorted((out / table).glob("*.parquet")) for one in pq.read_table(path).to_pylist()]
    return [tuple(one[name] for name in columns) for one in found]


def pmids(out: Path) -> list[str]:
    return sorted(one for (one,) in rows(out, "documents", "pmid"))


def test_what_matches_is_in_the_tables_and_nothing_else(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1), article(2, MISS), article(3))
    file(tmp_path / "dump", 2, article(4, MISS))
    report = run(tmp_path / "dump", tmp_path / "out")
    assert pmids(tmp_path / "out") == ["1", "3"]
    assert [(report.read, report.records, report.matched), (report.added, report.documents)] == [(2, 4, 2), (2, 2)]
    assert ("lipid nanoparticle",) in [(one,) for (one,) in rows(tmp_path / "out", "entities", "name")]
    assert rows(tmp_path / "out", "changes", "run", "pmid", "what", "why", "file") == [
        (1, "1", "added", "matches", "pubmed26n0001"),
        (1, "3", "added", "matches", "pubmed26n0001"),
    ]


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1))
    run(dump, out)
    before = content(out)
    assert run(dump, out).read == 0
    assert content(out) == before
    file(dump, 2, article(2))
    report = run(dump, out)
    assert (report.read, report.same, report.added) == (1, 1, 1)
    assert pmids(out) == ["1", "2"]


def test_a_file_with_another_time_and_the_same_bytes_is_not_read_again(tmp_path: Path) -> None:
    path = file(tmp_path / "dump", 1, article(1))
    run(tmp_path / "dump", tmp_path / "out")
    os.utime(path, (1, 1))
    assert run(tmp_path / "dump", tmp_path / "out").read == 0
    file(tmp_path / "dump", 1, article(7))
    assert run(tmp_path / "dump", tmp_path / "out").read == 1
    assert pmids(tmp_path / "out") == ["7"]


def test_updates_replace_delete_and_withdraw(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, *(article(one) for one in range(1, 6)))
    run(dump, out)
    file(dump, 2, article(1, f"{HIT} Revised."), article(2, MISS), article(3), article(4, version=2), deleted(5))
    report = run(dump, out)
    assert pmids(out) == ["1", "3", "4"]
    assert (report.added, report.changed, report.withdrawn, report.deletions) == (0, 2, 2, 1)
    assert rows(out, "changes", "run", "pmid", "what", "why", "file")[5:] == [
        (2, "1", "changed", "revised", "pubmed26n0002"),
        (2, "2", "withdrawn", "matches no longer", "pubmed26n0002"),
        (2, "4", "changed", "version 2", "pubmed26n0002"),
        (2, "5", "withdrawn", "deleted", "pubmed26n0002"),
    ]


def test_a_deleted_version_leaves_the_older_one(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1), article(1, f"{HIT} Second.", 2))
    file(tmp_path / "dump", 2, deleted(1, version=2))
    run(tmp_path / "dump", tmp_path / "out")
    assert rows(tmp_path / "out", "documents", "pmid", "title") == [("1", HIT)]


def test_a_version_that_matches_no_longer_hides_the_older_one(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1), article(1, MISS, 2), article(2))
    run(tmp_path / "dump", tmp_path / "out")
    assert pmids(tmp_path / "out") == ["2"]


def test_the_later_of_two_records_in_a_file_counts(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1), article(1, f"{HIT} Again."), article(2), article(2, MISS))
    run(tmp_path / "dump", tmp_path / "out")
    assert rows(tmp_path / "out", "documents", "pmid", "title") == [("1", f"{HIT} Again.")]


def test_a_file_that_comes_late_is_put_in_its_place(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1))
    file(dump, 3, deleted(1))
    assert run(dump, out).missing == ["pubmed26n0002"]
    file(dump, 2, article(1), article(2))
    report = run(dump, out)
    assert (pmids(out), report.missing) == (["2"], [])


def test_a_new_baseline_takes_the_place_of_the_old_year(tmp_path: Path) -> None:
    old, new, out = tmp_path / "old", tmp_path / "new", tmp_path / "out"
    file(old, 1, *(article(one) for one in range(1, 21)))
    file(old, 2, article(3, f"{HIT} Revised."))
    run(old, out)
    file(new, 1, *(article(one) for one in range(1, 11)), year=27)
    report = run(new, out)
    assert "1 files of a new baseline wait" in report.notes[0]
    assert (len(pmids(out)), report.withdrawn) == (20, 0)
    file(new, 2, article(11, MISS), *(article(one) for one in range(12, 20)), year=27)
    report = run(new, out)
    assert pmids(out) == sorted(str(one) for one in range(1, 20) if one != 11)
    assert rows(out, "changes", "run", "pmid", "what", "why")[20:] == [
        (2, "3", "changed", "revised"),
        (2, "11", "withdrawn", "matches no longer"),
        (2, "20", "withdrawn", "is not in the baseline of 2027"),
    ]
    fresh = tmp_path / "fresh"
    run(new, fresh)
    assert rows(out, "documents", "pmid", "title") == rows(fresh, "documents", "pmid", "title")
    work = Run(out, RECIPE)
    assert (work.plan([str(old)]).older, work.plan([str(old)]).tasks) == (2, [])
    assert parts.sightings(work.store, "pubmed27n0001").num_rows == 10
    assert not parts.whole(work.store, "pubmed26n0001")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(HEAD + article(1) * 9)[:-20], "cut off"),
        (gzip.compress(HEAD + article(1)), "ends before its article set"),
        (b"", "is empty"),
        (b"nothing of the kind", "PubMed"),
        (gzip.compress(b'<!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>&b;</PubmedArticleSet>'), "entities"),
    ],
)
def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path, data: bytes, reason: str) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    path = file(dump, 1)
    path.write_bytes(data)
    path.with_name(f"{path.name}.md5").unlink()
    file(dump, 2, article(2))
    report = run(dump, out)
    assert "2" in pmids(out)
    said = json.dumps([*report.failed, *report.damaged]) + (out / "skipped.jsonl").read_text()
    assert reason in said
    assert "pubmed26n0001" in said
    file(dump, 1, article(1))
    assert run(dump, out).well
    assert pmids(out) == ["1", "2"]


def test_a_wrong_md5(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1), md5="0" * 32)
    file(dump, 2, article(2))
    report = run(dump, out)
    assert (pmids(out), report.well) == (["2"], False)
    assert "MD5" in report.failed[0]["reason"]
    assert report.failed[0]["file"].endswith("pubmed26n0001.xml.gz")


def test_a_file_that_breaks_later_leaves_what_was_read(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1))
    run(dump, out)
    file(dump, 1, article(1), article(2), md5="0" * 32)
    assert not run(dump, out).well
    assert pmids(out) == ["1"]
    assert "reading it anew failed" in Manifest(Store(out)).entries["pubmed26n0001"].reason


def test_other_files_are_told_of(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1))
    (tmp_path / "dump" / "notes.txt").write_text("x")
    report = run(tmp_path / "dump", tmp_path / "out")
    assert ["not named as the files of a dump" in one["reason"] for one in report.failed] == [True]


def test_one_name_for_two_files(tmp_path: Path) -> None:
    file(tmp_path / "a", 1, article(1))
    file(tmp_path / "b", 1, article(1))
    with pytest.raises(UsageError, match="two files are called pubmed26n0001"):
        Run(tmp_path / "out", RECIPE).plan([str(tmp_path / "a"), str(tmp_path / "b")])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_record_that_breaks_the_reader_costs_itself_alone(tmp_path: Path, workers: int) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1), article(2, f"{HIT} RAISE"), article(3, f"{HIT} MEMORY"), article(4))
    report = run(dump, out, partial(read_all, workers=workers))
    assert pmids(out) == ["1", "2", "3", "4"]
    assert report.skipped == 2
    skipped = [json.loads(line) for line in (out / "skipped.jsonl").read_text().splitlines()]
    assert [(one["file"], one["record"]) for one in skipped] == [("pubmed26n0001", "2"), ("pubmed26n0001", "3")]
    named = {one for (one,) in rows(out, "entities", "pmid")}
    assert named == {"1", "4"}


def test_a_record_that_ends_the_process_is_found_and_passed_over(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1), article(2, f"{HIT} CRASH"), article(3), article(4, f"{HIT} CRASH"))
    file(dump, 2, article(5))
    report = run(dump, out, partial(read_all, workers=2))
    assert pmids(out) == ["1", "2", "3", "4", "5"]
    assert report.failed == []
    skipped = [json.loads(line) for line in (out / "skipped.jsonl").read_text().splitlines()]
    assert [(one["record"], "ended the process" in one["reason"]) for one in skipped] == [("2", True), ("4", True)]


def test_several_processes_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    for number in range(1, 6):
        file(tmp_path / "dump", number, *(article(10 * number + one) for one in range(number)))
    run(tmp_path / "dump", tmp_path / "one")
    run(tmp_path / "dump", tmp_path / "two", partial(read_all, workers=2))
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_another_reader_is_refused_and_reads_again(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    file(dump, 1, article(1), article(2, MISS))
    run(dump, out)
    other = Quick(QUERY, "another")
    with pytest.raises(UsageError, match="--reread"):
        Run(out, other)
    for one in dump.iterdir():
        one.unlink()
    work = Run(out, other, again=True)
    report = work(work.plan([]), here)
    assert (report.read, report.documents, pmids(out)) == (1, 1, ["1"])
    assert Run(out, other).plan([str(dump / "*.gz")]).tasks == []
    with pytest.raises(UsageError, match="another model"):
        Run(out, RECIPE)


def test_a_reread_that_was_stopped_goes_on(tmp_path: Path) -> None:
    dump, out = tmp_path / "dump", tmp_path / "out"
    for number in (1, 2, 3):
        file(dump, number, article(number))
    run(dump, out)
    other = Quick(QUERY, "another")
    work = Run(out, other, again=True)

    def one_and_stop(tasks: list[Task], reader: Reader) -> Any:
        yield tasks[0], reader(tasks[0])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(work.plan([]), one_and_stop)
    assert len(Run(out, other, again=True).plan([]).tasks) == 2
    assert len(Run(out, other).plan([str(dump)]).tasks) == 2


def test_other_terms_need_another_folder(tmp_path: Path) -> None:
    from nanocart.screen.query import Query

    file(tmp_path / "dump", 1, article(1))
    run(tmp_path / "dump", tmp_path / "out")
    with pytest.raises(UsageError, match="other terms"):
        Run(tmp_path / "out", Quick(Query({"car": ("mice",)}, "car"), "rules"))


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    with pytest.raises(UsageError, match="no result folder, and not empty"):
        Run(tmp_path, RECIPE)


def test_two_runs_at_once(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1))
    work = Run(tmp_path / "out", RECIPE)
    with work.store.locked(), pytest.raises(NanocartError, match="another run"):
        run(tmp_path / "dump", tmp_path / "out")
    assert run(tmp_path / "dump", tmp_path / "out").well


def test_a_dump_in_which_nothing_matches_is_loud(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1, MISS) * 10_000)
    report = run(tmp_path / "dump", tmp_path / "out")
    assert "none of 10,000 records matched" in report.alarms[0]
    assert not report.well


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1))
    run(tmp_path / "dump", tmp_path / "out")
    (tmp_path / "out" / "parts" / "pubmed26n0001.jsonl.zst").write_bytes(b"x")
    (tmp_path / "out" / "state.json").unlink()
    with pytest.raises(SourceError, match=r"pubmed26n0001\.jsonl\.zst: is damaged"):
        run(tmp_path / "dump", tmp_path / "out")
    (tmp_path / "out" / "parts" / "pubmed26n0001.jsonl.zst").unlink()
    assert run(tmp_path / "dump", tmp_path / "out").read == 1


def test_every_table_has_its_file(tmp_path: Path) -> None:
    file(tmp_path / "dump", 1, article(1))
    run(tmp_path / "dump", tmp_path / "out")
    assert all((tmp_path / "out" / table / "pubmed26n0001.parquet").is_file() for table in TABLES)
