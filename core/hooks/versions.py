"""Dotted versions and the ranges that manifests ask for."""


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


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.strip().split(".") if part.isdigit())
