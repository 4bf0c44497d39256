"""`DISEASE`: the condition treated or modelled, told from effects of the therapy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from nanocart.lexicon import Concept
from nanocart.rules.view import Candidate, View

_CELLS_FOLLOW: Final = re.compile(r"[- ]?(?:(?:stem|initiating)[- ])?(?:cells?|blasts?)\b", re.I)
_NAME_FOLLOWS: Final = re.compile(
    r"\s+(?:Institute|Society|Center|Centre|Association|Network|Registry|Foundation|Hospital)\b"
)
# Verbs and nouns that make a condition an effect: "reduced cardiac fibrosis", "prevention of GVHD".
_CHANGED: Final = re.compile(
    r"\b(?:reduc\w+|attenuat\w+|ameliorat\w+|alleviat\w+|mitigat\w+|prevent\w*|revers\w+|caus\w+|induc\w+"
    r"|develop\w+|exacerbat\w+|without|avoid\w*"
    r"|decreas\w+|abrogat\w+|suppress\w+|inhibit\w+|less|incidence of|severity of|risk of|rates? of|cases? of"
    r"|signs of|experienced|worsen\w+|resol\w+|(?:adverse|side|off-target|toxic) (?:effects?"
    r"|events?)[^.;]{0,20}(?:such as|including|like)|[Gg]r(?:ade)?\s?\d\S*(?:\s(?:or|and)\s\w+)?"
    r"|cases? \([\d.]+%\) of)"
    r"\s+(?:in\s+|of\s+)?(?:(?:the|a|an|both|severe|acute|chronic|any|of|and|symptoms|progression|development"
    r"|established|lethal|pathological)\s+){0,4}$",
    re.I,
)
_HAPPENED: Final = re.compile(
    r"\s+(?:\([^)]*\)\s+)?(?:was|were|occurred|developed|resolved|improved|progressed|in \d+)\b(?!\s+(?:treated"
    r"|used|established|selected))"
)
_CONDITION_OF: Final = re.compile(
    r"[-\s]*(?:patients?|models?|mice|therap\w+|immunotherap\w+|treatment|xenografts?|bearing|tumou?rs?)\b", re.I
)
_MALIGNANT: Final = re.compile(
    r"cancer|carcinoma|tumou?r|leuk|lymphoma|myeloma|sarcoma|melanoma|blastoma|glioma|neoplas|malignan|metasta", re.I
)


_NAMED: Final = re.compile(
    r"(?<![\w-])[A-Z][a-zé]+(?:[-–][A-Z][a-zé]+)?(?:['’]s)?\s(?:[Dd]isease|[Ss]yndrome)(?![\w])(?! (?:was"
    r"|occurred))"
)
_PAN: Final = re.compile(r"\bpan-$")
_LIST: Final = re.compile(r",?\s(?:and\s|or\s)?")
_NOT_NAMES: Final = re.compile(
    r"(?:The|This|These|Our|Progressive|Stable|Residual|Minimal|Measurable|Severe|Chronic|Acute|Active|Graft"
    r"|Release|\w+ing|Infectious|Rare|Such|No|In|With|And|Of|For)\b"
)
_FRONT: Final = re.compile(
    r"(?<![\w-])(?:(?:mature|extramedullary|primary|oral|[BT][- ]cell(?:[- ](?:related|driven|derived|mediated))?"
    r"|(?:lung|liver|kidney)/|ATTR\w*|AL)[- ]?(?<=[-/ ]))+$"
)


def candidates(view: View) -> Iterator[Candidate]:
    """Every condition that is treated or modelled, and, as `OUTCOME`, those that the sentence measures or changes."""
    for hit, concept, weak in view.of("DISEASE"):
        if (
            (weak and concept.id not in view.strong and not _is_listed(view, hit.start, hit.end))
            or _PAN.search(view.lower, max(0, hit.start - 4), hit.start)
            or _CELLS_FOLLOW.match(view.text, hit.end)
            or _NAME_FOLLOWS.match(view.text, hit.end)
        ):
            continue
        front = _FRONT.search(view.text, max(view.sentence_at(hit.start)[0], hit.start - 40), hit.start)
        if front:
            hit = replace(hit, start=front.start())  # noqa: PLW2901
        if is_effect(view, hit.start, hit.end, concept):
            yield Candidate(
                hit.start, hit.end, "OUTCOME", concept, f"lexicon {concept.id} + rule condition-as-effect", 1
            )
        else:
            yield Candidate(hit.start, hit.end, "DISEASE", concept, f"lexicon {concept.id}", 1)
    for match in _NAMED.finditer(view.text):
        if not _NOT_NAMES.match(match.group()):
            yield Candidate(match.start(), match.end(), "DISEASE", None, "rule named-disease", -1)


def _is_listed(view: View, start: int, end: int) -> bool:
    """Whether a weak name stands in a list with strong ones: "infections, cancers and autoimmune diseases"."""
    if not view.text[start:end].islower():
        return False
    others = [hit for hit, _, weak in view.of("DISEASE") if not weak]
    return any(_LIST.fullmatch(view.lower, end, hit.start) for hit in others if end < hit.start <= end + 8) or any(
        _LIST.fullmatch(view.lower, hit.end, start) for hit in others if hit.end < start <= hit.end + 8
    )


def is_effect(view: View, start: int, end: int, concept: Concept) -> bool:
    """Whether the condition is what the sentence measures, causes or changes (ruling 7)."""
    if _MALIGNANT.search(concept.name) or _CONDITION_OF.match(view.text, end):
        return False
    floor, _ = view.sentence_at(start)
    return bool(_CHANGED.search(view.text, max(floor, start - 70), start) or _HAPPENED.match(view.text, end))
