"""The formats by name: recognising them, reading any mix of inputs, and writing files that are whole or not there.

A format is recognised by the first bytes of its content; the suffix of a name decides only where the content fits
several. Every record and every file stands for itself: what cannot be read is yielded as its error, the rest goes on.

>>> recognise(b"7|t|LNPs carry mRNA.\\n"), recognise(b'{"id": "1", "text": "LNPs."}'), recognise(b"LNPs work.")
('pubtator', 'jsonl', 'text')
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

from nanocart.errors import NanocartError, RecordError, SourceError, UsageError
from nanocart.schema import Document

if TYPE_CHECKING:
    from nanocart.corpora.pubmed_xml import Deletion
    from nanocart.corpora.sources import Source

    Item = Document | Deletion | RecordError | SourceError

Split = Literal["file", "blank"]

MAX_CHARACTERS: Final = 1_000_000
"""Characters of a text beyond which it is no abstract, and is refused."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it is in words, its suffixes, and where its functions are ("module:function").

    `named_by_file` is set where the ids of its documents are made from the name of their file.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    reader: str = ""
    writer: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    named_by_file: bool = False


FORMATS: Final[Mapping[str, Format]] = {
    one.name: one
    for one in (
        Format(
            "jsonl", "nanocart's JSON Lines, or one citation a line", (".jsonl", ".ndjson"), "jsonl:read", "jsonl:write"
        ),
        Format("pubmed", "PubMed XML", (), "pubmed_xml:read", "pubmed_writer:write_pubmed_xml"),
        Format("nbib", "PubMed's MEDLINE format", (".nbib", ".medline"), "nbib:read"),
        Format("csv", "comma-separated, with named columns", (".csv",), "delimited:read", "table_files:write_csv"),
        Format(
            "tsv",
            "tab-separated, with named columns",
            (".tsv", ".tab"),
            "delimited:read",
            "table_files:write_tsv",
            {"delimiter": "\t"},
        ),
        Format("text", "plain text", (".txt", ".text"), "plain:read", "plain:write", named_by_file=True),
        Format("pubtator", "PubTator", (".pubtator",), "pubtator:read", "pubtator:write"),
        Format("bioc-xml", "BioC XML", (".xml",), "bioc_format:read_xml", "bioc_format:write_xml"),
        Format("bioc-json", "BioC JSON", (".json",), "bioc_format:read_json", "bioc_format:write_json"),
        Format("brat", "brat, a folder of .txt and .ann", (".ann",), "brat:read_members", "brat:write_folder"),
        Format("iob", "a token and its IOB tag a line", (".iob", ".conll"), "iob:read", named_by_file=True),
        Format("markup", "nanocart's inline mark-up, a document a file", (), "markup:read_file"),
        Format("parquet", "Parquet", (".parquet",), "", "table_files:write_parquet"),
    )
}
READABLE: Final = tuple(one.name for one in FORMATS.values() if one.reader)
WRITABLE: Final = tuple(one.name for one in FORMATS.values() if one.writer)
TABULAR: Final = ("csv", "tsv", "parquet")
"""The formats that hold one of the four tables."""

_XML: Final = re.compile(r"<[?!A-Za-z]")
_PUBMED: Final = re.compile(
    r"<(?:!DOCTYPE\s+)?(?:(?:PubmedArticle|PubmedBookArticle|MedlineCitation|BookDocument)(?:Set)?|DeleteCitation"
    r"|DeleteDocument|!ENTITY)[\s>/]"
)
_BIOC_XML: Final = re.compile(r"<(?:!DOCTYPE\s+)?(?:collection|document)[\s>]")
_JSON: Final = re.compile(r'\{\s*["}]|\[\s*[{\]]')
_BIOC_JSON: Final = re.compile(r'(?<!\\)"(?:passages|PubTator3)"\s*:|(?<!\\)"documents"\s*:\s*\[')
_BY_START: Final = (
    ("nbib", re.compile(r"PMID *- ?\d|(?:[A-Z][A-Z0-9]{1,3} {0,2}- .*\n(?: {6}.*\n)*)+?PMID *- ?\d")),
    ("pubtator", re.compile(r"[^|\t\n]{1,200}\|[ta]\|")),
    ("markup", re.compile(r"id: .+\r?\n(?:[\w-]+: .*\n)*---\r?\n")),
    ("brat", re.compile(r"(?:[TREAMN#]\d+|\*)\t\S+ \S")),
)
_TAGGED: Final = re.compile(r"-DOCSTART-.*|\S+[ \t](?:.*[ \t])?(?:O|[BIESLU]-\S+)\s*")


