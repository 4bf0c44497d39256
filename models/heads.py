"""What the heads of the network decide: the vocabularies of what is said of a mention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nanocart.schema import ASSERTIONS, CATEGORIES, DIRECTIONS, QUALIFIER_KINDS

ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "category": CATEGORIES,
    "direction": DIRECTIONS,
    "assertion": ASSERTIONS,
    "kind": QUALIFIER_KINDS,
}
"""What is said of a mention, and the values that it can have."""
