"""Names that are probably the same: quick on a hundred thousand, by halves that agree and rapidfuzz that decides. Pure.

A name is made comparable (no case, accents, legal form, word order, Cyrillic or Latin). Two names of n letters that
differ by a slip share their first or their second half, so each name is filed under both, and only the names in the
same drawers are compared. Digits must agree: "Shop 12" is not "Shop 13".
"""

import re
from collections.abc import Callable, Iterable

from rapidfuzz import fuzz

from core.api import name_key

SIMILAR = 90.0
# Short names, and codes made mostly of digits, are the same or they are not.
SHORTEST = 5
DIGITS_IN_NAMES = 0.5
# A drawer that is fuller says nothing (every second name begins so): it takes no more, the other half still finds.
DRAWER = 40

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"\D+")
_LATIN = str.maketrans(
    dict(
        zip(
            "абвгдежзийклмнопрстуфхцчшщъыьэюя",
            "a b v g d e zh z i i k l m n o p r s t u f h c ch sh sch  y  e yu ya".split(" "),
            strict=True,
        )
    )
)


def similar_key(key: str) -> str:
    """Returns a name key (`core.name_key`) with words in order, in Latin letters, without blanks."""
    return "".join(sorted((key if key.isascii() else in_latin(key)).split()))


def in_latin(key: str) -> str:
    """Returns a name key with Cyrillic letters written in Latin ones."""
    return key.translate(_LATIN)


class NameIndex:
    """Names already seen, each under the id of its record; finds the first that is the same or similar."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._drawers: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, key: str, record_id: int) -> None:
        """Files a key made by `similar_key`."""
        if key in self._ids:
            return
        self._ids[key] = record_id
        letters, digits = split_digits(key)
        if not _is_name(letters, digits):
            return
        half = len(letters) // 2
        for drawer in (hash((digits, letters[:half])), hash((letters[half:], digits))):
            names = self._drawers.setdefault(drawer, [])
            if len(names) < DRAWER:
                names.append(key)

    def same(self, key: str) -> int | None:
        """Returns the id under exactly this key, or None."""
        return self._ids.get(key)

    def find(self, key: str, accept: Callable[[int], bool] | None = None) -> int | None:
        """Returns the id of the same or the most similar name, or None; `accept` may turn a candidate down."""
        same = self._ids.get(key)
        if same is not None and (accept is None or accept(same)):
            return same
        best, best_score = None, SIMILAR
        for other in self._candidates(key):
            score = fuzz.ratio(key, other, score_cutoff=best_score)
            if score >= best_score and other != key and (accept is None or accept(self._ids[other])):
                best, best_score = other, score
        return None if best is None else self._ids[best]

    def _candidates(self, key: str) -> Iterable[str]:
        letters, digits = split_digits(key)
        count = len(letters)
        if not _is_name(letters, digits):
            return ()
        found: list[str] = []
        drawers = self._drawers
        for half in {(count - 1) // 2, count // 2, (count + 1) // 2}:
            found += drawers.get(hash((digits, letters[:half])), ())
        for rest in {count // 2, (count + 1) // 2, (count + 2) // 2}:
            found += drawers.get(hash((letters[-rest:], digits)), ())
        return found


def split_digits(key: str) -> tuple[str, str]:
    """Returns the letters and the digits of a key."""
    if key.isalpha():
        return key, ""
    return _DIGITS.sub("", key), _LETTERS.sub("", key)


def _is_name(letters: str, digits: str) -> bool:
    return len(letters) >= SHORTEST and len(digits) <= len(letters) * DIGITS_IN_NAMES


def is_similar(name: str, other: str) -> bool:
    """Tells whether two names are probably the same."""
    index = NameIndex()
    index.add(similar_key(name_key(other)), 1)
    return index.find(similar_key(name_key(name))) == 1