def recognise(head: bytes, source: str = "", suffix: str = "", *, text: bool = True) -> str:
    """The format of a content that begins with these bytes (a few thousand are enough).

    With `text=False` no content is taken for plain text unless its suffix says so. Raises `SourceError` where the
    content is of no format that nanocart reads.
    """
    start = _decoded(head, source).lstrip("\ufeff \t\r\n")
    if _XML.match(start) and suffix not in FORMATS["text"].suffixes:
        return _xml(start, source)
    if _JSON.match(start):
        return _json(start, source, suffix)
    if start.startswith("TY  - "):
        raise SourceError("is in RIS format", source=source, hint="export it as CSV, or from PubMed as nbib or XML")
    for name, pattern in _BY_START:
        if pattern.match(start):
            return name
    lines = [line for line in start.splitlines()[: -1 if len(head) > 4096 else None] if line.strip()]
    if len(lines) > 1 and all(_TAGGED.fullmatch(line) for line in lines):
        return "iob"
    if lines and _is_header(lines[0]):
        return "csv"
    by_suffix = next((one.name for one in FORMATS.values() if suffix and suffix in one.suffixes), None)
    if by_suffix is None and not text:
        raise SourceError(
            "is in no format that nanocart knows", source=source, hint=f"say which with --from: {', '.join(READABLE)}"
        )
    return by_suffix if by_suffix in READABLE and by_suffix is not None else "text"


def _decoded(head: bytes, source: str) -> str:
    wide = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    wide = wide or ("utf-16-le" if head.startswith(b"<\0") else "utf-16-be" if head.startswith(b"\0<") else "")
    if not wide and (b"\0" in head or head.startswith(b"%PDF-")):
        kind = "a PDF" if head.startswith(b"%PDF-") else "Parquet" if head.startswith(b"PAR1") else "binary data"
        raise SourceError(f"is {kind}, not text", source=source, hint=f"nanocart reads: {', '.join(READABLE)}")
    return head.decode(wide or "utf-8", "replace")


def _xml(start: str, source: str) -> str:
    for name, pattern in (("pubmed", _PUBMED), ("bioc-xml", _BIOC_XML)):
        if pattern.search(start):
            return name
    raise SourceError("is XML of another kind", source=source, hint="nanocart reads XML of PubMed and of BioC")


def _json(start: str, source: str, suffix: str) -> str:
    if _BIOC_JSON.search(start):
        return "bioc-json"
    if start.startswith("[") or start.split("\n", 1)[0].strip() == "{":
        if suffix in FORMATS["bioc-json"].suffixes and start.startswith("{"):
            return "bioc-json"
        hint = "write one object a line: jq -c '.[]' FILE, or jq -c . FILE"
        raise SourceError("is one JSON text over several lines, or a list", source=source, hint=hint)
    return "jsonl"


def _is_header(line: str) -> bool:
    """Whether the line names columns of which nanocart knows at least two."""
    from nanocart.corpora.delimited import HEADINGS

    cells = re.split("[\t,;]", line)
    known = {heading for headings in HEADINGS.values() for heading in headings}
    return sum(" ".join(cell.strip().strip('"').replace("_", " ").lower().split()) in known for cell in cells) > 1


def read_documents(
    inputs: Iterable[str | os.PathLike[str]],
    format: str | None = None,
    split: Split | None = None,
    *,
    stdin: BinaryIO | None = None,
    limit: int = MAX_CHARACTERS,
) -> Iterator[Item]:
    """The documents of files, folders, globs, archives and `-`, in the order given, and what could not be read.

    `format` is one of `READABLE` (default: recognised in each file); `split="blank"` makes a document of each paragraph
    of a plain text. Files of a folder or an archive are plain text only where their suffix says so. A `.txt` and a
    `.ann` of one name are brat's. Deletions of PubMed's update files are yielded as they are.

    Of several records with one id the first stands, whatever its version; the others are yielded as `RecordError`, as
    is a text of more than `limit` characters. Raises `UsageError` where there is no such format.
    """
    if format is not None and format not in READABLE:
        raise unknown_format(format, READABLE)
    return _checked([os.fspath(one) for one in inputs], format, split, stdin, limit)


