"""The study card: from PubMed's own fields where the record has them, else from the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nanocart.rules.view import View
from nanocart.schema import PARTICLE_ROLES, Mention, StudyFacts

# PubMed's PublicationType values, the most telling first.
_TYPES: Final = (
    ("meta-analysis", ("meta-analysis", "network meta-analysis")),
    ("protocol", ("clinical trial protocol",)),
    ("case report", ("case reports",)),
    ("review", ("review", "systematic review", "scoping review")),
    ("comment", ("comment", "editorial", "letter", "news", "published erratum")),
)
# A kind, parts of words without one of which its pattern cannot match (a cheap look first), and the pattern.
_KINDS: Final = (
    ("meta-analysis", ("meta", "pooled"), re.compile(
        r"\bmeta-?analys[ei]s\b(?! of variance)|\bpooled analysis of \w+ (?:trials|studies)"
    )),
    ("protocol", ("protocol", " will "), re.compile(
        r"\b(?:study|trial) protocol\b|\bprotocol for an?\b|\bwill be (?:enrolled|randomi[sz]ed|recruited"
        r"|enroled)\b|\bwe will (?:enrol|recruit|include)")),
    ("case report", ("case", "patient", "year-old"), re.compile(
        r"\bcase (?:report|presentation|series)\b|\bwe (?:report|describe|present) (?:an?|the"
        r"|our) (?:\w+ ){0,3}(?:cases?|patient)\b|\b\d+-year-old\b")),
    ("review", ("review", "summar", "discuss", "outline", "highlight", "focus"), re.compile(
        r"\b(?:this|the present|our|in this|here,? (?:we|i)) (?:\w+ ){0,3}(?:mini-?)?review(?:s|ed)?\b"
        r"|\bwe (?:\w+ )?(?:review|summari[sz]e|discuss|outline|highlight)\b|\b(?:systematic|narrative"
        r"|scoping) review\b|\breview(?:s)? (?:the|recent|current|how)\b|\bis reviewed\b|\bare (?:reviewed"
        r"|summari[sz]ed|discussed)\b|\bin this (?:article|perspective|chapter|paper), we (?:discuss|review"
        r"|summari[sz]e|highlight)|\b(?:this|the) (?:article|paper|chapter|perspective) (?:\w+ )?(?:reviews?"
        r"|summari[sz]es?|discusses?|highlights?|focuses)")),
    ("comment", ("comment", "editor", "issue of", "viewpoint", "perspective"), re.compile(
        r"\b(?:this commentary|this editorial|in this issue of|we comment on|letter to the editor|this viewpoint"
        r"|this perspective)\b")),
)  # fmt: skip
# Titles of overviews, where nothing in the text says that something was done.
_OVERVIEW: Final = re.compile(
    r"\b(?:strategies|advances?|perspectives?|challenges|opportunities|progress|landscape|current|emerging"
    r"|towards?|future|roles? of|review|how|overview|insights|prospects|status|trends)\b|\?"
)
_DONE: Final = re.compile(
    r"\b(?:we (?:\w+ )?(?:developed|show(?:ed)?|demonstrate[ds]?|found|report(?:ed)?|designed|engineered"
    r"|synthesi[sz]ed|investigated|treated|enrolled|evaluated|generated|constructed|prepared|identified"
    r"|observed|tested|analy[sz]ed|used|performed|fabricated|established|examined|assessed)"
    r"|were (?:treated|enrolled|randomi[sz]ed|injected|infused|prepared|synthesi[sz]ed|included|measured"
    r"|collected|assessed)|results? (?:show|demonstrat|indicat|suggest|reveal)\w*|in this study|this study"
    r"|the present study|our (?:study|analysis|results|data|findings)|was (?:performed|investigated|evaluated"
    r"|developed|conducted))\b"
)
_ANIMALS: Final = re.compile(
    r"\b(?:mice|mouse|murine|rats?|xenografts?|rabbits?|macaques?|monkeys?|non-?human primates?|zebrafish"
    r"|pigs?|canine|dogs?|animal models?)\b"
)
_PEOPLE: Final = re.compile(
    r"\b(?:patients|subjects|participants|volunteers|children|adults)\b[^.]{0,60}\b(?:were|was|received"
    r"|achieved|had|responded|enrolled|treated|experienced|underwent|developed|died)\b|\b(?:\d+|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve)\s(?:[\w/-]+[\s-]){0,4}(?:patients|subjects|participants"
    r"|volunteers)"
    r"|\bphase[- ](?:i|1|2|ii|iii|3)\b|\bpatient samples\b|\bfrom (?:[\w-]+ ){0,4}patients\b|-year-old"
    r"|\bcase report\b|\bcohort of \w+ patients"
)
_SETTINGS: Final = (
    ("in vitro", re.compile(r"\bin vitro\b|\bcell lines?\b|\bco-?cultur\w+|\bcultured\b|\bex vivo\b")),
    ("animal", _ANIMALS),
    ("human", _PEOPLE),
)  # fmt: skip
_PHASE: Final = re.compile(
    r"\bphase[- ](early 1|i{1,3}v?|iv|[1-4])\s?(?:[ab]\b)?(?:\s?(?:/|-|–|and|to)\s?(?:phase )?(i{1,3}v?|iv"
    r"|[1-4])\s?[ab]?)?\b"
)
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "iiv": "2"}
_REGISTRY: Final = re.compile(
    r"\b(?:NCT\s?\d{8}|ChiCTR[-\w]*\d{6,}|ISRCTN\d{6,}|EudraCT[- :]*(?:number )?\d{4}-\d{6}-\d{2}|UMIN\d{9}"
    r"|jRCTs?\d{9,}|ACTRN\d{14}|CTRI/\d{4}/\d+/\d+|NTR\d{4})\b"
)
_WORDS: Final = {
    w: n
    for n, w in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        1,
    )
}
_N: Final = re.compile(
    r"\b(\d[\d,]*|"
    + "|".join(_WORDS)
    + r")\s+(?:(?:heavily |previously |pre-?treated|consecutive|adult|pediatric|paediatric|eligible|evaluable"
    r"|enrolled|treated|relapsed|refractory|r/r|children|with|and|or|of|the|cart?|female|male|/"
    r"|relapsed/refractory|[\w-]*-?(?:all|dlbcl|mm|cll)|b-all|women|men)[\s,]+){0,5}(?:patients|participants"
    r"|subjects|children|adults|individuals|women|men|recipients)\b(?:[^.;]{0,60}\b(?:were|was|received"
    r"|enrolled|treated|infused|underwent|included))?"
    r"|\bn\s?=\s?(\d[\d,]*)|\benrol(?:l)?ed\s+(\d[\d,]*)"
)
_CAR: Final = re.compile(r"\bcar\b|\bcars\b|\bcar-?(?:t|nk|m)|chimeric antigen|leucel\b|\bcart\b")
_IN_VIVO: Final = re.compile(
    r"in vivo(?:[- ](?:\w+[- ]){0,3})?(?:car|chimeric|reprogram\w+|engineer\w+|generat\w+|transfect\w+"
    r"|programm\w+|production|expression of cars?|transduc\w+|modif\w+)|(?:generat|produc|engineer|reprogram"
    r"|programm|induc|creat|express)\w*\s(?:[\w/-]+\s){0,8}in[ -](?:vivo|situ)|in situ (?:\w+ ){0,3}(?:car"
    r"|chimeric|reprogram|engineer|generat|programm)|(?:directly )?(?:in|inside) the body"
)
_EX_VIVO: Final = re.compile(
    r"ex[- ]vivo|leuka?pheresis|apheresis|autologous|allogeneic|infus(?:ed|ion)|adoptive(?:ly)?|transduced"
    r"|lentivir\w+|retrovir\w+|electroporat\w+|manufactur\w+|leucel\b|donor-derived"
)
_ROLES: Final = (
    (
        r"(?:in (?:vivo|situ)[^.]{0,80}\bcar\b|\bcar\b[^.]{0,80}in (?:vivo|situ)|car[- ](?:encoding "
        r"|expressing )?(?:mrna|plasmid|gene|transgene|dna|circrna)|(?:generat|engineer|reprogram|transfect|produc"
        r"|program)\w*[^.]{0,60}\bcar\b)", 0),
    (
        r"(?:backpack|conjugat\w+ (?:to|on|onto) (?:the )?(?:surface of )?(?:\w+ ){0,2}(?:t|nk|car)"
        r"|surface[- ](?:engineer|conjugat)\w+|arm(?:ed|ing)\b|boost\w*|(?:expan|stimulat|activat|enhanc|support"
        r"|improv|potentiat)\w*[^.]{0,50}(?:car[- ]?(?:t|nk|m)|t[- ]cells?|nk cells?)|il-?(?:2|12|15"
        r"|21)[^.]{0,40}(?:nano|lipos))", 1),
    (
        r"(?:microenvironment|tumou?r stroma|hypoxia|immunosuppress\w+|extracellular matrix|repolari[sz]\w+"
        r"|reprogram\w*[^.]{0,30}macrophages?|normali[sz]\w+[^.]{0,20}vessel|collagen|tams?\b|mdscs?\b|treg)", 2),
    (
        r"(?:artificial antigen[- ]presenting|aapcs?\b|antigen[- ]presenting (?:nano|particle)|(?:nano)?vaccin\w+"
        r"|antigen deliver\w+|deliver\w* [^.]{0,30}antigens?|presenting (?:antigen|peptide)|neoantigen)", 3),
    (
        r"(?:drug[- ](?:loaded|deliver\w+)|(?:load|deliver|encapsulat|releas)\w*[^.]{0,50}(?:drug|doxorubicin"
        r"|paclitaxel|inhibitor|cisplatin|docetaxel|agonist|chemotherap\w+|dexamethasone|rapamycin|irinotecan"
        r"|sirna)|liposomal (?:dox|irino|vincr|cyt|ampho)|nab-paclitaxel|chemotherap\w+[^.]{0,30}nano|photothermal"
        r"|photodynamic)", 4),
    (
        r"(?:imaging|mri\b|contrast agent|tracking|\bpet\b|photoacoustic|fluorescen\w+ (?:imag|label|prob)"
        r"|label(?:l)?ing of|diagnos\w+|theranost\w+|visuali[sz]\w+)", 5),
)  # fmt: skip
_ROLE: Final = tuple((re.compile(pattern), PARTICLE_ROLES[number]) for pattern, number in _ROLES)


def card(view: View, metadata: Mapping[str, Any], mentions: Sequence[Mention], in_scope: bool | None) -> StudyFacts:
    """The study card of a document. Outside the field (`in_scope` False) only retraction and scope are filled."""
    retracted = bool(metadata.get("retracted")) or "retracted publication" in _lower(metadata.get("publication_types"))
    retracted = retracted or view.lower.startswith(("retracted:", "retracted article:", "[retracted]"))
    if in_scope is False:
        return StudyFacts(retracted=retracted, in_scope=False)
    kind = kind_of(view, metadata)
    particles = any(one.label == "NANOPARTICLE" for one in mentions)
    primary = kind in ("primary", "case report", "protocol")
    return StudyFacts(
        kind=kind,
        setting=_setting(view, metadata) if primary else (),
        phase=_phase(view, metadata) if kind in ("primary", "protocol") else None,
        registry=_registry(view, metadata),
        n=_n(view) if primary else None,
        car_made=_car_made(view, particles),
        particle_role=tuple(role for pattern, role in _ROLE if pattern.search(view.lower)) if particles else (),
        retracted=retracted,
        in_scope=in_scope,
    )


def kind_of(view: View, metadata: Mapping[str, Any]) -> str | None:
    """The kind of study; None where neither the record nor the text tells."""
    types = _lower(metadata.get("publication_types"))
    for kind, names in _TYPES:
        if any(name in types for name in names):
            return kind
    if any("trial" in one or "study" in one for one in types):
        return "primary"
    for kind, parts, pattern in _KINDS:
        if not any(part in view.lower for part in parts):
            continue
        if pattern.search(view.lower) and not (kind in ("comment",) and _DONE.search(view.lower)):
            return kind
    if _DONE.search(view.lower) or _ANIMALS.search(view.lower):
        return "primary"
    return "review" if _OVERVIEW.search(view.lower, *view.sentence_at(0)) else None


def _lower(values: Any) -> list[str]:
    return [str(one).lower() for one in values] if isinstance(values, list | tuple) else []


def _setting(view: View, metadata: Mapping[str, Any]) -> tuple[str, ...]:
    mesh = _lower(metadata.get("mesh"))
    found = {name for name, pattern in _SETTINGS if pattern.search(view.lower)}
    if "case reports" in _lower(metadata.get("publication_types")):
        found.add("human")
    if "mice" in mesh or "rats" in mesh or "xenograft model antitumor assays" in mesh:
        found.add("animal")
    return tuple(name for name, _ in _SETTINGS if name in found)


def _phase(view: View, metadata: Mapping[str, Any]) -> str | None:
    for one in _lower(metadata.get("publication_types")):
        match = re.match(r"clinical trial, phase (iv|i{1,3})$", one)
        if match:
            return _ROMAN[match[1]]
    match = _PHASE.search(view.lower) if "phase" in view.lower else None
    if match is None:
        return None
    parts = [_ROMAN.get(part, part) for part in match.groups() if part]
    phase = "/".join(dict.fromkeys(parts))
    return phase if phase in ("1", "1/2", "2", "2/3", "3", "4", "early 1") else parts[0]


def _registry(view: View, metadata: Mapping[str, Any]) -> tuple[str, ...]:
    given = [str(one) for one in metadata.get("registry") or () if isinstance(one, str)]
    return tuple(dict.fromkeys([*given, *(match.group().replace(" ", "") for match in _REGISTRY.finditer(view.text))]))


def _n(view: View) -> int | None:
    """The number of patients: the first number that counts treated or enrolled patients, else the first of any."""
    first = None
    for match in _N.finditer(view.lower):
        digits = next(part for part in match.groups() if part)
        number = _WORDS.get(digits) or int(digits.replace(",", ""))
        if match[2] and not _PEOPLE.search(view.lower):
            continue
        if re.search(r"(?:were|was|received|enrolled|treated|infused|underwent|included)$", match.group()):
            return number
        first = first or number
    return first


def _car_made(view: View, particles: bool) -> tuple[str, ...]:
    if not _CAR.search(view.lower):
        return ()
    found = []
    if _EX_VIVO.search(view.lower):
        found.append("ex vivo")
    if _IN_VIVO.search(view.lower) and (
        particles or re.search(r"in vivo[- ](?:car|generat|engineer|reprogram)", view.lower)
    ):
        found.append("in vivo")
    return tuple(found)
