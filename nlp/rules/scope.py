"""Does a document speak of the field: therapy with immune cells, or nanoparticles in biomedical use (ruling 11)?"""

from __future__ import annotations

import re
from typing import Final

from nanocart.rules.view import View

_CAR_CELLS: Final = re.compile(
    r"(?<!\w)(?:CAR[- ]?(?:T|NK|M|Ts|Treg|NKT|Mφ|iNKT|macrophage|γδ|monocyte|neutrophil)(?![a-z])|CARTs?[- ]cells?|CAR[- ](?:engineered|modified|expressing|transduced|based|redirected)"
    r"|[Cc]himeric[- ][Aa]ntigen[- ][Rr]eceptors?|chimeric immunoreceptor)"
)
_CELL_THERAPY: Final = re.compile(
    r"\b(?:adoptive(?:ly)?[- ](?:immune |cell|cellular|t[- ]cell|nk|transfer|immuno)\w*|adoptively transferred|(?:t|nk|dendritic|natural killer|treg|til|macrophage|γδ t)[- ]?(?:cells?)?[- ](?:based )?(?:immuno)?(?:therap(?:y|ies)|infusions?|vaccin\w+)"
    r"|tcr[- ]?t(?:[- ]cells?)?\b|t[- ]cell receptor[- ](?:engineered|modified|transduced|gene)|tumou?r[- ]infiltrating lymphocytes? (?:therap|infus|transfer)|cytokine[- ]induced killer|donor lymphocyte infusions?"
    r"|engineered (?:t|nk|immune)[- ]cells?|immune[- ]cell therap\w+|cell(?:ular)? immunotherap\w+|genetically (?:engineered|modified) t[- ]cells?|sipuleucel|dc[- ]vaccin\w+|lifileucel|infusions? of (?:\w+ ){0,3}(?:t|nk) cells)",
)
_BIOMEDICAL: Final = re.compile(
    r"\b(?:cells?|tumou?rs?|cancers?|mice|mouse|rats?|patients?|clinical|drug|delivery|therap\w+|immun\w+|vaccin\w+|in vivo|in vitro|toxicity|disease|antibod\w+|gene|mrna|sirna|imaging|biomedical|antigen|infection|serum|tissue)\b"
)
_PARTICLE: Final = re.compile(
    r"(?<!\w)(?:[a-z-]*nano-?(?:particul|particle|carrier|vesicle|sphere|rod|shell|cage|capsule|crystal|gel|emulsion|micelle|vaccin|drug|medicin|platform|system|material|formulation|complex|construct|structure|technolog|tube|sheet|dot|disc|disk|zyme|bubble|droplet|conjugate|agent|therap|composite|cluster|robot|reactor|fiber|hybrid|immuno|adjuvant|onco|theranostic)\w*"
    r"|(?:proteo|immuno|pro|lipo|nio|etho|transfero|cubo)?(?:liposom\w+|niosomes?|virosomes?|ethosomes?)|lnps?|exosom\w+|extracellular vesicles?|evs|virus-like particles?|vlps|dendrimers?|polymersomes?|lipoplex\w*|polyplex\w*|quantum dots?|micelles?|lipid particles?|nab-paclitaxel|abraxane|doxil|spions?|outer membrane vesicles?|omvs|dna origami|metal[- ]organic frameworks?)(?!\w)"
)
_MARKER_ONLY: Final = re.compile(r"exosom|extracellular vesicle|^evs$|micelle|quantum")
_VESICLE_USE: Final = re.compile(
    r"\b(?:load\w*|deliver\w*|carrier\w*|vehicle\w*|engineer\w*|therap\w+ (?:potential|agent|use|application|exosom|vesicle)|treat(?:ed|ment) with (?:\w+ ){0,3}(?:exosom|evs|extracellular)|cell-free|vaccine|derived (?:exosom|extracellular|evs))\b"
)
_COSMETIC: Final = re.compile(r"\b(?:cosmetic\w*|skin ?care|moisturi[sz]\w+|wrinkles?|sunscreen|shampoo|cream)\b")


def in_scope(view: View) -> bool:
    """Whether the document is about therapy with immune cells or about nanoparticles in biomedical use."""
    if _CAR_CELLS.search(view.text) or _CELL_THERAPY.search(view.lower):
        return True
    named = {match.group() for match in _PARTICLE.finditer(view.lower)}
    if not named or not _BIOMEDICAL.search(view.lower):
        return False
    if all(_MARKER_ONLY.search(one) for one in named):
        return bool(_VESICLE_USE.search(view.lower))
    return not _COSMETIC.search(view.lower)
