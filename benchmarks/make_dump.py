"""Makes PubMed dump files of any size out of real records under new PMIDs, in the form of NLM's baseline.

    python benchmarks/make_dump.py OUT [FOLDER] [--files N] [--records N] [--hits SHARE] [--seed N]

The records are those of FOLDER/pubmed_xml/*.tar.xz that do not match the preset `field`, and, as many as `--hits` says,
abstracts of FOLDER/abstracts/domain.jsonl.xz that do. A file of 30,000 records is about the size of a real one, 200 MB
of XML: those samples whose list of references is longest are left out until the others have that mean size. Each file
has its MD5 beside it, as on NCBI's server.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from inputs import abstracts, parser_for

from nanocart.corpora.pubmed_records import Record, records
from nanocart.corpora.pubmed_writer import write_pubmed_xml
from nanocart.corpora.pubmed_xml import read
from nanocart.corpora.sources import open_sources
from nanocart.errors import SourceError
from nanocart.schema import Document
from nanocart.screen.query import Query, preset

HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st '
    b'January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
MEAN = 200e6 / 30_000
"""Bytes of a record, on the average of a real file."""
REFERENCE = re.compile(rb"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")
PMID = re.compile(rb"<PMID\b[^>]*>[^<]*</PMID>")


def others(folder: Path, query: Query) -> Iterator[bytes]:
    """The real records that do not match."""
    for source in open_sources(sorted((folder / "pubmed_xml").glob("*.tar.xz"))):
        if isinstance(source, SourceError):
            continue
        try:
            for one in records(source.stream, source.name):
                if isinstance(one, Record) and one.name == "PubmedArticle" and b"<!" not in one.data:
                    texts = [each.text for each in read(io.BytesIO(one.data), "") if isinstance(each, Document)]
                    if texts and not query.matches(texts[0]):
                        yield REFERENCE.sub(plain, one.data)
        except SourceError:
            continue


def plain(found: re.Match[bytes]) -> bytes:
    """The character of a reference beyond ASCII: NLM writes them as they are, and no sample that does has references;
    those that have some were written anew by a program that writes ASCII only."""
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number).encode() if number > 127 else found[0]


def of_mean(records: list[bytes], size: float) -> list[bytes]:
    """The shortest records, as many as have that mean size."""
    kept = sorted(records, key=len)
    while kept and sum(map(len, kept)) > size * len(kept):
        kept.pop()
    return kept


def matching(folder: Path, query: Query) -> Iterator[bytes]:
    """Abstracts that match, as records."""
    for one in abstracts(folder):
        if query.matches(one.text):
            stream = io.BytesIO()
            write_pubmed_xml([one], stream)
            yield from (each.data for each in records(io.BytesIO(stream.getvalue()), "") if isinstance(each, Record))


def written(path: Path, parts: Iterator[bytes]) -> None:
    """One file, and its MD5."""
    with path.open("wb") as raw, gzip.GzipFile(path.stem, "wb", 6, raw, 0) as stream:
        stream.write(HEAD)
        for part in parts:
            stream.write(b"  " + part + b"\n")
        stream.write(b"</PubmedArticleSet>\n")
    digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    path.with_name(f"{path.name}.md5").write_text(f"MD5({path.name})= {digest}\n")


def main() -> None:
    parser = parser_for(__doc__)
    parser.add_argument("out", type=Path, help="the folder that is written")
    parser.add_argument("--files", type=int, default=1, help="how many files (default: 1)")
    parser.add_argument("--records", type=int, default=30_000, help="records a file (default: 30,000)")
    parser.add_argument("--hits", type=float, default=0.003, help="the share of records that match (default: 0.003)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default: 0)")
    args = parser.parse_args()
    query, dice = preset("field"), random.Random(args.seed)
    rest, hits = of_mean(list(others(args.folder, query)), MEAN), list(matching(args.folder, query))
    print(f"{len(rest):,} records that do not match, {len(hits):,} that do")
    args.out.mkdir(parents=True, exist_ok=True)
    for number in range(args.files):
        path = args.out / f"pubmed26n{number + 1:04}.xml.gz"
        first = 1 + number * args.records
        drawn = (dice.choice(hits if dice.random() < args.hits else rest) for _ in range(args.records))
        written(path, numbered(drawn, first))
        print(f"{path}: {path.stat().st_size / 1e6:,.1f} MB", flush=True)


def numbered(drawn: Iterable[bytes], first: int) -> Iterator[bytes]:
    """Records under new PMIDs, from that number on."""
    for pmid, record in enumerate(drawn, first):
        yield PMID.sub(b'<PMID Version="1">%d</PMID>' % pmid, record, 1)


if __name__ == "__main__":
    main()
