"""`CARGO`: what a particle carries, told from drugs that are given beside the therapy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from nanocart.rules.view import Candidate, View

# § stands for a cargo, ¶ for a particle.
_LOADED: Final = re.compile(
    r"§[^.;¶§]{0,3}[-\s]+(?:co-?)?(?:loaded|encapsulat\w+|containing|carrying|laden|bearing|entrapped"
    r"|incorporated|complexed|doped|packaged|delivering|releasing"
    r"|based|incorporating|expressing|encoding)"
)
_CARRY: Final = (
    r"(?:(?:co-?)?load(?:ed|ing)?(?: with)?|(?:co-?)?encapsulat\w+(?: with)?|(?:co-?)?deliver(?:y of|ing|ed|s"
    r"|ies of)?|carry(?:ing)?|carri(?:ed|es)|contain(?:ing|ed|s)?"
    r"|packag\w+|load with|bearing|transport\w*(?: of)?|releas(?:e of|ing|es)|complex(?:ed|ing) with"
    r"|conjugated (?:with|to)|entrap\w+|formulat\w+ with"
    r"|incorporat\w+|laden with|functionali[sz]ed with|co-?assembl\w+|self-assembl\w+ (?:of|from)"
    r"|embedd\w+(?: with)?|adsorb\w+|doped with|comprising|composed of|consist\w+ of|armed with|equipped with)"
)
_AFTER: Final = re.compile(rf"\b{_CARRY}\s+(?:[^.;:()]{{0,60}}?(?:\([^)]*\))?){{0,2}}$")
_IN_FRONT: Final = re.compile(r"(?:[-‐–\s/+&@,]|and|\([^)]*\))*(?:[A-Za-z-]+[-\s]){0,2}$")
_INTO: Final = re.compile(
    r"[^.;]{0,40}?\b(?:in|into|within|inside|via|by|using|onto|on|through|with)\s+(?:[\w()/-]+\s+){0,5}$"
)
_NOT_HERE: Final = re.compile(
    r"[-\s]*(?:resistan|sensitiv|response|level|(?<=-)treated|therapy|naive|refractory|receptor|inhibitor|pathway"
    r"|expression|secretion|signal)",
    re.I,
)
# Words for any payload count only where this very mention is carried.
_GENERIC: Final = re.compile(
    r"(?:drugs?|proteins?|genes?|antigens?|enzymes?|peptides?|antibod(?:y|ies)|cytokines?|nucleic acids?|DNA|RNA"
    r"|agents?)",
    re.I,
)
_PREFIX: Final = re.compile(
    r"(?:trans|cis|all-trans|poorly soluble|hydrophobic|model)[- ]$|(?:SARS-CoV-2 )?(?:[Ss]pike )?(?:protein )$"
)
# A level in the blood is measured, not carried (ruling 9).
_LEVEL: Final = re.compile(r"\b(?:serum|plasma|circulating|blood)\s$")
_BY_NATURE: Final = re.compile(
    r"(?:mrna|sirna|shrna|sgrna|plasmid|pdna|circrna|ribonucleoprotein|cas9|transposon|antisense)", re.I
)


def candidates(view: View, particles: Sequence[Candidate]) -> Iterator[Candidate]:
    """Every mention of a molecule that some statement of this document shows to be carried by a particle."""
    hits = [(hit, concept) for hit, concept, _ in view.of("CARGO")]
    if not hits or not particles:
        return
    here = {(hit.start, hit.end): _is_carried(view, particles, hit.start, hit.end) for hit, _ in hits}
    carried = {
        concept.id
        for hit, concept in hits
        if here[hit.start, hit.end] and not _GENERIC.fullmatch(view.text, hit.start, hit.end)
    }
    for hit, concept in hits:
        if (
            (concept.id in carried or here[hit.start, hit.end])
            and not _NOT_HERE.match(view.text, hit.end)
            and not _LEVEL.search(view.lower, max(0, hit.start - 14), hit.start)
        ):
            start = (
                hit.start - len(match[0])
                if (match := _PREFIX.search(view.text, max(0, hit.start - 40), hit.start))
                else hit.start
            )
            yield Candidate(start, hit.end, "CARGO", concept, f"lexicon {concept.id} + rule carried", 1)


def _is_carried(view: View, particles: Sequence[Candidate], start: int, end: int) -> bool:
    floor, stop = view.sentence_at(start)
    here = [one for one in particles if floor <= one.start < stop and not one.start <= start < one.end]
    if not here:
        return False
    tail = view.text[end : min(stop, end + 60)]
    if _LOADED.match("§" + tail):
        return True
    if any(end <= one.start <= end + 40 and _IN_FRONT.fullmatch(view.text, end, one.start) for one in here):
        return True
    if _AFTER.search(view.text, max(floor, start - 110), start):
        return True
    near = any(end <= one.start <= end + 110 and _INTO.fullmatch(view.text, end, one.start) for one in here)
    return near and bool(
        _BY_NATURE.search(view.text, start, end) or _AFTER.search(view.text, max(floor, start - 60), start)
    )
