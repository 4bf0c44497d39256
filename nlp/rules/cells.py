"""`CELL_TYPE`: lineages, states and engineered cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nanocart.lexicon import Concept
from nanocart.rules.view import Candidate, View

_CAR: Final = r"(?:[Cc]himeric[- ][Aa]ntigen[- ][Rr]eceptors?(?:[- ]?\(CARs?\))?|CARs?)"
_MADE: Final = r"(?:[- ](?:engineered|modified|expressing|transduced|transfected|armed|redirected|bearing|engrafted))?"
_KIND: Final = (
    r"(?:(?:CD[48]\+?|γδ|αβ|gamma[- ]delta|Vδ[12])[- ]?)*"
    r"(?:T(?:[- ]?regs?)?|i?NKT|NK|[Nn]atural[- ][Kk]iller(?: T)?(?:[- ]?\(i?NKT?\))?|[Rr]egulatory T"
    r"|[Tt]regs?|[Ii]nvariant NKT"
    r"|[Mm]acrophages?|[Mm]onocytes?|[Nn]eutrophils?|M[φΦ]?s?|T lymphocytes?|[Dd]endritic|DC|CIK|MAIT|[Ee]ffector)"
)
_CELLS: Final = r"(?:s\b|[- ]?(?:[Cc]ells?|[Ll]ymphocytes?)\b)?"
_CAR_CELL: Final = re.compile(
    rf"(?<![\w]){_CAR}{_MADE}[- ]{_KIND}{_CELLS}(?![\w])(?:[- ]?\(CAR[- ]?[A-Z]+\)(?=[- ]cells?\b)[- ]cells?)?"
)
# "T-cell" and "T lymphocyte" take what tells their lineage or state; the names themselves stand in the lexicon.
_SPLIT_NAME: Final = re.compile(
    r"(?<!\w)(?:natural killer \(NK\)|dendritic \(DC\)|regulatory T \(Treg\)"
    r"|natural killer T \(NKT\)) cells?(?!\w)",
    re.I,
)
# "cytokine-induced killer (CIK) cells": the bracket stands inside the name.
_BRACKET: Final = re.compile(r"\s\([A-Z][\w-]{0,6}\)[- ](?:cells?|lymphocytes?)\b")
_PROCEDURE: Final = re.compile(r"[- ](?:redirect\w+|engag\w+|humani[sz]ed|deficient|receptor|dependent)\b")
# Products named by a code: "huCART19", "PBCAR19B", "JCARH125".
_CODED: Final = re.compile(r"(?<![\w-])(?:[A-Za-z]{1,6}-?)?CAR(?:T|NK|[A-Z])?-?\d+\w*(?!\w)")
_RECEPTOR: Final = re.compile(r"CAR|[Rr]eceptor")
_BLASTS: Final = re.compile(
    r"[- ]?(?:(?:stem|initiating|progenitor|like|derived|repopulating)[- ])*(?:cells?|blasts?)\b", re.I
)
_PART: Final = re.compile(
    r"(?:effector|memory|helper|killer|regulatory|cytotoxic|naive|naïve|CD[48]\+?|NK|B|γδ)(?: T)?(?= (?:and"
    r"|or) (?:\S+ )?(?:NK|T|B) (?:cells?|lymphocytes?))"
)

# What may stand in front and belongs to the name: lineage, state, origin. Antigens, "autologous", "human" do not.
_STATE: Final = (
    r"(?:tumou?r|virus|antigen|melanoma|leukemia|cancer|self|neoantigen|[A-Z]{2,})-associated|(?:tumou?r|virus"
    r"|antigen|melanoma|leukemia|self|neoantigen)[- ](?:antigen-)?specific"
    r"|CD\d+\w*(?:\.\d)?(?:\(?[+⁺−-]\)?|high|low|hi|lo|pos|neg)|(?:Fox[Pp]3|PD-?1|TIM-?3|TCF-?1|CXCR\d|CCR\d"
    r"|NKG2D|LAG-?3|Ki-?67|Gr-?1|F4/80|Ly6[CG])[+⁺−]"
    r"|memory|effector|regulatory|na[iï]ve|cytotoxic|helper|killer|central|stem(?: cell)?[- ]like|stem cell"
    r"|stem|exhausted|activated"
    r"|tissue[- ]resident|(?:tumou?r[- ])?infiltrating|tumou?r[- ]associated|intratumou?ral|monocyte[- ]derived"
    r"|bone[- ]marrow(?:[- ]derived)?|iPSC[- ]derived|cord[- ]blood(?:[- ]derived)?|umbilical"
    r"|peripheral[- ]blood|peripheral"
    r"|myeloid(?:[- ]derived)?|lymphoid|dendritic|alveolar|peritoneal|malignant|leuka?emic|immature|mature|plasmacytoid"
    r"|terminal|intermediate|innate[- ]like|self-renewing|[γα][δβ]|V[δγ]\d|invariant|suppressor|suppressive"
    r"|immunosuppressive|(?:pro|anti)?-?inflammatory|M[012][- ]like"
    r"|M[012](?:[- ]polari[sz]ed)?|M[012][- ]type|Th\d+|type[- ]1|double[- ](?:negative|positive)"
    r"|antigen[- ]presenting|proliferating|senescent"
    r"|dysfunctional|mesenchymal|ha?ematopoietic|terminally|differentiated|autoreactive|endothelial|epithelial"
    r"|follicular"
    r"|germinal[- ]center|polari[sz]ed|progenitor|precursor|induced pluripotent|gamma[- ]delta|circulating tumou?r"
)
_STATES: Final = re.compile(rf"(?<![\w-])(?:(?:{_STATE})[- ])+$", re.I)
# These are verbs unless what stands before rules that out: "CAR activated T cells" against "of activated T cells".
_VERBAL: Final = re.compile(r"(?:activated|polari[sz]ed|exhausted|infiltrating|differentiated|induced)\b", re.I)
_NO_VERB_AFTER: Final = re.compile(
    r"(?:^|[,(;:.]|\b(?:of|in|on|by|with|from|to|for|and|or|as|an?|the|these|those|between|into|against|both"
    r"|human|murine|mouse"
    r"|primary|more|their|our|its|than|via|through|using|towards?|among))\s*$",
    re.I,
)
# The words that a state can end in: a cheap look before the search, since most cells have no state in front.
_LAST: Final = frozenset(
    [
        "memory",
        "effector",
        "regulatory",
        "naive",
        "naïve",
        "cytotoxic",
        "helper",
        "killer",
        "central",
        "like",
        "cell",
        "stem",
        "exhausted",
        "activated",
        "resident",
        "infiltrating",
        "associated",
        "intratumoral",
        "intratumoural",
        "derived",
        "marrow",
        "blood",
        "umbilical",
        "peripheral",
        "myeloid",
        "lymphoid",
        "dendritic",
        "alveolar",
        "peritoneal",
        "malignant",
        "leukemic",
        "leukaemic",
        "immature",
        "mature",
        "plasmacytoid",
        "terminal",
        "intermediate",
        "renewing",
        "invariant",
        "suppressor",
        "suppressive",
        "immunosuppressive",
        "inflammatory",
        "polarized",
        "polarised",
        "type",
        "negative",
        "positive",
        "presenting",
        "proliferating",
        "senescent",
        "dysfunctional",
        "mesenchymal",
        "hematopoietic",
        "haematopoietic",
        "terminally",
        "differentiated",
        "autoreactive",
        "endothelial",
        "epithelial",
        "follicular",
        "center",
        "centre",
        "progenitor",
        "precursor",
        "pluripotent",
        "delta",
        "tumor",
        "tumour",
        "specific",
        "high",
        "low",
        "hi",
        "lo",
        "pos",
        "neg",
        "m0",
        "m1",
        "m2",
        "1",
    ]
)
_REACH: Final = 70


def candidates(view: View) -> Iterator[Candidate]:
    """Every span that names a population of cells."""
    for match in _CAR_CELL.finditer(view.text):
        yield Candidate(
            _extended(view, match.start()), match.end(), "CELL_TYPE", _concept(view, *match.span()), "rule car-cell", 3
        )
    for match in _SPLIT_NAME.finditer(view.text):
        yield Candidate(match.start(), match.end(), "CELL_TYPE", None, "rule bracketed-name", 2)
    for match in _CODED.finditer(view.text) if "CAR" in view.text else ():
        yield Candidate(match.start(), match.end(), "CELL_TYPE", None, "rule coded-product", 2)
    for hit, concept, weak in view.of("CELL_TYPE"):
        if (weak and concept.id not in view.strong) or _PROCEDURE.match(view.text, hit.end):
            continue
        bracket = _BRACKET.match(view.text, hit.end)
        if bracket:
            yield Candidate(_extended(view, hit.start), bracket.end(), "CELL_TYPE", concept, "rule bracketed-name", 2)
        start = _extended(view, hit.start)
        why = f"lexicon {concept.id}" if start == hit.start else f"lexicon {concept.id} + rule cell-state"
        yield Candidate(start, hit.end, "CELL_TYPE", concept, why, 1)
    for hit, concept, _ in view.of("DISEASE"):
        blasts = _BLASTS.match(view.text, hit.end)
        if blasts:
            yield Candidate(hit.start, blasts.end(), "CELL_TYPE", None, f"rule cells-of {concept.id}", 1)
    for match in _PART.finditer(view.text):
        yield Candidate(match.start(), match.end(), "CELL_TYPE", None, "rule coordinated-cells")


def _concept(view: View, start: int, end: int) -> Concept | None:
    """The concept of a match inside, where that match has the receptor too ("T cell" in a CAR cell's name has not)."""
    inside = view.inside("CELL_TYPE", start, end)
    return next((concept for hit, concept in inside if _RECEPTOR.search(view.text, hit.start, hit.end)), None)


def _extended(view: View, start: int) -> int:
    """The start moved left over the words that tell lineage or state: "CD8+ memory", "tumor-infiltrating"."""
    if view.text[start - 1 : start] not in ("-", " ") or not _may_be_state(view.lower, start - 1):
        return start
    floor = max(view.sentence_at(start)[0], start - _REACH)
    match = _STATES.search(view.text, floor, start)
    if match is None:
        return start
    if _VERBAL.match(view.text, match.start()) and not _NO_VERB_AFTER.search(view.text, floor, match.start()):
        return start
    return match.start()


def _may_be_state(lower: str, end: int) -> bool:
    last = lower[max(lower.rfind(" ", 0, end), lower.rfind("-", 0, end), lower.rfind("\n", 0, end)) + 1 : end]
    return last in _LAST or last[-1:] in "+⁺−-)γαδβ" or last[:2] in ("th", "vδ", "vγ")
