"""The alphabet of a plain SMS (3GPP TS 23.038) and what a text costs in it. Pure.

A text with any other sign goes as UCS-2, of which a part holds less than half as many.
"""

import unicodedata

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each stands behind an escape and so counts twice.
EXTENDED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "€": 101}
ESCAPE = 0x1B
_CODES = {sign: code for code, sign in enumerate(BASIC) if sign != "\x1b"}
_SIGNS = {code: sign for sign, code in EXTENDED.items()}
# Signs that word processors put in, and what a keyboard has for them.
_PLAIN = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
        "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "•": "-",
        "\u200b": "", "\ufeff": "", "№": "No", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i",
    }
)  # fmt: skip


def is_plain(text: str) -> bool:
    """Tells whether a text can go in the plain alphabet."""
    return all(sign in _CODES or sign in EXTENDED for sign in text)


def foreign(text: str) -> list[str]:
    """Returns the signs, each once, for which a text can't go in the plain alphabet."""
    return [sign for sign in dict.fromkeys(text) if sign not in _CODES and sign not in EXTENDED]


def cost(sign: str) -> int:
    """Returns how many places of a plain part a sign takes."""
    return 2 if sign in EXTENDED else 1


def encode(text: str) -> bytes:
    """Returns a plain text, a byte for each place; raises ValueError for a sign that is not in the alphabet."""
    found = bytearray()
    for sign in text:
        if sign in EXTENDED:
            found += bytes((ESCAPE, EXTENDED[sign]))
        elif sign in _CODES:
            found.append(_CODES[sign])
        else:
            raise ValueError(f"{sign!r} is not in the alphabet of a plain SMS")
    return bytes(found)


def decode(octets: bytes) -> str:
    """Returns the text of octets; what means nothing is written as a question mark."""
    found, is_escaped = [], False
    for code in octets:
        if is_escaped:
            found.append(_SIGNS.get(code, "?"))
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        else:
            found.append(BASIC[code] if code < len(BASIC) else "?")
    return "".join(found)


def made_plain(text: str) -> str:
    """Returns the text with plain letters for those that the alphabet lacks (ë → e, ç → c), where there are such."""
    return "".join(_plain_sign(sign) for sign in text.translate(_PLAIN))


def _plain_sign(sign: str) -> str:
    if sign in _CODES or sign in EXTENDED:
        return sign
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return bare if bare and is_plain(bare) and bare.isascii() else sign
