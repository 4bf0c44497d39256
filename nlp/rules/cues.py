"""What is said of an outcome: its direction and its assertion, from cue words in the same clause.

A clause ends at a semicolon, a contrast ("but", "whereas") or a relative clause, so that a negation does not swallow
its neighbour.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import Final

from nanocart.rules.view import View

_UP: Final = (
    "increas|enhanc|improv|augment|promot|boost|elevat|prolong|extend|upregulat|potentiat|amplif|strengthen"
    "|greater$|higher$|more$|rose$|rise$|rises$|risen$|climb|doubl|tripl"
    "|superior|better$|longer$|accelerat|stimulat|restor|facilitat|heighten|rais|maximi|exacerbat|worsen"
    "|faster$|stronger$|up$|enrich"
    "|synergi|reinvigorat|rejuvenat|larger$|deeper$|exceed|outperform|bolster|intensif|optimi[sz]"
)
_DOWN: Final = (
    "fell$|fallen$|falls$|reduc|decreas|inhibit|suppress|attenuat|diminish|lower|alleviat|mitigat|prevent|avoid|ameliorat|abrogat"
    "|abolish|impair|block"
    "|delay|minimi[sz]|eliminat|eradicat|downregulat|shrink|shrank|deplet|declin|drop|less$|fewer$|weaken"
    "|retard|restrict|revers|reliev"
    "|curb|evad|scaveng|dampen|blunt|counteract|overcom|shorten|curtail|hamper|hinder|compromis|disrupt|loss$"
    "|lost$|lack|poorer$|weaker$|smaller$|arrest"
    "|antagoni|halt|ablat|circumvent|down$|resolv|resolution$|protect|limits$|limit$|limiting$|regress|imped"
    "|saturat|hyperactiv$"
)
_SAME: Final = (
    "unchanged$|comparable$|similar$|unaffected$|unaltered$|equivalent$|same$|noninferior$|preserv|retain"
    "|maintain|indistinguishable$"
)
_HIGH: Final = (
    "robust|strong$|strongly$|potent$|potently$|high$|highly$|excellent$|remarkabl|profound|marked$|superb$"
    "|efficient$|efficiently$|substantial"
    "|powerful|considerabl|outstanding|impressive|favorable$|favourable$|deep$|good$|great$|massive$|extensive$"
    "|satisfactory$|vigorous|striking|dramatic|pronounced$|abundant$|prominent$|dominant$|encouraging$"
)
_LOW: Final = (
    "minimal|negligible$|limited$|mild$|low$|poor$|poorly$|weak$|little$|insufficient|constrain|imperfect"
    "|modest|modest$|suboptimal$|inefficient|inadequate|rare$|slight"
    "|moderate$|short$|undetectable$|scarce|few$|inferior$|unsatisfactory$"
)
_NEUTRAL: Final = (
    "induc|caus|show|exhibit|achiev|demonstrat|observ|evaluat|mediat|lead$|leads$|led$|result|elicit|trigger"
    "|produc|generat|exert|confer|report|assess"
    "|measur|investigat|determin|examin|stud(?:y|ied)|had$|have$|has$|received|normali[sz]|affect|influenc"
    "|modulat|regulat|control|monitor|compar|detect|display"
    "|provid|yield|develop|experienc|occur|permit|allow|enabl|activat|driv|attain|reach|deliver"
)
_CLASSES: Final = tuple(
    (name, re.compile(f"(?:up-|down-|co-|re)?(?:{stems})"))
    for name, stems in (
        ("unchanged", _SAME),
        ("increased", _UP),
        ("decreased", _DOWN),
        ("high", _HIGH),
        ("low", _LOW),
        ("neutral", _NEUTRAL),
    )
)


@lru_cache(maxsize=50_000)
def cue(word: str) -> str | None:
    """The direction that a word (lower case) gives, "neutral" for a verb that gives none, None for any other word."""
    return next((name for name, stems in _CLASSES if stems.match(word)), None)


_ADVERB: Final = re.compile(
    r"\w+ly$|also$|even$|further$|not$|much$|far$|very$|well$|more$|most$|less$|statistically$|thus$"
)
_LINK: Final = frozenset(
    [
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "remained",
        "remains",
        "remain",
        "became",
        "become",
        "appeared",
        "appear",
        "seemed",
        "showed",
    ]
)
_SKIP: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "their",
        "its",
        "of",
        "in",
        "and",
        "or",
        "both",
        "as",
        "such",
        "including",
        "overall",
        "to",
        "on",
        "by",
        "for",
        "from",
        "cell",
        "cells",
        "t",
        "nk",
        "car",
        "tumor",
        "tumour",
        "in",
        "vivo",
        "vitro",
    ]
)
_STOP: Final = frozenset(
    [
        "with",
        "without",
        "than",
        "that",
        "which",
        "after",
        "when",
        "compared",
        "versus",
        "vs",
        "via",
        "through",
        "using",
        "by",
        "under",
        "while",
        "during",
        "if",
        "against",
    ]
)
# A word that every denial holds: most clauses have none, and need no closer look.
_DENIAL: Final = re.compile(
    r"\b(?:no|not|without|absence|lack|lacks|lacked|lacking|devoid|free|never|none|neither|nor|zero|failed|unable"
    r"|absent|undetectable)\b"
)
_NO_DIFFERENCE: Final = re.compile(
    r"\b(?:alter|affect|chang|influenc|impair)\w*\s+neither\b|\bno\s+(?:\w+\s+){0,2}(?:difference|change|effect|impact|influence|increase|decrease|reduction"
    r"|improvement|alteration|benefit)s?\b(?:\s+(?:in|on|of|between|for|regarding))?"
    r"|\b(?:did|does|do|was|were|is|are|could|can|has|have|had)\s*not\s+(?:\w+ly\s+)?(?:differ|affect|alter"
    r"|chang|influenc|impact|improv|increas|decreas|reduc|enhanc|impair|prolong|compromis|correlat|inhibit"
    r"|promot|diminish|augment|associat|amelior|attenuat|alleviat|mitigat|block|suppress|revers|prevent|restor"
    r"|manag)\w*"
    r"|\b(?:failed|unable)\s+to\s+(?:\w+ly\s+)?(?:\w+ly\s+)?(?:improve|increase|decrease|reduce|enhance"
    r"|prolong|alter|affect|manage|control|ameliorate|attenuate|suppress)|without\s+(?:\w+ly\s+)?(?:increasing"
    r"|affecting|altering|compromising|impairing|changing|improving|reducing|decreasing|sacrificing)"
    r"|\bnot\s+(?:\w+ly\s+)?(?:different|significant|increased|decreased|reduced|affected|altered|improved"
    r"|prolonged|changed|impaired|compromised)"
)
_NEGATION: Final = re.compile(
    r"\b(?:no|without|absence of|lack of|lacks?|lacked|lacking|devoid of|free of|free from|never|none|neither"
    r"|nor|zero|not (?:cause|caus\w+|induc\w+|trigger\w*|elicit\w*|show\w*|exhibit\w*|result\w* in|lead to"
    r"|experienc\w*|develop\w*|observ\w*|associated with|produc\w*))\s+"
)
# A finite verb and then "and": what follows is said anew.
_NEW_CLAUSE: Final = re.compile(r"\b(?:was|were|is|are|occurred|observed|seen|detected|appeared)\b[^,;]*\sand\s")
_NEGATED_AFTER: Final = re.compile(
    r"[^.;,]{0,50}?\b(?:(?:was|were|is|are|has been|have been|could be)\s+(?:not"
    r"|never)\s+(?:\w+ly\s+)?(?:observed|detected|seen|found|noted|reported|detectable|identified|evident"
    r"|apparent|induced)|(?:was|were) (?:absent|undetectable)"
    r"|did not (?:occur|develop)|(?:was|were) not\b(?! (?:\w+ly )?(?:different|affected|altered|changed"
    r"|impaired|improved|increased|reduced|prolonged|decreased|compromised|significant)))"
)
_MAYBE: Final = re.compile(
    r"\b(?:may|might|could|potential to|potentially|promising (?:strateg|approach|candidate|avenue|platform"
    r"|tool|way)\w*|expected|hypothesi[sz]\w*|would|should|will|aim(?:s|ed|ing)?|whether|possibl[ey]"
    r"|possibility|likely|propos\w+|anticipat\w+"
    r"|suggest(?:s|ing)? that|appears? to|appeared to|seems? to|goal|intended|warrant\w*|strateg(?:y"
    r"|ies) (?:to|for)|approach(?:es)? (?:to|for)|opportunit\w+|prospects?|attempts? to|efforts? are"
    r"|in order to|end ?points?|predict\w*|risk of|risk factors?"
    r"|designed to|hope\w*|future|be able to|ways? to|avenues?|putative|putatively|presumably|candidates?"
    r"|perspective|to be (?:determined|elucidated))\b"
)
_OPEN: Final = re.compile(r"challeng|unknown|unclear|elusive|elucidated|determined|to be seen|hurdle|obstacle|concern")
_CHALLENGE: Final = re.compile(
    r"[^.;]{0,60}?\b(?:remains?|is|are)\s+(?:\w+\s+){0,3}(?:challeng\w+|unknown|unclear|elusive"
    r"|to be (?:determined|elucidated|seen)|hurdle|obstacle|concern)"
)
# "Able to", "shown to", "led to" state; only a bare "to improve" is a purpose.
_STATING: Final = (
    "able ability abilities found shown demonstrated observed reported proved proven led leads leading due failed"
    " compared capacity known continued seen power"
)
_NOT_AFTER: Final = "".join(f"(?<!{word} )" for word in _STATING.split())
_PURPOSE: Final = re.compile(
    _NOT_AFTER + r"\bto\s+(?:\w+ly\s+)?(?:further\s+)?(?:improve|increase|enhance|reduce|decrease|prevent|promote|boost"
    r"|overcome|inhibit|suppress|augment|prolong|restore|induce|achieve|mitigate|avoid|minimi[sz]e|maximi[sz]e"
    r"|facilitate|stimulate|elicit|enable|alleviate|attenuate|block|potentiate|limit|reverse|eliminate"
    r"|eradicate|trigger|optimi[sz]e|amplify|modulate|evaluate|assess|determine|investigate|drive|ameliorate"
    r"|strengthen|sustain|provide|maintain|preserve|restrict|boosts)\b"
)
_MEANS: Final = re.compile(r"\b(?:by|via|through) (?=\w+ing\b)")
_RISK: Final = re.compile(r"[- ](?:risk|prediction|predictors?|biomarkers?|design)\b")
_TITLE: Final = re.compile(r"\b(?:effects?|impact|influence|role) of\b.*\bon\b")
_FOR_DOING: Final = re.compile(
    r"\bfor\s+(?:\w+\s+){0,2}(?:the\s+)?(?:improving|increasing|enhancing|reducing|preventing|promoting|boosting"
    r"|overcoming|inhibiting|inducing|achieving)\s"
)


def direction(view: View, start: int, end: int) -> str:
    """The direction of the outcome at (start, end): a word right before it, its predicate, then what governs it."""
    key = ("direction", start, end)
    if key not in view.memo:
        view.memo[key] = _direction(view, start, end)
    return str(view.memo[key])


def assertion(view: View, start: int, end: int) -> str:
    """Whether the outcome at (start, end) is affirmed, negated or speculated in its clause."""
    key = ("assertion", start, end)
    if key not in view.memo:
        view.memo[key] = _assertion(view, start, end)
    return str(view.memo[key])


def _direction(view: View, start: int, end: int) -> str:
    clause_start, clause_end = view.clause_at(start)
    window, stop = max(clause_start, start - 110), min(clause_end, end + 90)
    for match in _NO_DIFFERENCE.finditer(view.lower, window, stop) if _has(view, _DENIAL, window, stop) else ():
        between = view.lower[match.end() : start] if match.end() <= start else view.lower[end : match.start()]
        if "," not in between or " and " in between:
            return "unchanged"
    return (
        _in_front(view, start, clause_start)
        or _predicate(view, end, clause_end)
        or _governor(view, start, clause_start)
        or "reported"
    )


def _in_front(view: View, start: int, floor: int) -> str | None:
    """A modifier within the noun phrase: "significantly enhanced", "robust and durable"."""
    for number, word in enumerate(view.before(start, floor, 6)):
        found = cue(word)
        if found:
            return None if found == "neutral" else found
        if word in ("of", "in") and number > 1:
            return None
        if not (
            _ADVERB.match(word)
            or word in ("and", ",", "the", "-", "of", "in", "their", "its", "t", "cell")
            or word.endswith(("ic", "al", "ive", "ous", "ed"))
        ):
            return None
    return None


def _predicate(view: View, end: int, limit: int) -> str | None:
    """What is said of the outcome behind it: "was significantly reduced", "increased 3-fold", "(OS) was longer"."""
    linked, depth = False, 0
    for number, word in enumerate(view.after(end, limit, 30)):
        if word in "([":
            depth += 1
            continue
        if word in ")]":
            depth -= 1
            continue
        if depth:
            continue
        found = cue(word)
        if number > 14 or word in (",", ";") or (word in _STOP and not linked):
            return None
        if word in _LINK:
            linked = True
        elif found and found != "neutral" and (linked or number < 2 or word.endswith("ed")):
            return found
        elif found == "neutral" or (
            linked and not _ADVERB.match(word) and found is None and word not in _SKIP and not word.isdigit()
        ):
            return None
    return None


def _governor(view: View, start: int, floor: int) -> str | None:
    """A verb or a noun of change that governs the outcome from the left: "reduced A, B and", "reduction in"."""
    for number, word in enumerate(view.before(start, floor, 17)):
        if word in _STOP:
            return None
        found = cue(word)
        if found in ("high", "low", "unchanged") and number > 4:
            continue
        if found:
            return None if found == "neutral" else found
    return None


def _assertion(view: View, start: int, end: int) -> str:
    clause_start, clause_end = view.clause_at(start)
    window = max(clause_start, start - 160)
    left = view.lower[window:start]
    denied = _has(view, _DENIAL, window, clause_end) and not _NO_DIFFERENCE.search(left)
    if denied and _is_negated(view, left, end, clause_end):
        return "negated"
    sentence_start, sentence_end = view.sentence_at(start)
    if view.text[sentence_end - 1 : sentence_end] == "?":
        return "speculated"
    if _has(view, _OPEN, end, clause_end) and _CHALLENGE.match(view.lower, end, clause_end):
        return "speculated"
    if _RISK.match(view.lower, end) or (sentence_start == 0 and _TITLE.search(left)):
        return "speculated"
    if _has(view, _MAYBE, window, start):
        return "speculated"
    # "efforts to overcome this by promoting": the means are stated, the purpose before them is not.
    aims = max((stop for _, stop in _marks(view, _MEANS) if window <= stop <= start), default=window)
    return "speculated" if _has(view, _PURPOSE, aims, start) or _has(view, _FOR_DOING, aims, start) else "affirmed"


def _marks(view: View, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the pattern matches in the whole text: looked for once, since every outcome asks for it."""
    if pattern not in view.memo:
        view.memo[pattern] = [match.span() for match in pattern.finditer(view.lower)]
    found: list[tuple[int, int]] = view.memo[pattern]
    return found


def _has(view: View, pattern: re.Pattern[str], begin: int, stop: int) -> bool:
    """Whether the pattern matches between two offsets."""
    marks = _marks(view, pattern)
    at = bisect_left(marks, (begin, 0))
    return at < len(marks) and marks[at][1] <= stop


def _is_negated(view: View, left: str, end: int, clause_end: int) -> bool:
    for match in _NEGATION.finditer(left):
        between = left[match.end() :]
        if _NEW_CLAUSE.search(between):
            continue
        if len(between) < 90 and not re.search(
            r"\b(?:and|but)\s+(?:\w+\s+)?(?:was|were|is|are|showed|had)\b|\b(?:showed|resulted|led|increased"
            r"|reduced)\b",
            between,
        ):
            return not re.search(r"\bno (?:significant )?(?:difference|change|effect)", match.group() + between)
    return bool(_NEGATED_AFTER.match(view.lower, end, clause_end))
