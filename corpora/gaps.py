"""What annotated documents name and the lexicon has no concept for: where the lexicon should grow.

>>> from nanocart.lexicon import Lexicon
>>> from nanocart.schema import Mention
>>> one = Document.of("1", "Zorbosomes work.", "", entities=(Mention("e1", 0, 10, "NANOPARTICLE", "Zorbosomes"),))
>>> [(gap.label, gap.surface, gap.documents) for gap in gaps([one], Linker(Lexicon.shipped()))]
[('NANOPARTICLE', 'Zorbosomes', 1)]
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nanocart.linking import Linker
from nanocart.schema import ENTITY_LABELS, Document
from nanocart.text import folded


@dataclass(frozen=True, slots=True)
class Gap:
    """A name that the lexicon lacks: its commonest spelling, how often and in how many documents it is mentioned.

    `similar` is the most similar concept's name of that type, empty where nothing is similar at all.
    """

    label: str
    surface: str
    documents: int
    mentions: int
    similar: str
    score: float


def gaps(documents: Iterable[Document], linker: Linker) -> list[Gap]:
    """The names of mentions that no concept answers to, spelling aside, those in most documents first."""
    spellings: dict[tuple[str, tuple[str, ...]], Counter[str]] = defaultdict(Counter)
    where: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for document in documents:
        for one in document.entities:
            if one.label in ENTITY_LABELS and linker.link(one.text, one.label) is None:
                key = one.label, folded(one.text)
                spellings[key][one.text] += 1
                where[key].add(document.id)
    found = []
    for name, counted in spellings.items():
        label = name[0]
        surface = min(counted, key=lambda one: (-counted[one], one))
        near = linker.candidates(surface, label, 1)
        similar, score = (near[0].concept.name, near[0].score) if near else ("", 0.0)
        found.append(Gap(label, surface, len(where[name]), counted.total(), similar, score))
    order = {label: at for at, label in enumerate(ENTITY_LABELS)}
    return sorted(found, key=lambda one: (order[one.label], -one.documents, -one.mentions, one.surface))
