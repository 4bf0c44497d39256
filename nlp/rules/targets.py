"""`CAR_TARGET`: an antigen that a chimeric antigen receptor binds, told from ligands, checkpoints and markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nanocart.lexicon import Concept
from nanocart.rules.view import Candidate, View

_CAR: Final = re.compile(
    r"(?<![A-Za-z])(?:CARs?(?![\w])|CAR(?=T\b|NK\b|M\b)|CARTs?\b|[Cc]himeric[- ][Aa]ntigen[- ][Rr]eceptors?)"
)
# Between an antigen and the CAR it belongs to: "CD19-specific 4-1BB second-generation CAR", "CD19/CD22 tandem CAR".
_FILL: Final = (
    r"(?:specific|directed|targeted|targeting|redirected|reactive|restricted|based|bi-?specific|dual|tandem"
    r"|bivalent|biparatopic|bicistronic"
    r"|chimeric|receptor|antigen|autologous|allogeneic|human|humani[sz]ed|murine|second|third|fourth|first"
    r"|generation|CD28|4-1BB|41BB|BBz|BBζ"
    r"|CD3ζ|CD3z|zeta|scFv|nanobody|VHH|in vivo|armou?red|universal|engineered|single|and|or|plus|ligand|mRNA"
    r"|circRNA|circular RNA|RNA"
    r"|z|ζ|co-?stimulated|costimulatory|expressing|encoding|the|loop|novel|anti|off-the-shelf|off|shelf"
    r"|switchable|gene|edited|novel|affinity|low|high"
    r"|tuned|logic|gated|compound|cocktail|sequential|combined|NK|T)"
)
_TO_CAR: Final = re.compile(rf"[-‐‑–\s/,+&()§]*(?:{_FILL}[-‐‑–\s/,+&()§]+)*$")
_AFTER_CAR: Final = re.compile(
    r"\s*(?:(?!\S*(?:[Nn]ano|NP|particle|decorat|fragment|antibod|ligand"
    r"|liposom))\S+\s+){0,6}?(?:that\s+)?(?:targets?|targeting|targeted\s+(?:to|against|at|toward)|against"
    r"|specific\s+(?:for|to|against)"
    r"|directed\s+(?:against|to|at|toward)|recogni[sz](?:ing|e|es)|redirected\s+(?:to|against|toward)s?"
    r"|binding(?:\s+to)?|binds?|reactive\s+(?:to|with))"
    r"\s+(?:the\s+|human\s+|both\s+|tumou?r[- ](?:associated\s+)?antigens?\s+|antigens?\s+|such\s+as\s+"
    r"|including\s+|either\s+|anti-)*"
    r"(?:§[\s,/()]*(?:and\s+|or\s+|as well as\s+)?)*$"
)
_ANTI: Final = re.compile(r"(?:\banti|\bα)[-‐‑– ]?$")
_ANTIBODY: Final = re.compile(
    r"[-\s]*(?:\([^)]*\)\s*)?(?:monoclonal\s+)?(?:antibod|mab|blockade|inhibitor|checkpoint|bispecific|bite|adc"
    r"|immune checkpoint)",
    re.I,
)
_LIGAND: Final = re.compile(
    r"(?:[-\s]*(?:antibod(?:y|ies)|mAb|scFv|nanobody|Fab|ligand|aptamer)s?)?[-\s]*(?:targeted|targeting"
    r"|specific|directed|conjugated|decorated|functionali[sz]ed"
    r"|modified|coated|binding)[-\s]+(?:\S+\s+){0,4}$"
)
_MARKER: Final = re.compile(
    r"[+⁺−]|(?:high|low|hi|lo|pos|neg|bright|dim)(?!\w)|[- ](?:positive|negative|expressing|deficient|null)"
)
_GOAL: Final = re.compile(r"[^.;]{0,60}?\b(?:as|is|are|represents?)\b[^.;]{0,40}?\btargets?\b[^.;]{0,30}\bCAR", re.S)
# "targets, including BCMA, GPRC5D and FcRH5", in a document on CAR cells.
_LISTED: Final = re.compile(
    r"\b(?:targets?|antigens?)\b[^.;§]{0,25}(?:,|such as|including|like|\()\s*(?:the )?(?:§[\s,/()A-Z-]*(?:and "
    r"|or |as well as )?)*$"
)
_UNLISTED: Final = re.compile(
    r"\banti[-‐‑– ]([A-Z][A-Za-z]*\d[\w.]*(?:[-–]?[α-ωA-Z0-9]+)?"
    r"|[A-Z]{2,}[\w-]*?)(?=[-/\s]+(?:\S+\s+){0,2}?CARs?(?![\w]))"
    r"|(?<![\w-])([A-Z][A-Za-z]*\d[\w.]*|[A-Z]{3,}\w*)(?=[- ](?:specific|directed|redirected) CARs?(?![\w]))"
)
_NOT_ANTIGEN: Final = re.compile(
    r"(?:PD-?L?-?1|CTLA-?4|CAR|TCR|HLA|MHC|IL-?\d+\w*|mRNA|[A-Z]*NPs?|U?CAR.*|NK|CD3|CD28|TNF|IFN)$"
)
_COMMON_LIGANDS: Final = frozenset({"CD3", "CD4", "CD8", "CD28", "PD1", "CTLA4", "PDL1", "CD3E", "CD8A"})


def candidates(view: View) -> Iterator[Candidate]:
    """Every mention of a molecule that some statement of this document shows to be a CAR's target."""
    cars = [match.span() for match in _CAR.finditer(view.text)]
    if not cars:
        return
    hits: list[tuple[int, int, Concept | None, str]] = [
        (hit.start, hit.end, concept, f"lexicon {concept.id}") for hit, concept, _ in view.of("CAR_TARGET")
    ]
    known = {start for start, *_ in hits}
    for match in _UNLISTED.finditer(view.text):
        span = match.span(1) if match.group(1) else match.span(2)
        if span[0] not in known and not _NOT_ANTIGEN.match(view.text[slice(*span)]):
            hits.append((*span, None, "rule antigen-of-car"))
    hits.sort(key=lambda one: one[0])
    masked = _masked(view.text, hits)
    bound: set[str] = set()
    for start, end, concept, _ in hits:
        if _is_bound(view, masked, cars, start, end):
            bound.add(_key(view, start, end, concept))
    for start, end, concept, why in hits:
        if _key(view, start, end, concept) in bound and not _is_other_role(view, masked, cars, start, end):
            yield Candidate(start, end, "CAR_TARGET", concept, f"{why} + rule car-target", 2)


