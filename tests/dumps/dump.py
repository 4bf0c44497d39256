"""Small dumps in NLM's form, and a recipe that reads them at once."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language

from nanocart.dumps.manifest import Entry
from nanocart.dumps.reading import Reader, Task
from nanocart.dumps.recipe import Recipe
from nanocart.lexicon import Lexicon
from nanocart.naming import Naming
from nanocart.screen.query import Query
from nanocart.screen.screening import Screen

QUERY = Query({"car": ("CAR T",)}, "car")
HIT = "Lipid nanoparticles made CAR T cells in mice."
MISS = "Of mice."
HEAD = b"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>
"""


@cache
def pipeline() -> Language:
    """One that reads nothing but sentences."""
    nlp = spacy.blank("en")
    nlp.add_pipe("nanocart_sentences")
    nlp.add_pipe("nanocart_lexicon")
    nlp.add_pipe("test_dump_trouble")
    return nlp


@cache
def screen() -> Screen:
    """The one screen of all tests here."""
    return Screen(QUERY)


@cache
def names() -> Naming:
    """What the shipped lexicon calls things."""
    return Naming(Lexicon.shipped())


@dataclass(frozen=True)
class Quick(Recipe):
    """A recipe without a model, whose reader is known by the name that it is given."""

    def load(self) -> Language:
        return pipeline()

    def reader(self) -> str:
        return self.model

    def naming(self) -> Naming:
        return names()


RECIPE = Quick(QUERY, "rules")


def here(tasks: Iterable[Task], reader: Reader) -> Iterable[tuple[Task, Entry]]:
    """An engine without other processes."""
    reader.screen = screen()
    for task in tasks:
        yield task, reader(task)


def article(pmid: int, title: str = HIT, version: int = 1) -> bytes:
    """A citation."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID><Article>'
        f"<ArticleTitle>{title}</ArticleTitle></Article></MedlineCitation></PubmedArticle>\n"
    ).encode()


def deleted(*pmids: int, version: int = 1) -> bytes:
    """What withdraws citations."""
    inner = "".join(f'<PMID Version="{version}">{one}</PMID>' for one in pmids)
    return f"<DeleteCitation>{inner}</DeleteCitation>\n".encode()


def file(folder: Path, number: int, *records: bytes, year: int = 26, md5: str | None = None) -> Path:
    """A file of a dump with its MD5 beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pubmed{year}n{number:04}.xml.gz"
    path.write_bytes(gzip.compress(HEAD + b"".join(records) + b"</PubmedArticleSet>\n", mtime=0))
    said = md5 or hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    path.with_name(f"{path.name}.md5").write_text(f"MD5({path.name})= {said}\n")
    return path


def content(out: Path) -> dict[str, bytes]:
    """The bytes of all that a run leaves, save times."""
    aside = {"manifest.tsv", "report.json", ".lock"}
    return {
        str(one.relative_to(out)): one.read_bytes() for one in out.rglob("*") if one.is_file() and one.name not in aside
    }
