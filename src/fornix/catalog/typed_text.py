"""Pure: whether what somebody typed is found in a name: whatever the accents, the case and the order of words."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart, and that people type without their stroke or as two.
_PLAIN = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ø": "o",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ŋ": "n",
        "ß": "ss",
    }
)
_NO_LETTER = re.compile(r"[^\w]+|_+")


def fold_text(text: str) -> str:
    """Without accents, case and invisible marks of direction; NFC and NFD alike. For comparison, never for show."""
    # Small letters first: what has no small form apart (`İ`) decomposes then.
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = (each for each in apart if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    return "".join(kept).translate(_PLAIN).casefold()


def typed_words(text: str) -> tuple[str, ...]:
    """The words to look for, folded."""
    return tuple(fold_text(text).split())


def is_found(words: tuple[str, ...], *texts: str) -> bool:
    """Whether every word stands somewhere in the texts."""
    folded = " ".join(map(fold_text, texts))
    return all(word in folded for word in words)


def name_words(name: str) -> frozenset[str]:
    """The words of a name, without order and signs: `Ó Briain, Seán` and `Seán Ó Briain` have the same."""
    return frozenset(filter(None, _NO_LETTER.split(fold_text(name))))
