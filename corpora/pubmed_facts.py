"""What PubMed's formats say alike about a citation: years, data banks and registers, retractions, abstract labels.

>>> year_of("1998 Dec-1999 Jan")
1998
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

DATA_BANKS: Final = frozenset({
    "bioproject", "dbgap", "dbsnp", "dbvar", "dryad", "figshare", "gdb", "genbank", "geo", "mgi", "omim", "pdb", "pir",
    "pubchem-bioassay", "pubchem-compound", "pubchem-substance", "refseq", "sra", "swissprot", "unimes", "uniparc",
    "uniprotkb", "uniref", "zenodo",
})  # fmt: skip
"""NLM's data banks for molecules and data sets, in lower case: all others that records name are trial registers."""

_YEAR: Final = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_RETRACTED: Final = frozenset({"Retracted Publication", "RetractionIn", "RetractedandRepublishedIn"})
_NOTICE: Final = frozenset({"Retraction of Publication", "RetractionOf"})


def year_of(date: str) -> int | None:
    """The first year named in a date, or None."""
    found = _YEAR.search(date)
    return int(found[0]) if found else None


def retraction(types: Iterable[str], comments: Iterable[Mapping[str, str]]) -> dict[str, bool]:
    """Whether a citation is retracted, and whether it is the notice that retracts another.

    >>> retraction(["Retraction of Publication"], [])
    {'retracted': False, 'retraction_notice': True}
    """
    said = {*types, *(one.get("type", "") for one in comments)}
    return {"retracted": not said.isdisjoint(_RETRACTED), "retraction_notice": not said.isdisjoint(_NOTICE)}


def split_accessions(numbers: Iterable[tuple[str, str]]) -> tuple[list[str], list[dict[str, str]]]:
    """Pairs of data bank and number as numbers of trial registers, and as the rest with its bank.

    >>> split_accessions([("ClinicalTrials.gov", "NCT00000001"), ("GEO", "GSE1")])
    (['NCT00000001'], [{'bank': 'GEO', 'accession': 'GSE1'}])
    """
    registry: list[str] = []
    rest = []
    for bank, number in numbers:
        if bank.lower() in DATA_BANKS:
            rest.append({"bank": bank, "accession": number})
        elif number not in registry:
            registry.append(number)
    return registry, rest


def present(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata that say something: empty values and False are left out."""
    return {key: value for key, value in metadata.items() if value not in (None, "", [], False)}
