"""Which mentions of a document are one thing: long form and abbreviation, plural, synonym, "the nanoparticles"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from nanocart.schema import ENTITY_LABELS, Mention
from nanocart.text import folded

_GENERIC: Final = {
    "NANOPARTICLE": re.compile(
        r"(?:nano)?(?:particles?|carriers?|platforms?|systems?|materials?|formulations?|medicines?|vesicles?"
        r"|structures?|constructs?|complex(?:es)?|technolog(?:y|ies)|assembl(?:y|ies)|agents?|vaccines?"
        r"|drugs?)$|NPs?$",
        re.I,
    ),
}


def with_clusters(mentions: Sequence[Mention], long_forms: Mapping[str, str]) -> list[Mention]:
    """The mentions with `cluster` set; `long_forms` gives the long form of each abbreviation that the text defines."""
    keys = _specific_keys(mentions, long_forms)
    names: dict[tuple[str, object], str] = {}
    last: dict[str, str] = {}
    first: dict[str, object] = {}
    for one, key in zip(mentions, keys, strict=True):
        if key is not None:
            first.setdefault(one.label, key)
    found = []
    for one, key in zip(mentions, keys, strict=True):
        if one.label not in ENTITY_LABELS:
            found.append(one)
            continue
        if key is None:  # refers back; in front of any name it refers to the first that comes
            cluster = last.get(one.label) or names.setdefault(
                (one.label, first.get(one.label, "generic")), f"c{len(names) + 1}"
            )
        else:
            cluster = names.setdefault((one.label, key), f"c{len(names) + 1}")
            last[one.label] = cluster
        found.append(replace(one, cluster=cluster))
    return found


def _specific_keys(mentions: Sequence[Mention], long_forms: Mapping[str, str]) -> list[object]:
    """What each mention names, comparably; None for one that only refers back."""
    surfaces: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    forms = []
    for one in mentions:
        form = folded(long_forms.get(one.text, one.text))
        forms.append(form)
        if one.concept:
            surfaces[one.label, one.concept].add(form)
    keys: list[object] = []
    for one, form in zip(mentions, forms, strict=True):
        generic = _GENERIC.get(one.label)
        if generic and generic.match(one.text):
            keys.append(None)
        elif one.concept and (one.label != "NANOPARTICLE" or _alike(surfaces[one.label, one.concept])):
            keys.append(one.concept if one.label != "OUTCOME" else (one.concept, form if len(form) > 3 else ()))
        else:
            keys.append(form)
    return keys


def _alike(forms: set[tuple[str, ...]]) -> bool:
    """Whether the names of one particle concept differ only in how much they tell: one of them holds all others."""
    longest: set[str] = set(sorted(forms, key=len)[-1])
    return all(set(form) <= longest or len(form) <= 2 for form in forms)
