"""A run over a dump: reads what is new, makes the tables, says what has changed.

>>> import tempfile
>>> from nanocart.dumps.recipe import Recipe
>>> from nanocart.screen.query import preset
>>> Run(tempfile.mkdtemp(), Recipe(preset("car"), "rules")).plan([]).tasks
[]
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from nanocart import __version__
from nanocart.dumps import parts, tables
from nanocart.dumps.current import gaps, year_that_counts
from nanocart.dumps.files import DumpFile, listed
from nanocart.dumps.manifest import DAMAGED, FAILED, Entry, Manifest
from nanocart.dumps.reading import Reader, Task
from nanocart.dumps.recipe import Recipe
from nanocart.dumps.store import Store
from nanocart.errors import NanocartError, SourceError, UsageError

SETTINGS: Final = "nanocart.json"
REPORT: Final = "report.json"
SKIPPED: Final = "skipped.jsonl"
_FORM: Final = 1
_MANY: Final = 10_000
"""Records among which a screen that finds nothing is suspicious."""

Engine = Callable[[list[Task], Reader], Iterable[tuple[Task, Entry]]]


@dataclass(slots=True)
class Plan:
    """What a run would do: the files to read and their bytes, how many are known already, and what cannot be read.

    `older` are files of a year whose place a new baseline has taken.
    """

    tasks: list[Task] = field(default_factory=list)
    bytes: int = 0
    same: int = 0
    older: int = 0
    broken: list[SourceError] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What a run did, for people and monitors. `alarms` are what somebody should look at."""

    run: int = 0
    nanocart: str = __version__
    started: str = ""
    seconds: float = 0.0
    read: int = 0
    same: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    damaged: list[dict[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    bytes: int = 0
    records: int = 0
    raw: int = 0
    matched: int = 0
    deletions: int = 0
    skipped: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    documents: int = 0
    notes: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether nothing failed, is damaged or is suspicious."""
        return not (self.failed or self.damaged or self.alarms)


class Run:
    """A result folder, and the recipe by which it is made.

    Raises `UsageError` where the folder is another thing, or was made by another recipe: `again` reads the texts that
    it keeps once more, which serves where only the reader is another one.
    """

    def __init__(self, out: str | os.PathLike[str], recipe: Recipe, *, again: bool = False) -> None:
        self.store = Store(out)
        self.recipe = recipe
        self.reader = Reader(recipe, self.store)
        self.again = again
        self._compare()
        self.manifest = Manifest(self.store)

    def _compare(self) -> None:
        """Compares the recipe with the one that the folder was made by."""
        where = self.store.where
        said = settings(self.store)
        if said is None:
            if self.store.names(""):
                raise UsageError(f"{where} is no result folder, and not empty", hint="name a new folder")
            if self.again:
                raise UsageError(f"{where} has no texts that could be read again", hint="leave --reread out")
        elif said.get("form") != _FORM:
            raise UsageError(f"{where} was made by nanocart {said.get('nanocart')}", hint="name a new folder")
        elif said["asked"] != self.recipe.asked():
            hint = "the dump has to be screened anew: name a new folder, or the terms that this one was made by"
            raise UsageError(f"{where} was made by other terms", hint=hint)
        elif said["reader"] != self.reader.name and not self.again:
            hint = "--reread reads its texts again, without the dump; or name a new folder"
            raise UsageError(f"{where} was made by another model, lexicon, setting or version", hint=hint)

    def plan(self, inputs: Iterable[str]) -> Plan:
        """What is to be done about these files, or, `again`, about the texts that another reader has read.

        A file is new where none of its name was read, or one of another size, or of another time and other bytes.
        Raises `UsageError` where there is no file at all, and as `nanocart.dumps.files.listed` does.
        """
        plan = Plan()
        if self.again:
            stale = [one for one in self.manifest if one.kept and one.reader != self.reader.name]
            plan.tasks = [Task(DumpFile.of(f"{one.name}.xml"), again=one) for one in stale]
            return plan
        year = tables.State.read(self.store).year
        for file in listed(inputs):
            if isinstance(file, SourceError):
                plan.broken.append(file)
            elif file.year < year:
                plan.older += 1
            else:
                self._add(plan, file)
        return plan

    def _add(self, plan: Plan, file: DumpFile) -> None:
        entry = self.manifest.entries.get(file.name)
        try:
            size, changed = file.state()
            known = entry is not None and entry.kept and size == entry.size and parts.whole(self.store, file.name)
            if entry and known and (changed == entry.changed or file.digest() == entry.md5):
                plan.same += 1
                if entry.reader != self.reader.name:
                    plan.tasks.append(Task(file, again=entry))
                return
        except OSError as error:
            plan.broken.append(SourceError(f"cannot be read: {error.strerror}", source=file.path, hint="try again"))
            return
        plan.tasks.append(Task(file))
        plan.bytes += size

    def __call__(
        self,
        plan: Plan,
        engine: Engine,
        *,
        told: Callable[[Entry], None] = lambda entry: None,
        making: Callable[[int, int], None] = lambda done, of: None,
    ) -> Report:
        """Do what is planned, and make the tables. Raises `NanocartError` where another run is at it, or by the disk.

        `told` is called with each file's entry, `making` with how many files' tables are made, and how many there are.
        """
        start = time.time()
        with self.store.locked():
            self.store.tidy()
            report = Report(started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start)), same=plan.same)
            report.failed = [{"file": one.source, "reason": one.reason} for one in plan.broken]
            try:
                said = {"form": _FORM, "nanocart": __version__, "asked": self.recipe.asked(),
                        "reader": self.reader.name, "model": self.recipe.model}  # fmt: skip
                self.store.write(SETTINGS, (json.dumps(said, indent=1) + "\n").encode())
                for task, entry in engine(plan.tasks, self.reader):
                    self._note(task, entry, report)
                    told(entry)
                self._make(report, making)
                report.seconds = round(time.time() - start, 1)
                self.store.write(REPORT, (json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n").encode())
            except OSError as error:
                problem = f"{self.store.where}: cannot be written: {error.strerror or error}"
                raise NanocartError(problem, hint="nothing is lost: make room, and run again") from error
        return report

    def _note(self, task: Task, entry: Entry, report: Report) -> None:
        """Takes an entry into the manifest and the report; where there is a part already, a failure leaves it."""
        kept = self.manifest.entries.get(entry.name)
        if entry.state == FAILED:
            report.failed.append({"file": task.file.path, "reason": entry.reason})
            if kept and kept.kept:
                entry = replace(kept, reason=f"reading it anew failed: {entry.reason}")
        else:
            report.read += 1
            report.skipped += entry.skipped
            if entry.state == DAMAGED:
                report.damaged.append({"file": task.file.path, "reason": entry.reason})
            if not task.again:
                report.bytes += entry.bytes
                report.records += entry.records
                report.raw += entry.raw
                report.matched += entry.matched
                report.deletions += entry.deletions
        self.manifest.note(entry)

    def _make(self, report: Report, making: Callable[[int, int], None]) -> None:
        files = sorted(DumpFile.of(f"{one.name}.xml") for one in self.manifest if one.kept)
        before = tables.State.read(self.store)
        year = year_that_counts(files, self._sightings) if files else before.year
        counting = [one for one in files if one.year == year]
        naming = self.recipe.naming()
        names = [one.name for one in counting]
        # Names in the tables are the reader's, so that another one may change them where it finds the same.
        made = {name: f"{entry.made} {entry.reader}" for name, entry in self.manifest.entries.items()}
        changes = tables.make(self.store, names, made, year, naming=(naming.name, naming.better), told=making)
        self._forget([one.name for one in files if one.year < year])
        lines = "".join(
            json.dumps(asdict(one), ensure_ascii=False) + "\n"
            for name in names
            for one in parts.skipped(self.store, name)
        )
        self.store.write(SKIPPED, lines.encode())
        state = tables.State.read(self.store)
        report.run, report.documents = state.run, state.documents
        report.added, report.changed, report.withdrawn = (changes[one] for one in ("added", "changed", "withdrawn"))
        report.missing = gaps(counting)
        waiting = sum(one.year > year for one in files)
        if waiting:
            report.notes.append(
                f"{waiting} files of a new baseline wait: it has not yet the citations that the old one has"
            )
        if report.records >= _MANY and not report.matched:
            why = "is this the dump, and are these the terms?"
            report.alarms.append(f"none of {report.records:,} records matched: {why}")
        if before.documents and not state.documents:
            report.alarms.append("no document is left")

    def _sightings(self, name: str) -> Any:
        return parts.sightings(self.store, name)

    def _forget(self, names: list[str]) -> None:
        """Removes what a new baseline has taken the place of."""
        for name in names:
            self.manifest.drop(name)
            parts.remove(self.store, name)
        if names:
            self.manifest.write()


def settings(store: Store) -> dict[str, Any] | None:
    """What a result folder says of itself; None where it is none. Raises `SourceError` where that is damaged."""
    try:
        said: dict[str, Any] = json.loads(store.read(SETTINGS))
    except FileNotFoundError:
        return None
    except ValueError as error:
        source = f"{store.where}/{SETTINGS}"
        raise SourceError("is damaged", source=source, hint="name a new folder") from error
    return said
