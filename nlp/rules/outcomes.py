"""`OUTCOME`: what was measured or happened, with its category, direction and assertion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nanocart.lexicon import Concept
from nanocart.rules import cues
from nanocart.rules.view import Candidate, View
from nanocart.schema import Attributes

# Nouns in front that say what is measured, beside mentions of cells, cargo and antigens.
_MEASURED: Final = (
    r"tumou?rs?|anti-?tumou?r|anti-?cancer|cancer|immune|cellular|humoral|gene|protein|mRNA|lung|liver|cardiac"
    r"|renal|kidney|splenic|spleen|hepatic|pulmonary"
    r"|myocardial|lymph node|serum|plasma|systemic|drug|cytokine|chemokine|T[- ]?cell|B[- ]?cell|NK[- ]?cell"
    r"|CAR[- ]?T[- ]?cell|CAR|antigen|antibody"
    r"|transgene|receptor|surface|membrane|intracellular|nuclear|endosomal|lysosomal|mitochondrial|oxidative"
    r"|metabolic|inflammatory|pro-?inflammatory"
    r"|innate|adaptive|antigen-specific|virus|viral|bacterial|blood|bone|brain|body|intestinal|vascular"
    r"|endothelial|macrophages?|leukocyte|lymphocyte"
    r"|tumou?r-?infiltrating|immunogenic|apoptotic|ROS|memory|effector|CD[48]\+?|T|reporter|luciferase|GFP"
    r"|target|on-target|off-target|metastatic"
    r"|primary|local|hematologic(?:al)?|haematologic(?:al)?|neurologic(?:al)?|gastrointestinal"
    r"|infusion-related|immune-related|dose-limiting|IgG|IgM|neutrali[sz]ing"
)
_FRONT: Final = re.compile(rf"(?<![\w-])(?:(?:{_MEASURED})(?:[-/ ]|(?=\+)))+$", re.I)
# Heads that say nothing without what follows (ruling 1).
_EMPTY: Final = re.compile(
    r"(?:expressions?|secretions?|releases?|productions?|levels?|activit(?:y|ies)|activation|infiltration"
    r"|numbers?|concentrations?|proportions?|percentages?|up-?regulation|down-?regulation|knock-?(?:down"
    r"|out))$",
    re.I,
)
_COMPLEMENT: Final = re.compile(
    r"\s+of\s+(?:the\s+)?(?!(?:this|these|our|patients|mice|an?|each|all|which|novel)\b)((?:(?!\b(?:in|on|by"
    r"|with|from|for|that|which|was|were|is|are|after|at|to|through|via|as|following|than|compared|within|into"
    r"|during|upon|including|such|without|using|has|have|had|can|could|may|\w+ly|administered|treated|injected"
    r"|intravenous|systemic|and (?:the|a|an|\w+ed|thus|significantly|enhanced|increased|reduced|improved"
    r"|promot\w+))\b)[^.;:()\n]){1,70})"
)
_LAST_OF_LIST: Final = re.compile(r"(?:,\s*(?:and|or)?\s*|\s+(?:and|or)\s*)$")
# One thing, and further ones only where they are molecules: "CD3, CD4 and IFN-γ", not "PD-L1, tumor growth".
_ITEMS: Final = re.compile(
    r"[^,]*?(?=,|\s(?:and|or)\s|$)(?:(?:,\s*(?:and |or )?|\s(?:and|or)\s)(?=[\w-]*[A-Z0-9α-ω])[\w/α-ω+-]+(?=[\s,]"
    r"|$))*"
)
_NOT_HEAD: Final = re.compile(
    r"[- ](?:assays?|cohorts?|signals?|reporting|process|models?|markers?|analys[ei]s|signatures?|pathways?"
    r"|inhibitors?|platforms?|systems?|vehicles?|vectors?|carriers?|methods?|agents?|strateg(?:y|ies)"
    r"|criteria|genes?|based|related|associated|inducing|induced|specific|resistant|modulat\w+|therap(?:y|ies)"
    r"|techniques?|technolog(?:y|ies)|approach(?:es)?|tools?|science|"
    r"biology|research|stud(?:y|ies)|mechanisms?|prone|promoting|enhancing|suppressing|mediated|dependent"
    r"|domains?|targets?|barriers?|profiling|imaging|curves?|receptors?|drugs?|scores?|"
    r"responsive|checkpoints?|modalit(?:y|ies)|regimens?|properties|free|independent|guided|driven|efficiency"
    r"|efficacy|capacity|ability|potential|kinetics)\b",
    re.I,
)
_DIRECT: Final = re.compile(
    r"(?:increas|decreas|reduc|elevat|lower|higher|upregulat|downregulat|enhanc|suppress|inhibit|diminish|restor"
    r"|depletion of|loss of|rais|neutrali[sz])\w*(?:\s+(?:of|in|the|levels of))*\s*$",
    re.I,
)
_EVALUATED: Final = re.compile(
    r"\b(?:evaluat\w+|assess\w*|investigat\w+|examin\w+|stud(?:y|ied)|explor\w+|determin\w+|analy[sz]\w+"
    r"|discuss\w*|review\w*|summari[sz]\w+|describ\w+|compar(?:e|ing)|test(?:ed)?|monitor\w*|understand\w*"
    r"|focus\w*|endpoints?|characteri[sz]\w+|highlight\w*)\b"
)
_VERB: Final = re.compile(r"(?:relapse|respond|persist|expand|progress|survive|kill|recover)\b")
_SUBJECT: Final = re.compile(
    r"\b(?:patients|eventually|will|would|may|might|can|could|ultimately|often|frequently|commonly|to|who|they|not"
    r"|that|finally|invariably|subsequently)\s+$"
)
_ENDPOINT: Final = re.compile(
    r"CRs?|PRs?|PD|SD|OS|EFS|RFS|MRD-?|VGPR|s?CR|CRi?|HR|NR|AEs?|SAEs?|DLTs?|TRM|NRM|ORR|DCR|TTP"
)
_PATIENTS: Final = re.compile(
    r"\b(?:patients?|subjects?|participants|achieved|ORR|median|rates?|grade|Grade|survival|remission|respon\w+"
    r"|trial|cohort)\b|%|95"
)
# Effects that are what is meant wherever they are named.
_EFFECTS: Final = frozenset(
    [
        "efficacy",
        "safety",
        "delivery",
        "silencing",
        "killing",
        "activation",
        "differentiation",
        "persistence",
        "infiltration",
        "proliferation",
        "expansion",
        "toxicity",
        "cytotoxicity",
        "knockdown",
        "transfection",
    ]
)
_OTHER_TREATMENTS: Final = re.compile(
    r"\b(?:engagers?|bispecific|antibod(?:y|ies)|blockade|vaccin\w+|treated with|inhibitors?|immunotherap\w+)\b"
)
# "After relapse" says who was treated, not what came of it (ruling 7).
_AS_CRITERION: Final = re.compile(r"\b(?:after|following|prior|previous)\s$")
_RELAPSE: Final = re.compile(r"(?:relapses?|progression|recurrence|remission)\b")
_OVER_CELLS: Final = 4
"""The rank of an outcome that swallows the cell in front of it (ruling 1), above that of any cell."""
_GENERIC: Final = frozenset(
    [
        "efficacy",
        "safety",
        "toxicity",
        "tolerability",
        "activity",
        "effect",
        "effects",
        "potency",
        "outcomes",
        "outcome",
        "performance",
        "response",
        "responses",
        "persistence",
    ]
)
_NOUN_GAP: Final = frozenset({"-", "‐", "‑", "–", " "})


def candidates(view: View, others: Sequence[Candidate]) -> Iterator[Candidate]:
    """Every span that names an outcome, with the cell or cargo in front of it and the complement of an empty head."""
    in_front = {
        one.end: one.start
        for one in sorted(others, key=lambda one: one.start - one.end)
        if one.label in ("CELL_TYPE", "CARGO", "CAR_TARGET", "DISEASE")
    }
    yield from of_cells(view, others)
    for hit, concept, weak in view.of("OUTCOME"):
        if _AS_CRITERION.search(view.lower, max(0, hit.start - 14), hit.start) and _RELAPSE.match(
            view.lower, hit.start
        ):
            continue
        if _is_burden(view, hit.start) or _NOT_HEAD.match(view.text, hit.end):
            continue
        start, end = _start(view, hit.start, in_front), _end(view, hit.start, hit.end)
        if _VERB.match(view.lower, hit.start) and _SUBJECT.search(view.lower, max(0, hit.start - 40), hit.start):
            continue
        if weak and not _is_borne_out(view, hit.start, hit.end, start, end):
            continue
        why = (
            f"lexicon {concept.id}"
            if (start, end) == (hit.start, hit.end)
            else f"lexicon {concept.id} + rule measured-thing"
        )
        swallows = start < hit.start and (hit.start - 1 in in_front or hit.start in in_front)
        yield Candidate(start, end, "OUTCOME", concept, why, _OVER_CELLS if swallows else 1)


# What a cell does: "CAR T-cell efficacy", "T-cell and NK cell recovery", where the lexicon has no name of its own.
_CELL_DOES: Final = re.compile(
    r"[- ](?:efficacy|fate|killing|kinetics|expansion|recovery|persistence|activation|functions?|exhaustion"
    r"|proliferation|infiltration|toxicity|toxicities|health|fitness"
    r"|dysfunction|activity|potency|responses?|cytotoxicity|migration|trafficking|homing|differentiation"
    r"|engraftment|survival|viability|apoptosis|death|counts?|numbers?"
    r"|density|depletion|rejection|host rejection|recruitment|influx|accumulation|longevity|metabolism"
    r"|maturation|memory|stemness|senescence|polari[sz]ation|phenotype"
    r"|frequency|frequencies|aplasia|reconstitution|clearance|lysis|elimination|quality|performance"
    r"|effector functions?|antitumou?r activity|anti-tumou?r activity)\b",
    re.I,
)


def of_cells(view: View, others: Sequence[Candidate]) -> Iterator[Candidate]:
    """What a cell does or suffers, named by the cell and a noun."""
    cells = sorted((one for one in others if one.label == "CELL_TYPE"), key=lambda one: one.start)
    for number, one in enumerate(cells):
        match = _CELL_DOES.match(view.text, one.end)
        if match and not _NOT_HEAD.match(view.text, match.end()):
            start = one.start
            before = cells[number - 1] if number else None
            if (
                before
                and view.text[before.end : one.start] == " and "
                and not view.text[before.start : before.end].endswith("s")
            ):
                start = before.start
            yield Candidate(start, match.end(), "OUTCOME", None, "rule what-cells-do", _OVER_CELLS)


def _is_borne_out(view: View, head: int, head_end: int, start: int, end: int) -> bool:
    """Whether the context supports a weak name: a full phrase around an empty head, an endpoint's acronym among
    patients, or something that is said of it."""
    surface = view.text[head:head_end]
    if _EMPTY.search(surface):
        return start < head or end > head_end or cues.direction(view, start, end) != "reported"
    if _ENDPOINT.fullmatch(surface):
        begin, stop = view.sentence_at(head)
        return bool(_PATIENTS.search(view.text, begin, stop))
    if surface in _EFFECTS:
        return True
    if surface.islower() and not any(char.isdigit() for char in surface):
        return cues.direction(view, start, end) != "reported" or cues.assertion(view, start, end) != "affirmed"
    return _is_measured(view, head, head_end)


def _is_burden(view: View, at: int) -> bool:
    """Whether the sentence tells how bad a disease is and not what a therapy does."""
    return any(begin <= at < stop for begin, stop in view.burdens)


def _start(view: View, start: int, in_front: dict[int, int]) -> int:
    floor = view.sentence_at(start)[0]
    while True:
        for gap in (1, 0):
            if start - gap in in_front and start - gap > floor and (gap == 0 or view.text[start - 1] in _NOUN_GAP):
                start = in_front[start - gap]
                break
        else:
            match = _FRONT.search(view.text, max(floor, start - 60), start)
            if match is None or match.start() == start:
                return start
            start = match.start()


def _end(view: View, start: int, end: int) -> int:
    if not _EMPTY.search(view.text, start, end):
        return end
    match = _COMPLEMENT.match(view.text, end, view.clause_at(start)[1])
    if match is None:
        return end
    phrase = _ITEMS.match(match.group(1))[0].rstrip(" ,-–")  # type: ignore[index]
    cut = _LAST_OF_LIST.search(phrase)
    phrase = phrase[: cut.start()] if cut else phrase
    phrase = re.sub(r"\s+(?:and|or)$", "", phrase)
    return match.start(1) + len(phrase.rstrip(" ,")) if phrase.strip() else end


def _is_measured(view: View, start: int, end: int) -> bool:
    """A bare thing is an outcome only where the text measures it: "reduced IL-6", "IL-6 was elevated"."""
    floor, stop = view.clause_at(start)
    if _DIRECT.search(view.lower, max(floor, start - 40), start):
        return True
    return bool(
        re.compile(
            r"\s+(?:levels?\s+)?(?:was|were)\s+(?:\w+ly\s+)?(?:increas|decreas|reduc|elevat|lower|higher|suppress"
            r"|enhanc)"
        ).match(view.lower, end, stop)
    )


def is_only_a_topic(view: View, start: int, end: int, attributes: Attributes) -> bool:
    """Whether the text names the outcome as an aim or a topic and says nothing of it (ruling 3)."""
    if attributes.direction != "reported" or attributes.assertion == "negated":
        return False
    last = view.lower[start:end].split()[-1]
    floor, stop = view.clause_at(start)
    return last in _GENERIC and bool(
        _EVALUATED.search(view.lower, max(floor, start - 120), start)
        or _EVALUATED.search(view.lower, end, min(stop, end + 60))
    )


def attributes(view: View, start: int, end: int, concept: Concept | None) -> Attributes:
    """Category, direction and assertion of an outcome."""
    category = concept.category if concept and concept.category else category_of(view.lower[start:end])
    assertion = cues.assertion(view, start, end)
    direction = cues.direction(view, start, end)
    if assertion == "negated":
        direction = "reported"
    return Attributes(category, direction, assertion)


def agent_places(view: View, agents: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The numbers of the sentences that name something whose effect an outcome can be.

    `agents` are the spans of particles and of cells given as a therapy; other treatments have effects too.
    """
    others = (match.start() for match in _OTHER_TREATMENTS.finditer(view.lower))
    return frozenset(view.sentence_number(start) for start in (*(start for start, _ in agents), *others))


