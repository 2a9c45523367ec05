"""The state of a list, all of it in the address: it can be shared, and the back button goes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from core.errors import InvalidInput
from core.fields import SAFE, as_text, from_text
from core.i18n import _
from core.web.lists.definition import ListPage

PAGE = 80
# Nobody turns that many pages: who looks further narrows the search, and no page grows with the base.
DEEPEST = 10_000
# Counting what a search or filter finds stops here: to find them all may mean to read all there is.
COUNTED = 2_000
LONGEST_SEARCH = 200
MOST_GROUPS = 3


@dataclass(frozen=True)
class State:
    """What a list shows: search, conditions, groups, order, page, view, and the favourite it came from."""

    path: str = ""
    q: str = ""
    conditions: tuple[dict, ...] = ()
    groups: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    view: str = "list"
    favourite: int = 0
    measure: str = ""

    def url(self, **changes: Any) -> str:
        """Returns the address of this state with changes; a change of anything but the page begins at page 1."""
        if "page" not in changes:
            changes["page"] = 1
        changed = replace(self, **changes)
        return f"{self.path}?{changed.query()}"

    def query(self) -> str:
        """Returns the state as the query of an address, never empty, so that it says: not the default favourite."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [("f", as_text(one)) for one in self.conditions]
        pairs += [("g", path) for path in self.groups]
        pairs += [("s", self.sort)] if self.sort else []
        pairs += [("v", self.view)] if self.view != "list" else []
        pairs += [("m", self.measure)] if self.measure else []
        pairs += [("fav", str(self.favourite))] if self.favourite else []
        pairs += [("p", str(self.page))] if self.page > 1 else []
        return urlencode(pairs or [("all", "1")], safe=SAFE)

    def with_condition(self, one: dict) -> "State":
        """Returns the state with one more condition, at page 1; one on the same field and operator is replaced."""
        kept = [old for old in self.conditions if (old["field"], old["op"]) != (one["field"], one["op"])]
        return replace(self, conditions=(*kept, one), favourite=0, page=1)

    def with_all(self, conditions: Sequence[dict]) -> str:
        """Returns the address with these conditions too."""
        added = tuple(one for one in conditions if one not in self.conditions)
        return self.url(conditions=(*self.conditions, *added), favourite=0)

    def toggle_group(self, path: str) -> str:
        """Returns the address with the grouping added as the innermost, or taken away where it is."""
        kept = tuple(one for one in self.groups if one != path)
        groups = kept if path in self.groups else (*kept, path)[-MOST_GROUPS:]
        return self.url(groups=groups, favourite=0)

    @property
    def texts(self) -> list[str]:
        """The conditions as the address has them."""
        return [as_text(one) for one in self.conditions]

    def without(self, conditions: Sequence[dict]) -> str:
        """Returns the address without these conditions."""
        return self.url(conditions=tuple(old for old in self.conditions if old not in conditions), favourite=0)

    def has(self, conditions: Sequence[dict]) -> bool:
        """Tells whether all of these conditions are in force."""
        return all(one in self.conditions for one in conditions)

    def kept(self) -> dict[str, Any]:
        """Returns what a favourite keeps."""
        return {
            "q": self.q,
            "f": list(self.conditions),
            "g": list(self.groups),
            "s": self.sort,
            "v": self.view,
            "m": self.measure,
        }


def state_of(kept: Mapping[str, Any], path: str, favourite: int = 0) -> State:
    """Returns the state that a favourite has kept."""
    return State(
        path=path,
        q=kept.get("q", ""),
        conditions=tuple(kept.get("f", ())),
        groups=tuple(kept.get("g", ())),
        sort=kept.get("s", ""),
        view=kept.get("v", "list"),
        favourite=favourite,
        measure=kept.get("m", ""),
    )


def read_state(list_page: ListPage, args: MultiDict, path: str) -> State:
    """Returns the state that an address says; raises InvalidInput for one that can't be understood."""
    return State(
        path=path,
        q=args.get("q", "").strip()[:LONGEST_SEARCH],
        conditions=tuple(_condition(text) for text in args.getlist("f")),
        groups=tuple(dict.fromkeys(path for path in args.getlist("g") if path))[:MOST_GROUPS],
        sort=args.get("s", ""),
        page=min(max(args.get("p", 1, int), 1), DEEPEST // PAGE),
        view=args.get("v", "list"),
        favourite=args.get("fav", 0, int),
        measure=args.get("m", ""),
    )


def _condition(text: str) -> dict:
    try:
        found = from_text(text)
    except ValueError as error:
        raise InvalidInput(_("A filter in the address can't be read: remove it, or choose it again.")) from error
    if not isinstance(found, dict) or not isinstance(found.get("field"), str) or not isinstance(found.get("op"), str):
        raise InvalidInput(_("A filter in the address can't be read: remove it, or choose it again."))
    return found