def unknown_format(name: str, known: tuple[str, ...]) -> UsageError:
    """The error that names the formats that there are."""
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(known)}"
    return UsageError(f"there is no format {name!r}", hint=hint)


def _checked(
    inputs: list[str], format: str | None, split: Split | None, stdin: BinaryIO | None, limit: int
) -> Iterator[Item]:
    seen: dict[str, str] = {}
    for source, one, named_by_file in _all(inputs, format, split, stdin):
        if not isinstance(one, Document):
            yield one
        elif len(one.text) > limit:
            problem = f"the text has {len(one.text):,} characters, more than the {limit:,} that an abstract may have"
            hint = "cut it into documents, or split a plain text with --split blank"
            yield RecordError(problem, source=source, record=one.id, hint=hint)
        elif one.id not in seen:
            seen[one.id] = source
            yield one
        elif named_by_file:  # two files of one name in two folders are two documents
            number = next(n for n in range(2, len(seen) + 3) if f"{one.id}~{n}" not in seen)
            seen[f"{one.id}~{number}"] = source
            yield replace(one, id=f"{one.id}~{number}")
        else:
            hint = "the first one stands; remove one of them, or give it an id of its own"
            yield RecordError(f"duplicate: {seen[one.id]} has this id already", source=source, record=one.id, hint=hint)


def _all(
    inputs: list[str], format: str | None, split: Split | None, stdin: BinaryIO | None
) -> Iterator[tuple[str, Item, bool]]:
    """Every item with the name of its source, and whether its id was made from that name."""
    from nanocart.corpora.pairs import Pair, paired
    from nanocart.corpora.sources import open_sources

    folders = tuple(one.rstrip(os.sep) + os.sep for one in inputs if Path(one).is_dir())
    found = open_sources(inputs, stdin=stdin)
    for one in paired(found, whole=format == "brat") if format in (None, "brat") else found:
        if isinstance(one, NanocartError):
            yield one.source, one, False
        elif isinstance(one, Pair):
            for item in _guarded(one.read, one.source):
                yield one.source, item, False
        else:
            given = "!" not in one.name and not one.name.startswith(folders)
            name, reader = format, None
            try:
                name = format or recognise(one.stream.peek(8192)[:8192], one.name, one.suffix, text=given)
                reader = _reader(name, one, split)
            except SourceError as error:
                yield one.name, error, False
            if name and reader:
                for item in _guarded(reader, one.name):
                    yield one.name, item, FORMATS[name].named_by_file


def _reader(name: str, source: Source, split: Split | None) -> Callable[[], Iterator[Item]]:
    if name == "brat":
        problem = "is of brat, but no pair of .txt and .ann"
        raise SourceError(problem, source=source.name, hint="name the folder that holds both")
    options = {**FORMATS[name].options, **({"split": split} if name == "text" and split else {})}
    read = function(FORMATS[name].reader)
    return lambda: read(source.stream, source.name, **options)


def _guarded(read: Callable[[], Iterator[Any]], source: str) -> Iterator[Any]:
    """What a reader yields, and as its last item what stopped it."""
    try:
        yield from read()
    except (SourceError, RecordError) as error:
        yield error
    except UsageError:
        raise
    except Exception as error:  # a fault of a reader costs the rest of one file, not of a night's run
        hint = "this is a fault of nanocart: please report it with the file"
        failed = SourceError(f"cannot be read: {type(error).__name__}: {error}", source=source, hint=hint)
        failed.__cause__ = error
        yield failed


def function(path: str) -> Any:
    """The function that a format names as "module:function" within `nanocart.corpora`."""
    # Only the formats that are used are imported: lxml, bioc and pyarrow take their time.
    module, _, name = path.partition(":")
    return getattr(import_module(f"nanocart.corpora.{module}"), name)
