"""Dotted versions and the ranges that manifests ask for."""

import re
from collections.abc import Iterable

RANGE = re.compile(r"((>=|<=|>|<|==|!=)\s*\d+(\.\d+)*)(\s*,\s*(>=|<=|>|<|==|!=)\s*\d+(\.\d+)*)*")
_VERSION = re.compile(r"\d+(?:\.\d+)*")


def fits(version: str, wanted: str) -> bool:
    """Tells whether a dotted version lies in a range such as ">=0.1,<1"; an empty range takes every version."""
    ours = _numbers(version)
    for part in filter(None, (piece.strip() for piece in wanted.split(","))):
        sign = part.rstrip("0123456789. ")
        theirs = _numbers(part[len(sign) :])
        width = max(len(ours), len(theirs))
        pair = tuple(numbers + (0,) * (width - len(numbers)) for numbers in (ours, theirs))
        holds = {
            ">=": pair[0] >= pair[1],
            "<=": pair[0] <= pair[1],
            ">": pair[0] > pair[1],
            "<": pair[0] < pair[1],
            "==": pair[0] == pair[1],
            "!=": pair[0] != pair[1],
        }
        if not holds.get(sign.strip(), False):
            return False
    return True


def can_agree(ranges: Iterable[str]) -> bool:
    """Tells whether any version at all lies in all of these ranges."""
    ranges = list(ranges)
    named = {number for one in ranges for number in _VERSION.findall(one)}
    # Between two versions that are named it makes no difference which one it is; so each, and one just above it.
    candidates = ["0", *named, *(f"{number}.0.0.1" for number in named)]
    return any(all(fits(version, one) for one in ranges) for version in candidates)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.strip().split(".") if part.isdigit())
