"""Putting a trained model where the package ships it from, its weights in half precision.

    python -m nanocart.models.learning.release RUN/model

Prints size and SHA-256 of every file, which `models/REPRODUCE.md` keeps.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path

from nanocart.models.shelf import SHIPPED


def release(model: str | Path, folder: Path = SHIPPED) -> None:
    """Write a model's folder anew as a release. Raises `SourceError` where it is broken."""
    from nanocart.models.learning.folder import from_pretrained, save_pretrained

    save_pretrained(from_pretrained(model), folder, half=True)


def listed(folder: Path = SHIPPED) -> Iterator[str]:
    """A line for each file: its hash, its size in bytes, its name."""
    for one in sorted(folder.iterdir()):
        content = one.read_bytes()
        yield f"{hashlib.sha256(content).hexdigest()}  {len(content):>10,}  {one.name}"


def main() -> None:
    """Release the model that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("model", help="the folder of a trained model")
    release(parser.parse_args().model)
    print("\n".join(listed()))


if __name__ == "__main__":
    main()
