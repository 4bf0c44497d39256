"""The listing of a folder of NLM's server, as Apache writes it: which files of a dump it links to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = re.compile(r"pubmed[0-9]{2}n[0-9]{4,6}\.xml\.gz")
_LINK: Final = re.compile(r"""<a\s[^>]*?href=["']([^"'>]*)["'][^>]*>.*?</a>(.*?)(?=<a\s|\Z)""", re.I | re.S)
_SIZE: Final = re.compile(r"(?<![^\s>])([0-9]+(?:\.[0-9]+)?)([KMGT]?)(?![^\s<])")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that the server has, and about how many bytes of it are to be fetched; 0 where the listing says none."""

    name: str
    size: int


def listed(page: str) -> tuple[list[Listed], list[str]]:
    """The files of a dump that a listing links to, by name, and links that are refused.

    Refused is what ends as a file of XML or its MD5 does and has not a name as NLM gives it, such as a path: names of
    files here are never made from it.

    >>> listed('<a href="pubmed26n0001.xml.gz">pubmed26n0001.xml.gz</a> 2026-01-10 12:00  19M')
    ([Listed(name='pubmed26n0001.xml.gz', size=19922944)], [])
    """
    found: dict[str, Listed] = {}
    refused = []
    for link, rest in _LINK.findall(page):
        name = link.removesuffix(".md5")
        if not _NAME.fullmatch(name):
            if name.endswith(".xml.gz"):
                refused.append(link)
        elif name == link:
            sizes = _SIZE.findall(rest)
            found[name] = Listed(name, round(_bytes(*sizes[-1])) if sizes else 0)
    return [found[name] for name in sorted(found)], refused


def _bytes(number: str, unit: str) -> float:
    return float(number) * (1 << 10 * " KMGT".index(unit or " "))
