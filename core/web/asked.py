"""What an address or a form asks for, without what no database takes: too large a number, and the sign NUL."""

from collections.abc import Callable
from typing import Any

from flask import Request, request
from werkzeug.datastructures import ImmutableMultiDict

from core.store.reading import LARGEST

# Nobody turns so many pages.
LAST_PAGE = 100_000


class Asked(ImmutableMultiDict):
    """The arguments of an address or the fields of a form; with `type=int` a number out of bounds is not there.

    Nor is a NUL: nobody types it, and PostgreSQL keeps no text with one.
    """

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        for values in dict.values(self):
            values[:] = [one.replace("\0", "") if isinstance(one, str) else one for one in values]

    def get(self, key: Any, default: Any = None, type: Callable[[Any], Any] | None = None) -> Any:
        """Returns the first value of a name, of the type, or the default."""
        return super().get(key, default, _bounded if type is int else type)

    def getlist(self, key: Any, type: Callable[[Any], Any] | None = None) -> list[Any]:
        """Returns the values of a name that are of the type."""
        return super().getlist(key, _bounded if type is int else type)


class AskingRequest(Request):
    """A request whose numbers are bounded."""

    parameter_storage_class = Asked


def page_number(name: str = "page") -> int:
    """Returns the number of the page that the address asks for: 1 where it asks for none."""
    return min(max(request.args.get(name, 1, int), 1), LAST_PAGE)


def _bounded(text: Any) -> int:
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number
