"""Asking a run: what a query sees, and that it can do nothing else."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from nanocart import corpora
from nanocart.corpora.table_files import write_parquet
from nanocart.corpora.tables import TABLES
from nanocart.dumps import asking
from nanocart.errors import NanocartError, SourceError, UsageError
from nanocart.lexicon import Lexicon
from nanocart.naming import Naming
from tests.dumps.results import answers, finding, result

pytest.importorskip("duckdb", reason="a run is asked through DuckDB: pip install 'nanocart[dump]'")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped sample documents as a run would leave them, in two files."""
    out, naming = tmp_path_factory.mktemp("out"), Naming(Lexicon.shipped())
    documents = corpora.load("written")
    for table in TABLES:
        (out / table).mkdir()
        for number in (0, 1):
            with (out / table / f"pubmed26n000{number + 1}.parquet").open("wb") as stream:
                write_parquet(documents[number::2], stream, table, names=naming.name, better=naming.better)
    return out


def test_the_views_hold_every_row_of_every_file(written: Path) -> None:
    connection = asking.connect(written)
    documents = corpora.load("written")
    held = {view: connection.sql(f"SELECT count(*) FROM {view}").fetchall()[0][0] for view in asking.VIEWS}
    assert held == {
        "documents": len(documents),
        "entities": sum(len(one.entities) for one in documents),
        "relations": sum(len(one.relations) for one in documents),
        "findings": sum(len(one.findings) for one in documents),
        "changes": 0,
    }


def test_cargoes_of_the_shipped_documents(written: Path) -> None:
    naming = Naming(Lexicon.shipped())
    carried = {
        (naming.name(one.mention(link.head)), naming.name(one.mention(link.tail)), one.id)
        for one in corpora.load("written")
        for link in one.relations
        if link.label == "CARRIES" and link.assertion == "affirmed" and not one.study.retracted
    }
    assert {row[:2]: row[2] for row in answers(written, "cargo-by-particle")} == Counter(row[:2] for row in carried)


def test_pandas_reads_the_same_files(written: Path) -> None:
    frame = pd.read_parquet(written / "findings")
    sql = "SELECT favours, count(*) AS n FROM findings GROUP BY favours"
    counted = dict(asking.connect(written).sql(sql).fetchall())
    assert frame.groupby("favours").size().to_dict() == counted


def test_polars_reads_the_same_files(written: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.scan_parquet(written / "findings" / "*.parquet").group_by("favours").len().collect()
    sql = "SELECT favours, count(*) AS n FROM findings GROUP BY favours"
    counted = dict(asking.connect(written).sql(sql).fetchall())
    assert dict(frame.iter_rows()) == counted


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{0}/secret.csv')",
        "SELECT * FROM '{0}/secret.csv'",
        "SELECT * FROM read_text('{0}/out/../secret.csv')",
        "SELECT * FROM read_parquet('{0}/out/findings/*.parquet')",
        "SELECT * FROM glob('{0}/*')",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "COPY findings TO '{0}/out/findings/pubmed26n0003.parquet'",
        "COPY (SELECT 1) TO '{0}/new.csv'",
        "ATTACH '{0}/out/new.db'",
        "EXPORT DATABASE '{0}/out/new'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
        "SET allowed_directories = ['{0}']",
        "RESET lock_configuration",
        "UPDATE findings SET pmid = '1'",
        "DELETE FROM findings",
    ],
)
def test_a_query_sees_and_does_nothing_else(tmp_path: Path, sql: str) -> None:
    result(tmp_path / "out", findings=[finding("1:f1"), finding("2:f1")])
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    before = files_of(tmp_path)
    connection = asking.connect(tmp_path / "out")
    with pytest.raises(UsageError):
        list(asking.answer(connection, sql.format(tmp_path))[1])
    assert files_of(tmp_path) == before
    assert connection.sql("SELECT count(*) FROM findings").fetchall() == [(2,)]


