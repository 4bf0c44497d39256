"""Does a document speak of the field: therapy with immune cells, or nanoparticles in biomedical use (ruling 11)?"""

from __future__ import annotations

import re
from typing import Final

from nanocart.rules.view import View

_CAR_CELLS: Final = re.compile(
    r"(?<!\w)(?:CAR[- ](?:T|NK|M|Ts|Treg|NKT|Mφ|iNKT|macrophage|γδ|CIK|MAIT|monocyte|neutrophil)s?(?![a-z])"
    r"|CAR(?:NK|M)s?(?!\w)|\w+leucel(?!\w)|CARTs?[- ]?(?:cells?|therap\w+|19|BCMA)|CAR[- ](?:engineered"
    r"|modified|expressing|transduced|based|redirected)"
    r"|[Cc]himeric[- ][Aa]ntigen[- ][Rr]eceptors?|chimeric immunoreceptor)"
)
_CELL_THERAPY: Final = re.compile(
    r"\b(?:adoptive(?:ly)?[- ](?:immune |cell|cellular |t[- ]cell |nk |immuno)\w*(?: (?:therap|immuno"
    r"|transfer)\w*)?|(?:t|nk|dendritic|natural killer|treg|til|macrophage"
    r"|γδ t)[- ]?(?:cells?)?[- ](?:based )?(?:immuno)?(?:therap(?:y|ies)|infusions?|vaccin\w+)"
    r"|tcr[- ]?t(?:[- ]cells?)?\b|t[- ]cell receptor[- ](?:engineered|modified|transduced|gene)"
    r"|tumou?r[- ]infiltrating lymphocytes? (?:therap|infus|transfer)|cytokine[- ]induced killer"
    r"|donor lymphocyte infusions?"
    r"|engineered (?:t|nk|immune)[- ]cells?|immune[- ]cell therap\w+|cell(?:ular)? immunotherap\w+"
    r"|genetically (?:engineered|modified) t[- ]cells?|sipuleucel|dc[- ]vaccin\w+|lifileucel"
    r"|infusions? of (?:\w+ ){0,3}(?:t|nk) cells)",
)
# An experiment in immunology transfers cells too; it is a therapy where a disease is to be treated by it.
_TRANSFER: Final = re.compile(r"\badoptive(?:ly)? transfer\w*")
_TO_TREAT: Final = re.compile(
    r"\b(?:cancers?|tumou?rs?|leuk\w+|lymphomas?|immunotherap\w+|cell therap\w+|therapeutic potential)\b"
)
_BIOMEDICAL: Final = re.compile(
    r"\b(?:cells?|tumou?rs?|cancers?|mice|mouse|rats?|patients?|clinical|drug|delivery|therap\w+|immun\w+"
    r"|vaccin\w+|in vivo|in vitro|toxicity|disease|antibod\w+|gene|mrna|sirna|imaging|biomedical|antigen"
    r"|infection|serum|tissue)\b"
)
_PARTICLE: Final = re.compile(
    r"(?<!\w)(?:[a-z-]*nano-?(?!m(?:et|olar|edicine)|scal|sec|lit|gram|string|drop|bod|por|fluid|topo|sight"
    r"|indent|mole|sims|lc|bit|spray|plasm|phyt|flow|red\b|uv)[a-z]{2,}"
    r"|(?:proteo|immuno|pro|lipo|nio|etho|transfero|cubo)?(?:liposom\w+|niosomes?|virosomes?|ethosomes?)|lnps?"
    r"|exosom\w+|extracellular vesicles?|evs|virus-like particles?|vlps|dendrimers?|polymersomes?|lipoplex\w*"
    r"|polyplex\w*|quantum dots?|micelles?|lipid particles?|nab-paclitaxel|abraxane|doxil|spions?"
    r"|outer membrane vesicles?|omvs|dna origami|metal[- ]organic frameworks?)(?!\w)"
)
_MARKER_ONLY: Final = re.compile(r"virus-like|vlp|exosom|extracellular vesicle|^evs$|micelle|quantum")
_VESICLE_USE: Final = re.compile(
    r"\b(?:load\w*|deliver\w*|carrier\w*|vehicle\w*|engineer\w*|therap\w+ (?:potential|agent|use|application"
    r"|exosom|vesicle)|treat(?:ed|ment) with (?:\w+ ){0,3}(?:exosom|evs|extracellular)|cell-free|vaccin\w+"
    r"|derived (?:exosom|extracellular|evs))\b"
)
_COSMETIC: Final = re.compile(r"\b(?:cosmetic\w*|skin ?care|moisturi[sz]\w+|anti-?wrinkle|sunscreens?|shampoos?)\b")


def in_scope(view: View) -> bool:
    """Whether the document is about therapy with immune cells or about nanoparticles in biomedical use."""
    if _CAR_CELLS.search(view.text) or _CELL_THERAPY.search(view.lower):
        return True
    if _TRANSFER.search(view.lower) and _TO_TREAT.search(view.lower):
        return True
    named = {match.group() for match in _PARTICLE.finditer(view.lower)}
    if not named or not _BIOMEDICAL.search(view.lower):
        return False
    if all(_MARKER_ONLY.search(one) for one in named):
        return bool(_VESICLE_USE.search(view.lower))
    return not _COSMETIC.search(view.lower)
