"""Ctrl-C within a command that has other processes at work."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it Ctrl-C interrupts this process, and its workers leave quietly instead of telling where they stood."""
    parent = os.getpid()

    def stop(number: int, frame: Any) -> None:
        if os.getpid() != parent:
            os._exit(0)
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGINT, stop)
    except ValueError:  # not the main thread, where nobody presses Ctrl-C
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