def _masked(text: str, hits: list[tuple[int, int, Concept | None, str]]) -> str:
    """The text with every antigen as § and spaces of the same length, so that patterns see through lists of them."""
    parts, at = [], 0
    for start, end, *_ in hits:
        if start >= at:
            parts += [text[at:start], "§", " " * (end - start - 1)]
            at = end
    return "".join([*parts, text[at:]])


def _key(view: View, start: int, end: int, concept: Concept | None) -> str:
    return concept.id if concept else view.text[start:end].upper()


def _is_bound(view: View, masked: str, cars: list[tuple[int, int]], start: int, end: int) -> bool:
    floor, stop = view.sentence_at(start)
    for car_start, car_end in cars:
        if end <= car_start <= min(stop, end + 90) and _TO_CAR.fullmatch(masked, end, car_start):
            return not (_surface(view, start, end) in _COMMON_LIGANDS and not _ANTI.search(view.text, floor, start))
        if floor <= car_end <= start <= car_end + 140 and _AFTER_CAR.fullmatch(masked, car_end, start):
            return True
    if _LISTED.search(masked, floor, start):
        return True
    return bool(_GOAL.match(view.text, end, stop)) and _surface(view, start, end) not in _COMMON_LIGANDS


def _is_other_role(view: View, masked: str, cars: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether this mention is a particle's ligand, an antibody's target or a marker inside a cell's name."""
    _, stop = view.sentence_at(start)
    if any(end <= car_start <= end + 90 and _TO_CAR.fullmatch(masked, end, car_start) for car_start, _ in cars):
        return False
    if _ANTIBODY.match(view.text, end):
        return True
    heads = [hit.start for hit, _ in view.inside("NANOPARTICLE", end + 1, stop) if hit.start <= end + 70]
    if any(_LIGAND.fullmatch(view.text, end, head) for head in heads):
        return True
    return _surface(view, start, end) in _COMMON_LIGANDS and bool(_MARKER.match(view.text, end))


def _surface(view: View, start: int, end: int) -> str:
    return re.sub(r"\W", "", view.text[start:end]).upper()
