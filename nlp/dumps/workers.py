"""Processes that read files side by side, and what happens where one of them dies.

A worker that is killed, by the system for its memory or by a record that crashes a library, costs nothing but time: its
file is read again, record by record, and a record that ends the process twice is passed over and named.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
import warnings
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final

from nanocart.dumps.manifest import FAILED, Entry
from nanocart.dumps.reading import Reader, Task
from nanocart.models.devices import best_device

_GUILTY: Final = 2
"""So often a step must have been the last one that a worker spoke of before it died."""
_DEATHS: Final = 6
"""Deaths after which a file is given up, not counting those that a guilty step explains."""
_DEATH_OF_PARENT: Final = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)


def read_all(tasks: Iterable[Task], reader: Reader, workers: int) -> Iterator[tuple[Task, Entry]]:
    """What comes of each task, as soon as it does; the order is not that of the tasks."""
    pool = _Pool(reader, workers)
    try:
        yield from pool.run(deque(tasks))
    finally:
        pool.stop()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: Task | None = None
    last: str = ""


@dataclass(slots=True)
class _Record:
    """What is known of a file that workers died of."""

    deaths: int = 0
    suspects: Counter[str] = field(default_factory=Counter)


class _Pool:
    def __init__(self, reader: Reader, workers: int) -> None:
        self.reader = reader
        # A fork shares what is loaded already, and costs no second start; but a GPU's driver does not live through it.
        forks = sys.platform == "linux" and (reader.recipe.device or best_device()) == "cpu"
        self.context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        self.count = workers
        self.workers: list[_Worker] = []
        self.deaths: dict[str, _Record] = {}

    def run(self, waiting: deque[Task]) -> Iterator[tuple[Task, Entry]]:
        if waiting and self.context.get_start_method() == "fork":
            _ = self.reader.screen, self.reader.nlp
        while waiting or any(one.task for one in self.workers):
            while len(self.workers) < min(self.count, len(waiting) + sum(one.task is not None for one in self.workers)):
                self.workers.append(self._begun())
            for one in self.workers:
                if one.task is None and waiting:
                    self._give(one, waiting.popleft())
            ready = set(wait([one.pipe for one in self.workers] + [one.process.sentinel for one in self.workers]))
            for one in list(self.workers):
                if one.pipe in ready or one.process.sentinel in ready:
                    yield from self._heard(one, waiting)

    def _begun(self) -> _Worker:
        mine, theirs = self.context.Pipe()
        process = self.context.Process(target=_serve, args=(theirs, self.reader), daemon=True)
        with warnings.catch_warnings():
            # Python 3.12 warns of threads, which here are those of numpy's and do not outlive a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        return _Worker(process, mine)

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.task, worker.last = task, ""
        with suppress(OSError):  # it has died meanwhile, which is seen next
            worker.pipe.send(task)

    def _heard(self, worker: _Worker, waiting: deque[Task]) -> Iterator[tuple[Task, Entry]]:
        """What a worker has said, all of it where it has died."""
        try:
            while worker.pipe.poll():
                said = worker.pipe.recv()
                if isinstance(said, str):
                    worker.last = said
                elif worker.task is not None:
                    task, worker.task = worker.task, None
                    yield task, said
        except (EOFError, OSError):
            worker.process.join()
        if not worker.process.is_alive():
            worker.process.join()
            self.workers.remove(worker)
            if worker.task is not None:
                again = self._after_death(worker, worker.task)
                if isinstance(again, Task):
                    waiting.appendleft(again)
                else:
                    yield worker.task, again

    def _after_death(self, worker: _Worker, task: Task) -> Task | Entry:
        record = self.deaths.setdefault(task.file.name, _Record())
        record.deaths += 1
        if worker.last:
            record.suspects[worker.last] += 1
        guilty = frozenset(step for step, count in record.suspects.items() if count >= _GUILTY)
        if record.deaths - _GUILTY * len(guilty) >= _DEATHS:
            reason = f"{record.deaths} workers died of it, the last one {_how(worker.process.exitcode)}"
            return Entry(task.file.name, FAILED, reason=reason)
        return replace(task, carefully=True, avoid=guilty)

    def stop(self) -> None:
        for one in self.workers:
            one.process.kill()
        for one in self.workers:
            one.process.join()
            one.pipe.close()


def _serve(pipe: Connection, reader: Reader) -> None:
    """What a worker does: it reads what it is given until nobody gives it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGKILL)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send(reader(task, pipe.send))


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"by {name}" + (", as the system does when memory runs out" if name == "SIGKILL" else "")
    return f"with exit code {code}"
