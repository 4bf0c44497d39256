"""The form in which texts and terms are compared: words in lower case with a blank around each.

Compatibility forms (Unicode NFKC: full-width letters, ligatures, superscripts) and case are folded, soft hyphens and
other characters that nobody sees are dropped, and whatever is neither a letter nor a figure parts two words. Accents
stay.

>>> normal("CAR\\u2011T  cells, β-chain")
' car t cells β chain '
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_PARTED: Final = bytes(
    byte if byte > 127 else ord(chr(byte).lower()) if chr(byte).isalnum() else ord(" ") for byte in range(256)
)
"""ASCII letters in lower case, figures, and a blank for all else that is ASCII."""
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's default ignorable code points (DerivedCoreProperties.txt), which no reader sees."""


def normal(text: str) -> str:
    """The words of a text in their compared form, each between two blanks; a text without words is one blank."""
    return f" {' '.join(words(text))} ".replace("  ", " ")


def words(text: str) -> list[str]:
    """The words of a text in their compared form."""
    apart = text.encode("utf-8", "surrogatepass").translate(_PARTED).decode("utf-8", "surrogatepass")
    if apart.isascii():
        return apart.split()
    # What parts words in ASCII parts them in every form, so that only what is beyond ASCII has to be looked at.
    return [word for one in apart.split() for word in ((one,) if one.isascii() else _words(one))]


def _words(text: str) -> list[str]:
    form = unicodedata.normalize("NFKC", _UNSEEN.sub("", unicodedata.normalize("NFKC", text).casefold()))
    return _WORD.findall(form.lower())


@cache
def _folded() -> dict[str, tuple[str, ...]]:
    """For each character beyond ASCII that the compared form has, the characters that become it."""
    found: dict[str, list[str]] = {}
    for char in _beyond_ascii():
        form = "".join(words(char))
        if len(form) == 1 and not form.isascii():
            found.setdefault(form, []).append(char)
    return {form: tuple(chars) for form, chars in found.items()}


def _beyond_ascii() -> Iterator[str]:
    # Planes 0 to 2 and 14: the others are private or not assigned.
    for start, stop in ((0x80, 0xD800), (0xE000, 0x30000), (0xE0000, 0xE1000)):
        yield from map(chr, range(start, stop))


def variants(char: str) -> tuple[str, ...]:
    """The characters whose compared form is `char`, itself among them.

    >>> variants("β")
    ('Β', 'β', 'ϐ', '𝚩', '𝛃', '𝛣', '𝛽', '𝜝', '𝜷', '𝝗', '𝝱', '𝞑', '𝞫')
    """
    return _folded().get(char, (char,))


@cache
def disguises() -> tuple[str, ...]:
    """The characters beyond ASCII that leave ASCII letters or figures in the compared form, or leave nothing at all.

    >>> {"\\u00ad", "ﬁ", "²", "\\u212a", "Ａ"} <= set(disguises())
    True
    """
    return tuple(
        char
        for char in _beyond_ascii()
        if _UNSEEN.match(char)
        or unicodedata.combining(char)
        or any(one.isascii() and one.isalnum() for one in unicodedata.normalize("NFKC", char).casefold())
    )
