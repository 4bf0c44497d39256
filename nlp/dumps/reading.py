"""Reading one dump file into its part: what is done on every worker, whoever sends it there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from nanocart.corpora.pubmed_xml import Deletion
from nanocart.dumps import parts
from nanocart.dumps.files import DumpFile
from nanocart.dumps.manifest import DAMAGED, DONE, FAILED, Entry
from nanocart.dumps.parts import Skipped
from nanocart.dumps.recipe import Recipe
from nanocart.dumps.store import Store
from nanocart.errors import NanocartError, RecordError, SourceError
from nanocart.running import run
from nanocart.schema import Document
from nanocart.screen.dumps import DAMAGES, damage, decompressed
from nanocart.screen.screening import Counts, Screen
from nanocart.screen.sightings import Sighting

if TYPE_CHECKING:
    from spacy.language import Language

_HINT: Final = "fetch it anew, and run again"


@dataclass(frozen=True, slots=True)
class Task:
    """A file that is to be read: out of the dump, or, `again`, out of the texts of its part.

    `carefully` reads a record at a time and tells of each step beforehand, so that one that ends the process is known;
    the steps in `avoid` have done so, and are passed over.
    """

    file: DumpFile
    again: Entry | None = None
    carefully: bool = False
    avoid: frozenset[str] = field(default_factory=frozenset)


class Reader:
    """Reads files into parts of a store. The model and the screen are made when they are first needed."""

    def __init__(self, recipe: Recipe, store: Store) -> None:
        self.recipe = recipe
        self.store = store
        self.name = recipe.reader()

    @cached_property
    def nlp(self) -> Language:
        """The pipeline."""
        return self.recipe.load()

    @cached_property
    def screen(self) -> Screen:
        """The screen."""
        return Screen(self.recipe.query)

    def __call__(self, task: Task, told: Callable[[str], None] | None = None) -> Entry:
        """Make a file's part; what comes of it is the manifest's entry, with the state `failed` where nothing did."""
        start = time.perf_counter()
        try:
            entry = self._again(task, task.again, told) if task.again else self._anew(task, told)
        except Exception as error:  # whatever a library raises costs one file
            entry = Entry(task.file.name, FAILED, reason=_said(error))
        return replace(entry, seconds=round(time.perf_counter() - start, 3))

    def _anew(self, task: Task, told: Callable[[str], None] | None) -> Entry:
        file = task.file
        size, changed = file.state()
        md5 = file.digest()
        entry = Entry(file.name, FAILED, size=size, changed=changed, md5=md5)
        stated = file.checksum()
        if stated is not None and stated != md5:
            reason = f"its MD5 is {md5}, and the file beside it states {stated or 'none'}; {_HINT}"
            return replace(entry, reason=reason)
        look = _Look(self, task, told)
        found = look.read(look.screened())
        counts, name = look.counts, file.name
        made = parts.write_documents(self.store, name, found)
        parts.write_sightings(self.store, name, look.sightings)
        parts.write_skipped(self.store, name, look.skipped)
        return replace(
            entry,
            state=DAMAGED if look.cut else DONE,
            reason=look.cut,
            bytes=counts.bytes,
            records=counts.records,
            raw=counts.raw,
            matched=counts.matched,
            deletions=look.deletions,
            skipped=len(look.skipped),
            findings=sum(len(one.findings) for one in found),
            reader=self.name,
            made=made,
        )

    def _again(self, task: Task, entry: Entry, told: Callable[[str], None] | None) -> Entry:
        look = _Look(self, task, told)
        name = task.file.name
        # What was skipped when the file was parsed has a place in it; what broke the pipeline is tried again.
        look.skipped = [one for one in parts.skipped(self.store, name) if one.where]
        found = look.read(list(parts.documents(self.store, name)))
        made = parts.write_documents(self.store, name, found)
        parts.write_skipped(self.store, name, look.skipped)
        findings = sum(len(one.findings) for one in found)
        return replace(entry, skipped=len(look.skipped), findings=findings, reader=self.name, made=made)


class _Look:
    """One look at a file, and what it counts."""

    def __init__(self, reader: Reader, task: Task, told: Callable[[str], None] | None) -> None:
        self.reader, self.task, self.told = reader, task, told
        self.counts = Counts()
        self.sightings: list[Sighting] = []
        self.skipped: list[Skipped] = []
        self.deletions = 0
        self.cut = ""

    def screened(self) -> list[Document]:
        """The documents that match."""
        file, found = self.task.file, []
        with file.opened() as raw:
            try:
                with decompressed(raw, file.path) as stream:
                    for one in self.reader.screen(
                        stream, file.path, self.counts, sightings=self.sightings, gate=partial(self._gate, "parse")
                    ):
                        if isinstance(one, Document) and one.id.isdecimal():
                            found.append(one)
                        elif isinstance(one, Document):
                            self.failed(RecordError("its PMID is no number", record=one.id, hint="fetch it anew"))
                        elif isinstance(one, Deletion):
                            self.deletions += 1
                        else:
                            self.failed(one)
            except DAMAGES as error:
                self.cut = damage(error)
        return found

    def read(self, documents: list[Document]) -> list[Document]:
        """The documents with what is found in them; one that cannot be read stays as it is."""
        if not self.task.carefully:
            read = list(run(documents, self.reader.nlp, self.failed))
        else:
            read = [one for each in documents for one in self._alone(each)]
        # Those that failed are missing among those that were read, which are in the order of all.
        at = iter([*read, None])
        following = next(at)
        found = []
        for one in documents:
            if following is not None and (following.id, following.text) == (one.id, one.text):
                found.append(following)
                following = next(at)
            else:
                found.append(one.without_annotations())
        return found

    def _alone(self, document: Document) -> Iterator[Document]:
        if self._gate("read", document.id):
            yield from run([document], self.reader.nlp, self.failed)
        else:
            hint = "please report it with the text"
            self.failed(RecordError("was passed over: reading it ended the process", record=document.id, hint=hint))

    def failed(self, error: RecordError) -> None:
        """Note what cannot be read."""
        self.skipped.append(Skipped.of(self.task.file.name, error))

    def _gate(self, step: str, pmid: str) -> bool:
        name = f"{step} {pmid}"
        if self.task.carefully and self.told:
            self.told(name)
        return name not in self.task.avoid


def _said(error: Exception) -> str:
    if isinstance(error, SourceError):
        return error.reason
    if isinstance(error, NanocartError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    if isinstance(error, MemoryError):
        return "out of memory"
    return f"this is a fault of nanocart, please report it: {type(error).__name__}: {error}"
