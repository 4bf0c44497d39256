"""What a run has read, found, skipped and written: counted as documents stream through, then told."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nanocart.errors import NanocartError, RecordError, SourceError
from nanocart.schema import LABELS, Document

if TYPE_CHECKING:
    from nanocart.corpora.formats import Item

_PARTICULARS: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\S*[\d/!]\S*")
_PLACES: Final = 3


@dataclass(slots=True)
class Tally:
    """The counts of one run. `read` and `count` let documents through and change nothing in them."""

    documents: int = 0
    words: int = 0
    out_of_scope: int = 0
    entities: Counter[str] = field(default_factory=Counter)
    relations: int = 0
    findings: int = 0
    deletions: int = 0
    skipped: list[RecordError | SourceError] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def read(self, items: Iterable[Item]) -> Iterator[Document]:
        """The documents among what `read_documents` yields; the rest is counted."""
        for one in items:
            if isinstance(one, Document):
                yield one
            elif isinstance(one, RecordError | SourceError):
                self.skipped.append(one)
            else:
                self.deletions += 1

    def count(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents, counted with what is annotated in them, and the time that they took."""
        start = time.perf_counter()
        for one in documents:
            self.documents += 1
            self.words += len(one.text.split())
            self.out_of_scope += one.study.in_scope is False
            self.entities.update(mention.label for mention in one.entities)
            self.relations += len(one.relations)
            self.findings += len(one.findings)
            self.seconds = time.perf_counter() - start
            yield one

    def unless_empty(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The documents. Raises `NothingReadError` at their end where there were none and something was skipped."""
        yield from documents
        if not self.documents and self.skipped:
            raise NothingReadError("nothing could be read", hint="what was skipped, and why, is listed above")

    def exit_code(self, max_skipped: int | None = None) -> int:
        """0, or 1 where nothing could be read or more was skipped than is allowed."""
        nothing = not self.documents and bool(self.skipped)
        return int(nothing or (max_skipped is not None and len(self.skipped) > max_skipped))

    def summary(self, annotated: bool = True) -> str:
        """The counts in a few lines, for a person."""
        lines = [self._first_line(annotated)]
        if annotated:
            types = ", ".join(f"{self.entities[label]:,} {label}" for label in LABELS if self.entities[label])
            lines.append(f"mentions: {types or 'none'}; relations: {self.relations:,}; findings: {self.findings:,}")
        if self.deletions:
            lines.append(f"deletions in update files, passed over: {self.deletions:,}")
        lines += self.reasons()
        lines += [f"written: {path}" for path in self.written]
        return "\n".join(lines)

    def _first_line(self, annotated: bool) -> str:
        parts = [f"{self.documents:,} document{'' if self.documents == 1 else 's'}"]
        if annotated and self.out_of_scope:
            parts.append(f"{self.out_of_scope:,} out of scope")
        parts.append(f"{self.words:,} words")
        if annotated and self.seconds > 0:
            parts.append(f"{self.words / self.seconds:,.0f} words a second")
        return ", ".join(parts)

    def reasons(self) -> list[str]:
        """What was skipped, alike reasons together, each with its first places."""
        if not self.skipped:
            return []
        groups: dict[str, list[RecordError | SourceError]] = {}
        for one in self.skipped:
            groups.setdefault(_PARTICULARS.sub("…", one.reason), []).append(one)
        lines = [f"skipped: {len(self.skipped):,}"]
        for kind, alike in sorted(groups.items(), key=lambda one: -len(one[1])):
            if len(alike) == 1:
                lines.append(f"  {alike[0]}")
                continue
            # What differs among them ("three cells", "four cells") is left out of the heading.
            said = alike[0].reason if len({one.reason for one in alike}) == 1 else kind
            lines.append(f"  {len(alike):,} × {said}" + (f" ({alike[0].hint})" if alike[0].hint else ""))
            lines += [f"      {_place(one)}" for one in alike[:_PLACES]]
            if len(alike) > _PLACES:
                lines.append(f"      and {len(alike) - _PLACES:,} more")
        return lines

    def report(self) -> dict[str, Any]:
        """Everything as plain JSON, every skipped record by itself."""
        return {
            "documents": self.documents,
            "words": self.words,
            "words_per_second": round(self.words / self.seconds) if self.seconds else None,
            "out_of_scope": self.out_of_scope,
            "entities": {label: self.entities[label] for label in LABELS},
            "relations": self.relations,
            "findings": self.findings,
            "deletions": self.deletions,
            "written": self.written,
            "skipped": [
                {
                    "kind": "record" if isinstance(one, RecordError) else "source",
                    "source": one.source,
                    "where": one.where,
                    "record": one.record if isinstance(one, RecordError) else "",
                    "reason": one.reason,
                    "hint": one.hint,
                }
                for one in self.skipped
            ],
        }

    def tell(self, report: str | None = None, annotated: bool = True) -> None:
        """Print the summary to standard error, and write the report where one is asked for."""
        if report is not None:
            self.write_report(report)
        click.echo(self.summary(annotated), err=True)
        if report is not None:
            click.echo(f"report: {report}", err=True)

    def write_report(self, path: str) -> None:
        """The report as a JSON file."""
        from nanocart.corpora.saving import whole_file

        with whole_file(Path(path)) as file:
            file.write(json.dumps(self.report(), ensure_ascii=False, indent=1).encode("utf-8") + b"\n")


class NothingReadError(NanocartError):
    """No input could be read, so nothing is written."""


def _place(one: RecordError | SourceError) -> str:
    record = f"record {one.record}" if isinstance(one, RecordError) and one.record else ""
    return ", ".join(part for part in (one.source, one.where, record) if part)
