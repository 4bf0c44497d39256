"""`nanocart lexicon find` and `check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

HEADER = "id\tname\tlabel\tsynonyms\tbroader\n"


def test_find_by_any_name(run: Run) -> None:
    result = run("lexicon", "find", "LNPs")
    assert result.exit_code == 0
    assert "lipid nanoparticle  NANOPARTICLE" in result.stdout
    assert "synonyms: " in result.stdout
    assert "broader: " in result.stdout


def test_find_by_similarity(run: Run) -> None:
    result = run("lexicon", "find", "lipid", "nanoparticel")
    assert "no concept is called 'lipid nanoparticel'" in result.stdout
    line = next(line for line in result.stdout.splitlines() if "lipid nanoparticle" in line)
    assert line.split()[0].startswith("0.")


def test_find_in_rows_of_ones_own(run: Run) -> None:
    Path("own.tsv").write_text(HEADER + "MY:1\tfrobnicated dendriosome\tNANOPARTICLE\tFDS1\t\n")
    assert "MY:1" in run("lexicon", "find", "FDS1", "--lexicon", "own.tsv").stdout


def test_a_good_file(run: Run) -> None:
    Path("own.tsv").write_text(HEADER + "MY:1\tfrobnicated dendriosome\tNANOPARTICLE\t\t\n")
    result = run("lexicon", "check", "own.tsv")
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("MY:1\tx particle\tGENE\t\t\n", "own.tsv:2: MY:1 has the unknown label 'GENE'"),
        ("MY:1\tx particle\tNANOPARTICLE\t\tMY:9\n", "own.tsv:2: MY:1 has the unknown broader concept MY:9"),
        ("MY:1\tx particle\tNANOPARTICLE\t\tMY:2\nMY:2\ty particle\tNANOPARTICLE\t\tMY:1\n", "broader than itself"),
        ("MY:1\tlipid nanoparticle\tCARGO\t\t\n", "own.tsv:2: 'lipid nanoparticle' has two labels"),
        (
            "MY:1\t\tCARGO\t\t\nMY:2\tfine\tCARGO\t\t\nMY:3\t\tCARGO\t\t\n",
            "own.tsv:4: id, name and label must be filled",
        ),
        ("MY:1\ta b c d\tCARGO\t\t\nMY:1\tc d e f\tCARGO\t\t\n", "own.tsv:3: MY:1 stands in line 2 too"),
    ],
)
def test_each_problem_is_a_line(run: Run, rows: str, said: str) -> None:
    Path("own.tsv").write_text(HEADER + rows)
    result = run("lexicon", "check", "own.tsv")
    assert result.exit_code == 1
    assert said in result.stdout


def test_a_file_that_is_no_lexicon(run: Run) -> None:
    Path("own.tsv").write_text("a\tb\n1\t2\n")
    result = run("lexicon", "check", "own.tsv", "missing.tsv")
    assert result.exit_code == 1
    assert "own.tsv: no column 'id'" in result.stdout
    assert "missing.tsv: cannot be read" in result.stdout


def test_files_are_checked_beside_each_other(run: Run) -> None:
    Path("a.tsv").write_text(HEADER + "MY:1\tfrobnicated dendriosome\tNANOPARTICLE\t\tMY:2\n")
    Path("b.tsv").write_text(HEADER + "MY:2\tfrobnicated vesicle\tNANOPARTICLE\t\t\n")
    assert run("lexicon", "check", "a.tsv").exit_code == 1
    assert run("lexicon", "check", "a.tsv", "b.tsv").exit_code == 0


@pytest.mark.slow
def test_the_shipped_rows_have_no_problem(run: Run) -> None:
    from importlib.resources import files

    paths = [str(one) for one in (files("nanocart") / "data").iterdir() if one.name.endswith(".tsv")]
    assert run("lexicon", "check", *paths).stdout == ""


def test_gaps_lists_the_names_of_annotated_documents_that_have_no_concept(run: Run) -> None:
    marked = "id: 1\n---\nThe [[Zorbosomes|NANOPARTICLE n1]] met [[LNPs|NANOPARTICLE n2]].\n---\nSTUDY in_scope=yes\n"
    Path("one.txt").write_text(marked, "utf-8")
    result = run("lexicon", "gaps", "one.txt")
    assert result.exit_code == 0
    header, row = result.stdout.splitlines()
    assert header.split("\t")[:4] == ["label", "name", "documents", "mentions"]
    assert row.split("\t")[:4] == ["NANOPARTICLE", "Zorbosomes", "1", "1"]
