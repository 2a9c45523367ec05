"""A quick answer for plainly written phones, exactly that of phonenumbers; for all others, none. Pure.

phonenumbers needs 25 µs a number, most of it for ways of writing that a list rarely has. Here only digits after a plus,
or after the country's own plain prefix, are taken, and checked by the same patterns of the same metadata.
"""

import re
from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_PLAIN = re.compile(r"\+?[0-9(][0-9 ()./-]*")
_SIGNS = str.maketrans("", "", " ()./-")
_KINDS = (
    "mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail",
)  # fmt: skip


class Region:
    """The patterns of one region."""

    def __init__(self, region: str) -> None:
        metadata = PhoneMetadata.metadata_for_region(region)
        self.code = str(metadata.country_code)
        self.general = _Description(metadata.general_desc)
        self.kinds = [_Description(getattr(metadata, kind)) for kind in _KINDS if getattr(metadata, kind)]
        self.parsed_prefix = re.compile(metadata.national_prefix_for_parsing or r"(?!)")
        is_plain = metadata.national_prefix_for_parsing == metadata.national_prefix
        self.prefix = metadata.national_prefix if is_plain and not metadata.national_prefix_transform_rule else None
        self.is_alone = len(COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]) == 1

    def is_valid(self, number: str) -> bool:
        """Tells whether these are the digits of a number of the region."""
        return self.general.fits(number) and any(kind.fits(number) for kind in self.kinds)


class _Description:
    def __init__(self, description: object) -> None:
        self.lengths = frozenset(description.possible_length)
        self.pattern = re.compile(description.national_number_pattern or r"(?!)")

    def fits(self, number: str) -> bool:
        return (not self.lengths or len(number) in self.lengths) and self.pattern.fullmatch(number) is not None


def quick_phone(text: str, region: str) -> str | None:
    """Returns a plainly written number in E.164, "" if it surely is none, None where a longer look is needed."""
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.translate(_SIGNS)
    if digits[:1] == "+":
        found = _region_of_code(digits[1:4])
        national = digits[1 + len(found.code) :] if found else ""
    else:
        found = _region(region)
        if found is None or not found.prefix or not digits.startswith(found.prefix):
            return None
        national = digits[len(found.prefix) :]
        if national.startswith(found.code):
            return None
    # A zero in front, or a prefix that would be taken off, may mean more than one thing.
    if not found or not national or national[0] == "0" or found.parsed_prefix.match(national):
        return None
    if found.is_valid(national):
        return f"+{found.code}{national}"
    # Behind a plus the digits are what they are; a national number might still be meant otherwise.
    return "" if digits[0] == "+" else None


@lru_cache(maxsize=2000)
def _region_of_code(digits: str) -> Region | None:
    """The region of a country code at the beginning of these digits, if the code has only one."""
    for length in range(1, len(digits) + 1):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions:
            return _region(regions[0]) if regions != ("001",) else None
    return None


@lru_cache(maxsize=300)
def _region(region: str) -> Region | None:
    if PhoneMetadata.metadata_for_region(region, None) is None:
        return None
    found = Region(region)
    return found if found.is_alone else None