def ascribed(view: View, places: frozenset[int], start: int) -> bool:
    """Whether an outcome can be the effect of some agent, given the numbers of the sentences that name agents.

    Where the title names an agent, or the text speaks of agents throughout, every outcome can; else only one whose own
    sentence, or one of the two before, names an agent.
    """
    if 0 in places or len(places) * 5 >= len(view.sentences):
        return True
    here = view.sentence_number(start)
    return not places.isdisjoint((here, here - 1, here - 2))


_CATEGORY: Final = (
    ("toxicity", r"toxic|adverse|syndrome|gvhd|graft|hemoly|infection|neutropen|cytopen|colitis|anaphyla|injury"),
    ("response", r"remission|response rate|tumou?r|relapse|recurrence|metasta|progression"),
    ("survival", r"surviv|mortality|death"),
    ("exhaustion", r"exhaust|dysfunction"),
    ("persistence", r"persist|engraft"),
    ("cytotoxicity", r"cytotox|kill|lysis|apopto|phagocyt"),
    ("cytokine", r"cytokine|secretion|interferon|ifn|\bil-"),
    ("trafficking", r"infiltrat|homing|migrat|traffick"),
    ("activation", r"activat|prolifer|expan|differentiat|immun"),
    ("microenvironment", r"hypox|fibro|inflamm|angiogen|stroma"),
    ("delivery", r"deliver|uptake|transfect|accumulat|release"),
    ("expression", r"expression|silenc|knock|edit"),
)


def category_of(surface: str) -> str:
    """The category of an outcome that no concept stands behind, from its words; `other` where they do not tell."""
    return next((name for name, pattern in _CATEGORY if re.search(pattern, surface)), "other")
