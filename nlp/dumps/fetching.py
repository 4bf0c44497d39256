"""Fetching NLM's PubMed dump: every file of a folder of its server, whole and as its MD5 says.

The baseline comes out once a year, update files every day; beside each file lies its MD5
(https://pubmed.ncbi.nlm.nih.gov/download/). A file has its final name only once its MD5 agreed, and then its .md5
beside it: where both are there it is not fetched again. Until then it has a hidden name that ends in .part, and the
next run goes on from there.

>>> fetch("updates", "updates/").failed  # doctest: +SKIP
{}
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final, Literal
from urllib.parse import urlsplit

import requests

from nanocart.dumps.bringing import bring, is_whole, part_of
from nanocart.dumps.downloading import Downloader, patience
from nanocart.dumps.listing import Listed, listed
from nanocart.errors import NanocartError, SourceError, UsageError

Kind = Literal["baseline", "updates"]

NLM: Final = "https://ftp.ncbi.nlm.nih.gov/pubmed/"
MOST_PARALLEL: Final = 6
"""More connections at once would be at the cost of others."""
_FOLDERS: Final[dict[str, str]] = {"baseline": "baseline/", "updates": "updatefiles/"}
_TIMES: Final = 6
_TIMES_LISTING: Final = 3
"""How often a file, and the listing for which somebody waits, are asked for again."""
_LEAVE: Final = 0.5
"""Seconds that a thread is given to end; one that waits for the server ends with the process."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the server has: files that are `kept`, files that are `missing`, links that are `refused` for their name."""

    kept: list[str]
    missing: list[Listed]
    refused: list[str]


@dataclass(slots=True)
class Report:
    """What came of a fetch: names of files, why each of the `failed` did, and the bytes that came of those expected."""

    kept: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    files: int = 0
    bytes: int = 0
    expected: int = 0

    @property
    def ended(self) -> int:
        """How many of the files are done with."""
        return len(self.kept) + len(self.fetched) + len(self.failed)


@dataclass(frozen=True, slots=True)
class _Ended:
    name: str
    fetched: bool = False
    problem: str = ""


def plan(
    kind: Kind,
    folder: str | os.PathLike[str],
    *,
    url: str = NLM,
    verify: bool = False,
    stall: float = 60,
    backoff: float = 1,
) -> Plan:
    """What `fetch` would keep and fetch. Raises as it does; writes nothing."""
    address = _address(kind, url)
    with requests.Session() as session:
        line = Downloader(session, patience(_TIMES_LISTING, backoff), stall, Event(), lambda _: None)
        files, refused = listed(line.text(address))
    if not files:
        raise SourceError("lists no files of a dump", source=address, hint="check the address")
    here = {one.name for one in files if is_whole(Path(folder) / one.name)} if not verify else set()
    return Plan(sorted(here), [_left(one, Path(folder)) for one in files if one.name not in here], refused)


def fetch(
    kind: Kind,
    folder: str | os.PathLike[str],
    *,
    url: str = NLM,
    parallel: int = 3,
    verify: bool = False,
    told: Callable[[Report], None] | None = None,
    stall: float = 60,
    backoff: float = 1,
) -> Report:
    """Fetch the baseline or the update files into a folder; what is there already is kept.

    `url` is the folder above `baseline/` and `updatefiles/`; `parallel` how many files come at once. `verify` reads
    every file that is there and compares it with the server's MD5; a file that differs is fetched again. `told` is
    called with the report so far whenever something came. A connection without a byte for `stall` seconds is given up;
    pauses between tries are multiples of `backoff` seconds.

    A file that fails for good is in the report's `failed`, and the others go on. Raises `SourceError` where the listing
    cannot be had, `UsageError` for a wrong option and where another run fetches into the folder, `NanocartError` where
    the disk is full or fails.
    """
    if not 1 <= parallel <= MOST_PARALLEL:
        raise UsageError(f"{parallel} files at once", hint=f"from 1 to {MOST_PARALLEL}, others fetch too")
    place = Path(folder)
    address = _address(kind, url)
    found = plan(kind, place, url=url, verify=verify, stall=stall, backoff=backoff)
    report = Report(found.kept, refused=found.refused, files=len(found.kept) + len(found.missing))
    report.expected = sum(one.size for one in found.missing if not (place / one.name).exists())
    with _disk(place), _alone(place):
        waiting: SimpleQueue[str] = SimpleQueue()
        for one in found.missing:
            waiting.put(one.name)
        news: SimpleQueue[int | _Ended | BaseException] = SimpleQueue()
        stop = Event()

        def work() -> None:
            try:
                with requests.Session() as session, suppress(Empty):
                    line = Downloader(session, patience(_TIMES, backoff), stall, stop, news.put)
                    while not stop.is_set():
                        name = waiting.get_nowait()
                        try:
                            news.put(_Ended(name, fetched=bring(line, address + name, place / name)))
                        except SourceError as error:
                            news.put(_Ended(name, problem=str(error)))
            except BaseException as error:
                news.put(error)

        # Threads of a pool would hold up the end of an interrupted process until the server has said something.
        threads = [Thread(target=work, daemon=True) for _ in range(min(parallel, len(found.missing)))]
        for thread in threads:
            thread.start()
        try:
            while report.ended < report.files:
                _note(report, news.get())
                if told:
                    told(report)
        finally:
            stop.set()
            for thread in threads:
                thread.join(_LEAVE)
    return report


def _note(report: Report, news: int | _Ended | BaseException) -> None:
    if isinstance(news, int):
        report.bytes += news
    elif isinstance(news, BaseException):
        raise news
    elif news.problem:
        report.failed[news.name] = news.problem
    else:
        (report.fetched if news.fetched else report.kept).append(news.name)


def _left(one: Listed, folder: Path) -> Listed:
    """With what is still to come of the file: what lies in its .part is not fetched again."""
    part = part_of(folder / one.name)
    return replace(one, size=max(0, one.size - part.stat().st_size)) if part.exists() else one


def _address(kind: str, url: str) -> str:
    if kind not in _FOLDERS:
        raise UsageError(f"there is no {kind!r} to fetch", hint=f"one of {', '.join(_FOLDERS)}")
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return f"{url.rstrip('/')}/{_FOLDERS[kind]}"
    raise UsageError(f"{url}: cannot be fetched from", hint="an address with http:// or https:// in front")


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing; whatever the disk refuses within the block is told in words."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else f"cannot be written: {error.strerror or error}"
        hint = "make room" if full else "check the folder and its permissions"
        raise NanocartError(f"{folder}: {why}", hint=f"{hint}, and start again: what was fetched stays") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run at a time: two would write into the same .part. The lock is the system's, and ends with the process."""
    with (folder / ".fetching").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder}: another run fetches into it", hint="wait for its end") from None
        except OSError:  # a file system without locks
            pass
        yield
