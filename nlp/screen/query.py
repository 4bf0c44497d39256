"""What a screen asks for: groups of terms, and which of the groups a text must have.

A file of terms has one term a line; "#" begins a comment. `*` at a term's end stands for any ending of its last word.
Groups have their name in square brackets above their terms, and a line `match: car or (particle and immune)` says what
is asked of them; without it a text has to have any of the groups.

>>> query = parse("[car]\\nCAR T\\n[particle]\\nnanoparticle*\\nmatch: car and particle")
>>> query.matches("Nanoparticles for CAR-T cells."), query.matches("Gold nanoparticles.")
(True, False)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Final

from nanocart.errors import UsageError
from nanocart.lexicon import Lexicon
from nanocart.screen.normal import normal, words

PRESETS: Final[Mapping[str, str]] = {
    "field": "car or (particle and immune)",
    "car": "car",
    "car-and-nano": "car and particle",
}
"""What each preset asks of the shipped groups (`data/screen.txt`, and the lexicon's particles)."""
_SHIPPED: Final = "screen.txt"
_FEW: Final = 4
_OF_LEXICON: Final = {"particle": "NANOPARTICLE"}
"""Groups that the names of the lexicon's concepts are added to, and their label."""


@dataclass(frozen=True)
class Query:
    """Groups of terms by name, and an expression over the names: "and", "or", parentheses.

    Raises `UsageError` where a term has no word, or the expression names what is no group.
    """

    groups: Mapping[str, tuple[str, ...]]
    expression: str

    def __post_init__(self) -> None:
        for name, terms in self.groups.items():
            if not terms:
                raise UsageError(f"the group {name!r} has no terms", hint="a term a line below its name")
            for term in terms:
                if not words(term):
                    raise UsageError(f"the term {term!r} has neither a letter nor a figure", hint="leave it out")
        self.holds(())

    def holds(self, found: Iterable[str]) -> bool:
        """Whether a text that has these groups is asked for."""
        key = frozenset(found)
        if key not in self._held:
            self._held[key] = _value(self._tree, key, self)
        return self._held[key]

    def needed(self, costs: Mapping[str, int]) -> frozenset[str]:
        """Groups of which every text has one that is asked for; of several such sets the one that costs least."""
        names = sorted(self.groups)
        sets = (frozenset(one) for size in range(1, _FEW) for one in combinations(names, size))
        fit = (one for one in sets if not self.holds(frozenset(names) - one))
        return min(fit, key=lambda one: sum(costs[name] for name in one), default=frozenset(names))

    def found(self, text: str) -> set[str]:
        """The groups that a text has."""
        parts = words(text)
        form, words_ = f" {' '.join(parts)} ", frozenset(parts)
        return {name for name, terms in self._terms.items() if terms.found(form, words_)}

    def matches(self, text: str) -> bool:
        """Whether the text is asked for."""
        return self.holds(self.found(text))

    @cached_property
    def _held(self) -> dict[frozenset[str], bool]:
        return {}

    @cached_property
    def _tree(self) -> ast.expr:
        try:
            return ast.parse(self.expression, mode="eval").body
        except SyntaxError as error:
            raise UsageError(f"match: {self.expression}: {error.msg}", hint="names, and, or, parentheses") from error

    @cached_property
    def _terms(self) -> dict[str, _Terms]:
        return {name: _Terms.of(terms) for name, terms in self.groups.items()}


@dataclass(frozen=True, slots=True)
class _Terms:
    """A group's terms as they stand in a text's compared form: whole words, those of several words by their first
    one, and those whose first word may have any ending."""

    single: frozenset[str]
    several: Mapping[str, tuple[str, ...]]
    open: tuple[str, ...]

    @classmethod
    def of(cls, terms: Iterable[str]) -> _Terms:
        single, several, open_ = set(), dict[str, list[str]](), []
        for form in sorted({_form(one) for one in terms}):
            first, *more = form.split()
            if more:
                several.setdefault(first, []).append(form)
            elif form.endswith(" "):
                single.add(first)
            else:
                open_.append(form)
        return cls(frozenset(single), {first: tuple(forms) for first, forms in several.items()}, tuple(open_))

    def found(self, form: str, words: frozenset[str]) -> bool:
        """Whether a text has one of them, given its compared form and the words of it."""
        return (
            not self.single.isdisjoint(words)
            or any(one in form for first in self.several.keys() & words for one in self.several[first])
            or any(one in form for one in self.open)
        )


def _form(term: str) -> str:
    """A term in the compared form, without its last blank where any ending is meant."""
    return normal(term).rstrip() if term.rstrip().endswith("*") else normal(term)


def _value(tree: ast.expr, found: frozenset[str], query: Query) -> bool:
    if isinstance(tree, ast.BoolOp):
        values = [_value(one, found, query) for one in tree.values]
        return all(values) if isinstance(tree.op, ast.And) else any(values)
    if isinstance(tree, ast.Name) and tree.id in query.groups:
        return tree.id in found
    what = f"there is no group {tree.id!r}" if isinstance(tree, ast.Name) else "only 'and' and 'or' are known"
    raise UsageError(f"match: {query.expression}: {what}", hint=f"the groups are {', '.join(query.groups)}")


def parse(text: str, source: str = "the terms") -> Query:
    """The query of a file's text. Raises `UsageError` that names the line where it is wrong."""
    groups: dict[str, list[str]] = {}
    name, expression = "terms", ""
    for number, whole in enumerate(text.splitlines(), 1):
        line = whole.partition("#")[0].strip()
        if line.startswith("["):
            name = line[1:-1].strip()
            if not line.endswith("]") or not name.isidentifier():
                raise UsageError(f"{source}:{number}: {line!r} names no group", hint="one word, such as [particle]")
            groups.setdefault(name, [])
        elif line.startswith("match:"):
            expression = line.removeprefix("match:").strip()
        elif line:
            groups.setdefault(name, []).append(line)
    if not groups:
        raise UsageError(f"{source}: there are no terms", hint="one term a line")
    try:
        return Query({name: tuple(terms) for name, terms in groups.items()}, expression or " or ".join(groups))
    except UsageError as error:
        raise UsageError(f"{source}: {error.message}", hint=error.hint) from error


def read(path: str | Path) -> Query:
    """The query of a file. Raises `UsageError` where it cannot be read or is wrong."""
    try:
        return parse(Path(path).read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}", hint="a text file in UTF-8, a term a line") from error


def preset(name: str) -> Query:
    """One of `PRESETS`. Raises `UsageError` where there is none of that name."""
    if name not in PRESETS:
        raise UsageError(f"there is no preset {name!r}", hint=f"one of: {', '.join(PRESETS)}; or --terms FILE")
    shipped = parse((files("nanocart") / "data" / _SHIPPED).read_text("utf-8"), _SHIPPED)
    groups = dict(shipped.groups)
    for group, label in _OF_LEXICON.items():
        # "gold nanoparticle" needs no term of its own beside "nano*".
        known = Query({group: groups[group]}, group)
        groups[group] += tuple(one for one in dict.fromkeys(_names(label)) if not known.matches(one))
    asked = {one.id for one in ast.walk(ast.parse(PRESETS[name])) if isinstance(one, ast.Name)}
    return Query({group: terms for group, terms in groups.items() if group in asked}, PRESETS[name])


def _names(label: str) -> Iterable[str]:
    """The lexicon's names for the concepts of a label, less those that need context, and acronyms of two letters."""
    for concept in Lexicon.shipped():
        if concept.label == label:
            for name, weak in concept.terms():
                if not weak and len(name) > 2 and words(name):
                    yield name
