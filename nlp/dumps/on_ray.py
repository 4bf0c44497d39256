"""The same work on a cluster, by Ray Data (https://docs.ray.io/en/latest/data/data.html).

Ray starts actors, retries what dies, grows and shrinks the cluster; here is only what an actor does. Parts are written
by the actors and tables by the driver, so that the result folder has to be one that all of them see: a shared file
system, or an object store (s3://...).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from nanocart.dumps.manifest import Entry
from nanocart.dumps.reading import Reader, Task
from nanocart.dumps.recipe import Recipe
from nanocart.dumps.store import Store
from nanocart.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class Actor:
    """Reads one file after the other, with a model that is loaded once."""

    def __init__(self, recipe: Recipe, store: Store) -> None:
        self.reader = Reader(recipe, store)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row of a task with the entry that came of it."""
        return {"at": row["at"], "entry": self.reader(row["task"])}


def read_all(
    tasks: Sequence[Task], reader: Reader, *, workers: int | None = None, cpus: float = 1
) -> Iterator[tuple[Task, Entry]]:
    """What comes of each task, as soon as it does.

    `workers` is the number of actors (default: as many as the cluster has cores for), `cpus` the cores of one. Raises
    `UsageError` where Ray is not installed.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise UsageError("Ray is not installed", hint='pip install "nanocart[scale]"') from error
    if not tasks:
        return
    if not ray.is_initialized():
        ray.init(log_to_driver=False)  # finds the cluster by RAY_ADDRESS, or starts one on this machine
    count = workers or max(1, int(ray.cluster_resources().get("CPU", 1) / cpus))  # type: ignore[no-untyped-call]
    items = [{"at": at, "task": task} for at, task in enumerate(tasks)]
    done = ray.data.from_items(items, override_num_blocks=len(tasks)).map(
        cast(Any, Actor),
        fn_constructor_args=(reader.recipe, reader.store),
        concurrency=(1, min(count, len(tasks))),
        num_cpus=cpus,
    )
    for row in done.iter_rows():
        yield tasks[row["at"]], row["entry"]
