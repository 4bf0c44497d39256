"""Text and annotations in and out: formats, archives, inline mark-up, tables, the shipped corpora."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # `nanocart.corpora.load` without reading every format at `import nanocart`.
    if name == "load":
        from nanocart.corpora.gold import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
