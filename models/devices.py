"""Where a network is run, and on how many cores."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def best_device() -> str:
    """CUDA or MPS where there is one and torch is installed, else the processor.

    Torch takes seconds to import, so that it is only asked where a driver shows that there may be a GPU.
    """
    if not (which("nvidia-smi") or Path("/dev/nvidiactl").exists() or sys.platform == "darwin"):
        return "cpu"
    try:
        import torch
    except ImportError:
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def mixed_precision(kind: str) -> torch.autocast:
    """Where products are in bfloat16: on a kind of device ("cuda", "cpu") that is CUDA, and nowhere else."""
    import torch

    return torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda")
