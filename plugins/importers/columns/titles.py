"""Titles of columns made comparable. Pure."""

import re
import unicodedata

_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_MARKS = re.compile(r"[^\w№#]+|_")


def plain_header(title: str) -> str:
    """Returns a title without case, accents, signs and doubled blanks; what has only signs stays as it is."""
    folded = unicodedata.normalize("NFKD", title.casefold().replace("ё", "е"))
    folded = "".join(char for char in folded if not unicodedata.combining(char) or char == "\u0306")
    return " ".join(_MARKS.sub(" ", unicodedata.normalize("NFKC", folded)).split()) or title.strip()


def without_brackets(title: str) -> str:
    """Returns a title without what stands in brackets, e.g. "Phone (office)" → "Phone"."""
    return _BRACKETS.sub(" ", title)
