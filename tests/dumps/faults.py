"""Kills runs at random moments, starts them again, and compares what they leave with an undisturbed one.

    python -m tests.dumps.faults DUMP [--model NAME] [--preset NAME] [--kills N] [--a-run N] [--workers N] [--seed N]

SIGKILL goes to the process that runs, or to one of its workers. Works on Linux.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from pathlib import Path

from spacy.language import Language

from nanocart import pipeline
from nanocart.dumps.reading import Reader, Task
from nanocart.dumps.recipe import Recipe
from nanocart.dumps.run import Run
from nanocart.dumps.workers import read_all
from nanocart.screen.query import preset
from nanocart.screen.screening import Screen
from tests.dumps.dump import content


@dataclass(frozen=True)
class Loaded(Recipe):
    """A recipe whose model is loaded once for all runs, so that the time goes to the runs and not to loading."""

    def load(self) -> Language:
        return _loaded(self.model)


@cache
def _loaded(model: str) -> Language:
    return pipeline.load(model)


def _once(dump: Path, out: Path, recipe: Recipe, screen: Screen, workers: int) -> None:
    def engine(tasks: list[Task], reader: Reader) -> Iterable[object]:
        reader.screen = screen
        return read_all(tasks, reader, workers)

    work = Run(out, recipe)
    work(work.plan([str(dump)]), engine)  # type: ignore[arg-type]


def children(pid: int) -> list[int]:
    """The processes that a process has begun."""
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def disturbed(begin: partial[None], kills: int, span: float, dice: random.Random) -> Counter[str]:
    """Begin a run again and again until it ends by itself; so many kills come, within `span` seconds of each other."""
    context = multiprocessing.get_context("fork")
    done: Counter[str] = Counter()
    while True:
        process = context.Process(target=begin)
        process.start()
        while process.is_alive() and sum(done.values()) < kills:
            process.join(dice.uniform(0, span))
            victims = children(process.pid or 0)
            worker = bool(victims) and dice.random() < 0.5
            victim = dice.choice(victims) if worker else process.pid
            if process.is_alive() and victim:
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    done["worker" if worker else "run"] += 1
        process.join()
        if process.exitcode != -signal.SIGKILL:
            assert process.exitcode == 0, "a run that nobody killed failed"
            return done


def compare(dump: Path, recipe: Recipe, *, kills: int, a_run: int, workers: int, seed: int) -> Counter[str]:
    """Disturb runs until there were so many kills, `a_run` of them a run; raises where a result differs."""
    dice, total = random.Random(seed), Counter[str]()
    screen = Screen(recipe.query)
    recipe.load()
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder) / "calm"
        start = time.perf_counter()
        _once(dump, calm, recipe, screen, workers)
        took = time.perf_counter() - start
        wanted = content(calm)
        for number in count(1):
            if sum(total.values()) >= kills:
                break
            out = Path(folder) / f"out-{number}"
            begin = partial(_once, dump, out, recipe, screen, workers)
            total += disturbed(begin, min(a_run, kills - sum(total.values())), took / 4, dice)
            found = content(out)
            differing = sorted(one for one in {*wanted, *found} if wanted.get(one) != found.get(one))
            assert not differing, f"after {dict(total)} kills these files differ: {differing}"
            print(f"{number} runs, {dict(total)} killed, the same result", flush=True)
            shutil.rmtree(out)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", type=Path)
    parser.add_argument("--model", default="transformer")
    parser.add_argument("--preset", default="field")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--a-run", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    recipe = Loaded(preset(args.preset), args.model)
    compare(args.dump, recipe, kills=args.kills, a_run=args.a_run, workers=args.workers, seed=args.seed)


if __name__ == "__main__":
    main()
