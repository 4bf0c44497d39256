"""`nanocart query`: from the folder of a run to an answer on the screen, in a pipe or in a file."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Run, leftovers
from tests.dumps.results import document, finding, result

pytest.importorskip("duckdb", reason="a run is asked through DuckDB: pip install 'nanocart[dump]'")

CARGOES = "SELECT category, n FROM findings ORDER BY n"
LATE = "SELECT CAST(if(range = 49999, 'x', range) AS int) AS n FROM range(50000)"
"""A query that fails when most of its rows have been read."""


@pytest.fixture
def out(run: Run) -> str:
    """The folder of a run with two findings, in the folder that commands run in."""
    rows = [
        finding("11111:f1", category="toxicity", favours="benefit", evidence="Tabs\tand\nlines; β.", n=3),
        finding("22222:f1", category="survival", year=2024),
    ]
    result(Path("out"), findings=rows, documents=[document("11111", retracted=True), document("22222")])
    return "out"


def test_an_answer_in_a_pipe(run: Run, out: str) -> None:
    done = run("query", out, CARGOES)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "category\tn\ntoxicity\t3\nsurvival\t\n", "")


def test_cells_that_hold_tabs_and_lines_can_be_read_back(run: Run, out: str) -> None:
    lines = run("query", out, "SELECT evidence, pmid FROM findings ORDER BY pmid").stdout
    assert list(csv.reader(lines.splitlines(keepends=True), delimiter="\t"))[1] == ["Tabs\tand\nlines; β.", "11111"]


def test_a_ready_question(run: Run, out: str) -> None:
    done = run("query", out, "--ask", "directions-by-category")
    assert done.stdout.splitlines() == [
        "category\tpapers\tbenefit\tharm\tneutral\tsupposed",
        "survival\t1\t0\t0\t1\t0",
        "toxicity\t1\t1\t0\t0\t0",
    ]


@pytest.mark.parametrize("options", [("out", "--ask"), ("out", "--questions"), ("--questions",)])
def test_the_questions_are_listed(run: Run, options: tuple[str, ...]) -> None:
    done = run("query", *options)
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 10
    assert "\ntrials                  Trials, one a register number" in done.stdout


def test_an_unknown_question(run: Run, out: str) -> None:
    done = run("query", out, "--ask", "trails")
    assert done.exit_code == 2
    assert "there is no question 'trails'" in done.stderr
    assert "\n  trials: Trials, one a register number" in done.stderr


def test_a_ready_question_can_be_changed_and_asked(run: Run, out: str) -> None:
    sql = run("query", out, "--ask", "directions-by-category", "--sql").stdout
    assert sql.startswith("-- Does it help?")
    assert run("query", out, "-", input=sql).stdout == run("query", out, "--ask", "directions-by-category").stdout
    changed = sql.replace("category <> ''", "category = 'survival'")
    assert len(run("query", out, changed).stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("suffix", "written"),
    [("csv", "category,n\r\ntoxicity,3\r\nsurvival,\r\n"), ("TSV", "category\tn\r\ntoxicity\t3\r\nsurvival\t\r\n")],
)
def test_an_answer_in_a_table(run: Run, out: str, suffix: str, written: str) -> None:
    done = run("query", out, CARGOES, "-o", f"new/a.{suffix}")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"written: new/a.{suffix}\n")
    assert Path(f"new/a.{suffix}").read_bytes().decode() == written


def test_an_answer_in_parquet(run: Run, out: str) -> None:
    run("query", out, "SELECT category, n, 1 AS x, 2 AS x FROM findings ORDER BY n", "-o", "a.parquet")
    frame = pd.read_parquet("a.parquet")
    assert list(frame.columns) == ["category", "n", "x", "x_2"]
    assert frame["n"].fillna(0).tolist() == [3, 0]


def test_an_answer_in_json(run: Run, out: str) -> None:
    sql = (
        "SELECT sum(n) AS n, 0.5 AS half, 'nan'::double AS none, ['β'] AS list, true AS yes, date '2026-01-02' AS day "
        "FROM findings"
    )
    run("query", out, f"{sql} UNION ALL {sql}", "-o", "a.json")
    row = {"n": 3, "half": 0.5, "none": None, "list": ["β"], "yes": True, "day": "2026-01-02"}
    assert json.loads(Path("a.json").read_text("utf-8")) == [row, row]
    run("query", out, "SELECT 1 WHERE false", "-o", "a.json")
    assert json.loads(Path("a.json").read_text("utf-8")) == []


def test_values_of_any_type_in_a_pipe(run: Run, out: str) -> None:
    sql = "SELECT true AS a, NULL AS b, ['x', 'y'] AS c, 1.50 AS d, 0.1 + 0.2 AS e, sum(n) AS f FROM findings"
    done = run("query", out, sql)
    assert done.stdout == "a\tb\tc\td\te\tf\ntrue\t\tx; y\t1.50\t0.3\t3\n"


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_a_file_is_whole_or_not_there(run: Run, out: str, suffix: str) -> None:
    path = Path(f"a.{suffix}")
    assert run("query", out, LATE, "-o", str(path)).exit_code == 2
    assert not path.exists()
    path.write_text("older")
    assert run("query", out, LATE, "-o", str(path)).exit_code == 2
    assert path.read_text() == "older"
    assert leftovers(Path.cwd()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("out",), "no question"),
        ((), "no question"),
        (("--ask", "trials"), "name the folder"),
        (("nowhere", CARGOES), "nowhere is not the folder of a run"),
        ((".", CARGOES), "not the folder of a run"),
        (("out", CARGOES, "--ask", "trials"), "contradict"),
        (("out", "--sql"), "add --ask NAME"),
        (("out", "SELECT nn FROM findings"), "findings: pmid, link, year"),
        (("out", "COPY findings TO 'b.csv'"), "-o FILE writes its answer"),
        (("out", CARGOES, "-o", "a.xlsx"), "use one of .csv, .tsv, .parquet, .json"),
        (("out", CARGOES, "-o", "out/findings/a.parquet"), "a part of the result"),
        (("out", "SELECT interval 1 day AS a", "-o", "a.parquet"), "cast the column"),
        (("out", CARGOES, "-o", "out/findings/pubmed26n0001.parquet/a.csv"), "cannot be written"),
    ],
)
def test_wrong_usage_is_told(run: Run, out: str, options: tuple[str, ...], words: str) -> None:
    before = sorted(Path.cwd().rglob("*"))
    done = run("query", *options)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert sorted(Path.cwd().rglob("*")) == before


def test_without_duckdb(run: Run, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    done = run("query", out, CARGOES)
    assert done.exit_code == 2
    assert "nanocart[dump]" in done.stderr


def on_a_terminal(*args: str) -> str:
    """What the command prints to a terminal of 80 columns."""
    pty = pytest.importorskip("pty", reason="a terminal is made as Unix makes it")
    ours, theirs = pty.openpty()
    code = "import sys; from nanocart.cli.main import main; main()"
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
    running = subprocess.Popen([sys.executable, "-c", code, *args], stdout=theirs, env=environment)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        said += part
    os.close(ours)
    assert running.wait() == 0
    return said.decode().replace("\r\n", "\n")


def test_a_table_on_a_terminal(out: str) -> None:
    said = on_a_terminal("query", out, "SELECT category, n AS n_of_all, favours FROM findings ORDER BY n")
    assert [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line[0] == "│"] == [
        ["toxicity", "3", "benefit"],
        ["survival", "", "neutral"],
    ]
    assert "n of all" in said


def test_a_terminal_shows_the_first_of_many_rows(out: str) -> None:
    said = on_a_terminal("query", out, "SELECT range AS n FROM range(30001) ORDER BY n")
    assert "│ 199 │" in said
    assert "│ 200 │" not in said
    assert said.endswith("... and 29,801 more rows: -o FILE keeps them all\n")


def test_no_rows_on_a_terminal(out: str) -> None:
    assert on_a_terminal("query", out, "SELECT * FROM changes") == "no rows\n"
