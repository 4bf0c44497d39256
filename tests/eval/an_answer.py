"""A text and the answer of a language model about it."""

from __future__ import annotations

from typing import Any

from nanocart.schema import (
    SLOTS,
)

TEXT = "LNPs for fibrosis.\nLNPs carrying FAP CAR mRNA reduced fibrosis by 40%. No weight loss was seen."
NONE = {"in_scope": False, "entities": [], "relations": [], "findings": []}
Reply = tuple[int, Any] | tuple[int, Any, dict[str, str]]


def entity(surface: str, label: str, **rest: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("context", "category", "direction", "assertion", "kind"))
    return {"surface": surface, "label": label, **empty, **rest}


def row(outcome: int, **rest: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {**{slot: [] for slot in SLOTS}, "value": None, "compared_with": None}
    said = {"direction": "decreased", "assertion": "affirmed", "evidence": ""}
    return {"outcome": outcome, **empty, **said, **rest}


ANSWER = {
    "in_scope": True,
    "entities": [
        entity("LNPs", "NANOPARTICLE"),
        entity("CAR mRNA", "CARGO"),
        entity("fibrosis", "DISEASE", context="LNPs for fibrosis"),
        entity("fibrosis", "OUTCOME", context="reduced fibrosis", category="response", direction="decreased"),
        entity("40%", "VALUE"),
    ],
    "relations": [
        {"label": "CARRIES", "head": 0, "tail": 1, "assertion": "affirmed"},
        {"label": "TREATS", "head": 0, "tail": 2, "assertion": "speculated"},
    ],
    "findings": [row(3, nanoparticle=[0], cargo=[1], disease=[2], value=4, evidence="LNPs carrying FAP")],
}
