"""`NANOPARTICLE`: a head noun with what it is made of, shaped like or coated with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nanocart.lexicon import Concept
from nanocart.rules.view import Candidate, View

_FORMS: Final = (
    "particle|carrier|vesicle|sphere|rod|shell|cage|capsule|crystal|fiber|fibre|tube|sheet|dot|disc|disk|gel"
    "|emulsion|liposome"
    "|micelle|vaccine|drug|medicine|platform|system|material|formulation|complex|construct|structure|assembly"
    "|device|robot|hybrid"
    "|reactor|zyme|enzyme|bubble|droplet|plex|conjugate|agent|therapeutic|composite|cluster|flower|star|cube"
    "|wire|needle|plate"
    "|bioreactor|adjuvant|transporter|vector|delivery system|backpack|engager|regulator|inducer|stimulator"
    "|activator|sponge|trap"
    "|ghost|motor|bomb|prodrug|probe|sensor|scaffold|modulator|antibody|apc|aapc|dimer|hydrogel|diamond|onion"
    "|horn|satellite"
)
_HEAD: Final = re.compile(
    rf"(?<![\w])(?:[a-z]*[Nn]ano[- ]?(?:{_FORMS})(?:e?s|ies)?|[Nn]anotechnolog(?:y|ies)|[A-Z]?[A-Za-z]*NPs|NPs?)(?!\w)"
    rf"|(?<!\w)[Nn]ano(?:assembl(?:y|ies)|complexes|biotechnology)(?!\w)"
)
_NOT: Final = re.compile(r"(?:[Nn]anomedicine|[Nn]anodevice system|[Nn]anovectors? map|SNPs|RNPs|PNPs|BNP|DNPs|VNPs)$")
# As a field's name it is nothing; it is a mention where it acts, or where its use does something.
_FIELD: Final = re.compile(r"nano(?:bio)?technolog", re.I)
_ACTS: Final = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:has|have|had|can|could|may|might|offers?|provides?|enables?|improv\w+|enhanc\w+"
    r"|promot\w+|allow\w+|overc\w+"
    r"|transform\w+|holds?|facilitat\w+|revolutioni[sz]\w+|increas\w+|reduc\w+)\b"
)
_USED: Final = re.compile(r"\b(?:application|use|integration|incorporation|introduction|combination) of $")
# "mRNA-loaded", "CD5-targeted", "novel": what stands in front without telling what the particle is.
_MADE_OF: Final = (
    r"[A-Za-zα-ω0-9()/-]*[- ](?:coated|derived|camouflaged|cloaked|wrapped|based|capped|stabili[sz]ed"
    r"|disguised|enveloped|hybridi[sz]ed"
    r"|fused|mimetic|mimicking|like|shelled|caged|crosslinked|templated)"
)
_STUFF: Final = (
    r"lipid(?:oid|ic)?|ioni[sz]able|cationic|anionic|zwitterionic|polymer(?:ic)?|polymersome|hybrid|solid"
    r"|nanostructured|gold|silver"
    r"|silica|mesoporous|porous|hollow|magnetic|superparamagnetic|iron|oxide|biomimetic|bionic|biodegradable"
    r"|PEGylated|pegylated"
    r"|PEG|PLGA|PLA|PCL|PEI|PBAE|PAMAM|chitosan|dextran|alginate|hyaluronic acid|hyaluronan|HA|albumin|protein"
    r"|peptide|DNA|ferritin|viral"
    r"|virus|exosomal|exosome|liposomal|membrane|cell|erythrocyte|RBC|red blood|platelet|macrophage|neutrophil"
    r"|cancer|tumou?r|leukocyte"
    r"|bacterial|outer|core|shell|carbon|graphene|copper|zinc|manganese|calcium|phosphate|carbonate|sulfide"
    r"|selenium|cerium|titanium"
    r"|dioxide|platinum|palladium|bismuth|hafnium|gadolinium|tantalum|tungsten|molybdenum|black|phosphorus"
    r"|metal|organic|framework|MOF"
    r"|ZIF|coordination|plasmonic|upconversion|conjugated|semiconducting|synthetic|artificial|antigen"
    r"|presenting|self|assembled"
    r"|inorganic|amphiphilic|charge|altering|releasable|responsive|pH|ROS|light|photothermal"
    r"|photosensiti[sz]er|peptidic|poly\([^)]*\)"
    r"|poly[a-z-]+|gelatin|collagen|silk|fibroin|cyclodextrin|dendritic|dendrimer|micellar|nano|apolipoprotein"
    r"|lipoprotein|HDL|LDL"
    r"|multicomponent|amino|ester|acid|lactic|glycolic|co|bovine|serum|human serum|milk|plant|ginger"
    r"|extracellular|small|synthetically"
)
_MODIFIERS: Final = re.compile(rf"(?<!\w)(?:(?:{_MADE_OF}|{_STUFF})(?: ?/ ?|[- ]))+$")
_NOT_FIRST: Final = re.compile(
    r"(?:(?:co|human|cell|cells|cancer|tumou?r|acid|conjugated|self|charge|small|serum|presenting|releasable"
    r"|dendritic|organic|antigen"
    r"|macrophage|ROS|pH|light|DNA|peptide|protein|virus|responsive|synthetically|altering)[- ])+(?!\S*-)",
)
_FOREIGN: Final = re.compile(
    r"[\w()+/-]*-(?:loaded|targeted|targeting|conjugated|functionali[sz]ed|decorated|encapsulat\w+|mediated"
    r"|specific|bearing|carrying|containing"
    r"|responsive|sensitive|delivering|modified|presenting|directed|enabled|guided|assisted|displaying"
    r"|expressing|primed|releasing)[- ]"
)
# "MSC-EVs", "macrophage-derived exosomes": the cell that a vesicle comes from is its composition.
_CELL_IN_FRONT: Final = re.compile(r"(?:[- ]derived[- ](?:small )?|[- ])$")
_VESICLE: Final = re.compile(
    r"(?:EVs?|sEVs?|[Ee]xtracellular [Vv]esicles?|[Ee]xosom|[Nn]anovesicle|[Mm]icrovesicle|Exos?\b)"
)
_REACH: Final = 90


def candidates(view: View) -> Iterator[Candidate]:
    """Every span that names a nanoscale particle or vesicle."""
    for match in _HEAD.finditer(view.text):
        if _NOT.search(match.group()) or (_FIELD.match(match.group()) and not _acts(view, *match.span())):
            continue
        start = _extended(view, match.start())
        yield Candidate(start, match.end(), "NANOPARTICLE", _concept(view, start, match.end()), "rule particle-head", 1)
    drugs = {hit.start: hit.end for hit, _, _ in view.of("CARGO")}
    for hit, concept, weak in view.of("NANOPARTICLE"):
        if weak and concept.id not in view.strong:
            continue
        start, end = _extended(view, hit.start), hit.end
        if view.lower[hit.start : end] == "liposomal" and end + 1 in drugs:
            end = drugs[end + 1]
        why = f"lexicon {concept.id}" if start == hit.start else f"lexicon {concept.id} + rule composition"
        yield Candidate(start, end, "NANOPARTICLE", concept, why, 1)


def _acts(view: View, start: int, end: int) -> bool:
    return bool(_ACTS.match(view.lower, end)) or bool(_USED.search(view.lower, max(0, start - 30), start))


def _concept(view: View, start: int, end: int) -> Concept | None:
    return max(view.inside("NANOPARTICLE", start, end), key=lambda one: one[0].end, default=(None, None))[1]


def _extended(view: View, start: int) -> int:
    """The start moved left over composition, structure and form, never over payload, ligand, size or praise."""
    floor = max(view.sentence_at(start)[0], start - _REACH)
    foreign = [match.end() for match in _FOREIGN.finditer(view.text, floor, start)]
    floor = max([floor, *foreign])
    cell = _CELL_IN_FRONT.search(view.text, floor, start)
    if cell and _VESICLE.match(view.text, start):
        start = next(
            (hit.start for hit, _, _ in view.of("CELL_TYPE") if hit.start >= floor and hit.end == cell.start()), start
        )
    match = _MODIFIERS.search(view.text, floor, start)
    if match is None:
        return start
    begin = match.start()
    loose = _NOT_FIRST.match(view.text, begin, start)
    return loose.end() if loose else begin
