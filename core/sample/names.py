"""Draws names of companies and persons, with a short form for addresses in the Internet."""

import random
import re

from core.sample import words

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class Names:
    """Draws names; a running number keeps those apart that would come twice."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._slugs: dict[str, str] = {}

    def company(self, country: str, number: int) -> tuple[str, str]:
        """Returns a company's name with its legal form, and its domain's name; no two numbers give the same."""
        roots, trades = words.COMPANY_ROOTS[country], words.TRADES[country]
        # Counting through all pairs before repeating one; the step is prime to every list's length.
        pairs = len(roots) * len(trades)
        place, round_ = (number * 7919) % pairs, number // pairs
        root, trade = roots[place // len(trades)], trades[place % len(trades)]
        core = f"{root} {trade}" if not round_ else f"{root} {trade} {round_ + 1}"
        return words.LEGAL_FORMS[country].format(core), self._slug(core)

    def person(self, country: str, number: int) -> tuple[str, str]:
        """Returns a person's name, and the first part of an e-mail address that no other number has."""
        first = self.chance.choice(words.FIRST_NAMES[country])
        last = self.chance.choice(words.LAST_NAMES[country])
        return f"{first} {last}", f"{self._slug(first)}.{self._slug(last)}{number}"

    def _slug(self, text: str) -> str:
        found = self._slugs.get(text)
        if found is None:
            found = self._slugs[text] = _NOT_SLUG.sub("-", words.in_ascii(text)).strip("-")
        return found