def test_a_variable_is_no_view(tmp_path: Path) -> None:
    secret = pd.DataFrame({"a": [1]})
    connection = asking.connect(result(tmp_path, findings=[]))
    with pytest.raises(UsageError, match="secret does not exist"):
        asking.answer(connection, "SELECT * FROM secret")
    assert len(secret) == 1


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT nanopartcle FROM findings", r'"nanopartcle" not found[\s\S]*findings: pmid, link, year'),
        ('SELECT * FROM findings WHERE car_target = "CD19"', "texts stand in 'single quotes'"),
        ("SELECT * FROM results", r"results does not exist[\s\S]*changes: run, pmid, what, why, file"),
        ("SELEKT 1", r"syntax error at or near \"SELEKT\"[\s\S]*duckdb.org"),
        ("BEGIN; SELECT a FROM findings", '"a" not found'),
        ("COPY findings TO 'a.csv'", "-o FILE writes its answer"),
        (" -- nothing\n", "asks for nothing"),
        ("SELECT CAST(if(range = 99999, 'x', '1') AS int) FROM range(100000)", "Could not convert string 'x'"),
    ],
)
def test_a_wrong_query_is_told_in_words(tmp_path: Path, sql: str, words: str) -> None:
    connection = asking.connect(result(tmp_path, findings=[finding("1:f1")]))
    with pytest.raises(UsageError, match=words):
        list(asking.answer(connection, sql)[1])


def test_an_answer_that_takes_too_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_SETTINGS", {**asking._SETTINGS, "memory_limit": "20MB"})
    connection = asking.connect(result(tmp_path, findings=[]))
    with pytest.raises(UsageError, match="ask for fewer columns or rows"):
        list(asking.answer(connection, "SELECT range FROM range(5000000) ORDER BY hash(range)")[1])


@pytest.fixture
def listening() -> Iterator[None]:
    """Ctrl-C interrupts, which it does not in a process that a shell has begun in its background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_ctrl_c_ends_a_query_that_would_take_long(tmp_path: Path) -> None:
    connection = asking.connect(result(tmp_path, findings=[finding("1:f1")]))
    press = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    press.start()
    with pytest.raises(KeyboardInterrupt):
        list(asking.answer(connection, "SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(30000) AS b")[1])
    press.join()
    assert [one.num_rows for one in asking.answer(connection, "SELECT pmid FROM findings")[1]] == [1]


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    columns, _ = asking.answer(asking.connect(result(tmp_path, findings=[])), "SELECT 1 AS a, 2 AS a, 3 AS b, 4 AS a")
    assert columns.names == ["a", "a_2", "b", "a_3"]


def test_a_folder_of_any_name(tmp_path: Path) -> None:
    out = result(tmp_path / "it's [1] *", findings=[finding("1:f1", category="survival")])
    assert answers(out, "directions-by-category") == [("survival", 1, 0, 0, 1, 0)]


def test_half_written_files_are_none(tmp_path: Path) -> None:
    out = result(tmp_path, findings=[finding("1:f1", category="survival")])
    (out / "findings" / ".pubmed26n0003.parquet.77.part").write_bytes(b"PAR1")
    assert len(answers(out, "directions-by-category")) == 1


def test_files_of_an_older_nanocart_lack_a_column(tmp_path: Path) -> None:
    out = result(tmp_path, changes=[{"run": 1, "pmid": "1"}, {"run": 1, "pmid": "2"}])
    older = out / "changes" / "pubmed26n0001.parquet"
    pq.write_table(pq.read_table(older).drop_columns(["why"]), older)
    assert asking.connect(out).sql("SELECT pmid, why FROM changes ORDER BY pmid").fetchall() == [("1", None), ("2", "")]


@pytest.mark.parametrize("which", ["pubmed26n0001", "pubmed26n0002"])
def test_a_damaged_file_is_named(tmp_path: Path, which: str) -> None:
    out = result(tmp_path, findings=[finding("1:f1"), finding("2:f1")])
    path = out / "findings" / f"{which}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match=f"{which}.parquet[\\s\\S]*the file is damaged"):
        asking.ask(out, "directions-by-category")


def test_a_result_at_an_address(tmp_path: Path) -> None:
    out = result(tmp_path / "of runs", findings=[finding("1:f1", category="survival")])
    assert asking.connect(out.as_uri()).sql("SELECT category FROM findings").fetchall() == [("survival",)]


@pytest.mark.parametrize("where", ["nowhere", "notes.txt", "", ".", "file:///nowhere"])
def test_what_is_no_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("")
    Path("documents").mkdir()
    with pytest.raises(UsageError, match="is not the folder of a run"):
        asking.connect(where)


@pytest.mark.parametrize("where", ["nothing://bucket/folder", "file://relative", "s3://", "a\0b"])
def test_an_address_that_is_none(where: str) -> None:
    with pytest.raises(SourceError, match="an address such as"):
        asking.connect(where)


def test_an_unknown_question_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"no question 'trails'[\s\S]*trials: Trials, one a register number"):
        asking.sql_of("trails")


def test_without_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(NanocartError, match=r"nanocart\[dump\]"):
        asking.connect(result(tmp_path, findings=[]))
