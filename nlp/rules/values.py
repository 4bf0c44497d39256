"""`VALUE` and `QUALIFIER`: the figure of an outcome, and what limits the statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from nanocart.rules.view import Candidate, View

_NUMBER: Final = r"(?:\d+(?:[.·,]\d+)*)"
_RANGE: Final = rf"{_NUMBER}(?:\s?[-–]\s?{_NUMBER})?"
_PERCENT: Final = rf"{_RANGE}\s?%"
_PEOPLE: Final = (
    r"(?:\s+(?:evaluable\s+|treated\s+|assessable\s+)?(?:patients?|participants?|subjects?|mice|animals?|rats?"
    r"|recipients?|individuals?|cases?))?"
)
_OF: Final = rf"\d+\s?(?:/|\s?of\s|\sout of\s)\s?(?:the\s)?\d+{_PEOPLE}(?:\s?[\[(]\s?{_PERCENT}\s?[\])])?"
_TIME: Final = r"(?:months?|weeks?|days?|years?|hours?|h|min(?:utes)?|mo)"
_VALUES: Final = re.compile(
    rf"(?<![\w.])(?:{_OF}|\d+{_PEOPLE}\s?\(\s?{_PERCENT}\s?\)|{_PERCENT}\s?\(\s?{_OF}\s?\)"
    rf"|{_PERCENT}\s?\(\s?n\s?=\s?\d+\s?\)|{_PERCENT}(?:\s(?:vs\.?|versus|compared (?:with|to))\s{_PERCENT})?"
    rf"|(?:hazard ratio|HR|odds ratio|OR|risk ratio|RR)[ ,:=(\[of]*{_NUMBER}|(?:~|>|<|≥"
    rf"|≤)?\s?{_RANGE}[- ](?:fold|times(?=\s(?:higher|lower|greater|more)))"
    rf"|(?:two|three|four|five|six|seven|eight|nine|ten)[- ]?fold|{_RANGE}\s(?:vs\.?|versus)\s{_RANGE}\s{_TIME}"
    rf"|{_RANGE}[- ]{_TIME})(?!\w)"
)
_NOT_A_FIGURE: Final = re.compile(r"(?:[pP]\s?[<=>≤]\s?|CI[ ,:]*|confidence interval[ ,:]*|\bn\s?=\s?|±\s?)$")
_OF_INTERVAL: Final = re.compile(r"[ -](?:CI\b|confidence|credible|interval)")
_TIME_ONLY: Final = re.compile(rf"^{_RANGE}[- ]{_TIME}$")
_MEASURES_TIME: Final = re.compile(
    r"surviv|PFS|\bOS\b|EFS|DFS|DOR|duration|follow|half-life|time to|median|persist|remission|lifespan", re.I
)
# A kind, parts of words without one of which its pattern cannot match (a cheap look first), and the pattern.
_QUALIFIERS: Final = (
    ("grade", ("grade", "gr1", "gr2", "gr3", "gr4", "gr ", "gr."), re.compile(

            r"(?:[≥>≤<]\s?)?\b(?:[Gg]rades?|[Gg]r\.?)(?:\s?\(gr\))?\s?(?:≥|>|≤|<|=)?\s?(?:[1-5]|I{1,3}V?|IV"
            r"|V)(?:\s?(?:[-–/]|or|to|and)\s?(?:[1-5]\b|I{1,3}V?\b|IV\b|V\b|higher|greater|above|worse|lower|less"
            r"|more))?(?:\s(?:or|and)\s(?:higher|greater|above|worse))?"
    )),
    ("time", ("month", "week", "day", "year", "hour", " h", "min", "mo"), re.compile(

            rf"\b(?:at|after|within|by|for|beyond|over|through)\s(?:a\s)?(?:(?:the\s)?median\s(?:follow-up"
            rf"|of)\s(?:of\s)?(?:at\s)?|up\sto\s|at\sleast\s|more\sthan\s"
            rf"|least\s)?{_RANGE}[- ]{_TIME}(?:\s(?:of\sfollow-up|post[- ]\w+|after\s(?:infusion|injection"
            rf"|treatment|administration|transplantation)))?"

            rf"|\b(?:on|at|by)\s[Dd]ays?\s\d+(?:\spost[- ]\w+)?|\b(?:\d+|[Oo]ne|[Tt]wo|[Tt]hree|[Ss]ix"
            rf"|[Tt]welve)[- ](?:month|year|week|day)(?=\s(?:overall|progression|event|disease|survival|OS|PFS|EFS"
            rf"|DFS|relapse|response|mortality|follow))"
    )),
    ("condition", ("dose", "presence", "absence", "at dl"), re.compile(

            r"\bin\sthe\s(?:presence|absence)\sof\s(?:[\w+-]+\s?){1,4}?(?=[,.;)]|\s(?:and|but|was|were|is|are|in"
            r"|with)\b)|\b[Aa]t\s(?:the\s|a\s)?(?:high(?:est|er)?|low(?:est|er)?|medium|maximum\stolerated"
            r"|recommended)\sdoses?(?:\slevels?)?"
        r"|\bat\sDL-?\d\b|\bat\s(?:a\s)?doses?\sof\s[\d.,]+\s?(?:×\s?10\S*\s?)?\S+(?:/kg)?"
    )),
)  # fmt: skip


def value_candidates(view: View) -> Iterator[Candidate]:
    """Every figure that may belong to an outcome: shares, counts, ratios, durations."""
    for match in _VALUES.finditer(view.text):
        if _NOT_A_FIGURE.search(view.text, max(0, match.start() - 24), match.start()):
            continue
        if _OF_INTERVAL.match(view.text, match.end()):
            continue
        text = match.group()
        start = match.start() + len(text) - len(text.lstrip())
        if _TIME_ONLY.match(text.strip()) and not _MEASURES_TIME.search(view.text, max(0, start - 70), start):
            continue
        yield Candidate(start, match.end(), "VALUE", None, "rule figure")


def qualifier_candidates(view: View) -> Iterator[tuple[Candidate, str]]:
    """Every span that limits a statement, with its kind."""
    for kind, parts, pattern in _QUALIFIERS:
        if not any(part in view.lower for part in parts):
            continue
        for match in pattern.finditer(view.text):
            yield Candidate(match.start(), match.end(), "QUALIFIER", None, f"rule {kind}"), kind


def attach(view: View, span: Candidate, outcomes: Sequence[Candidate]) -> Candidate | None:
    """The outcome that a figure or a qualifier belongs to: the nearest of its clause, else of its sentence."""
    clause = view.clause_at(span.start)
    sentence = view.sentence_at(span.start)
    for begin, stop in (clause, sentence):
        here = [one for one in outcomes if begin <= one.start < stop]
        if here:
            return min(here, key=lambda one: _distance(view, span, one))
    return None


def _distance(view: View, span: Candidate, outcome: Candidate) -> float:
    if outcome.end <= span.start:
        return span.start - outcome.end + 25.0 * view.text.count(",", outcome.end, span.start)
    return 1.5 * (outcome.start - span.end) + 25.0 * view.text.count(",", span.end, outcome.start)
