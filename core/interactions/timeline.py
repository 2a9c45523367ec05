"""The timeline of a client or deal: what was said and done, newest first, page by page.

Each kind of entry is one query along its index; a page continues after the last entry of the one before by
(moment, order of the kind, id), so that it takes the same time however long the history is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from peewee import JOIN, Field, ModelSelect, Select

from core.clients.models import Contact
from core.deals.models import Deal
from core.interactions.deal_moves import CLOSING, VISIT, Page, moves_of
from core.interactions.models import Comment, Interaction
from core.interactions.words import KINDS
from core.runtime import CRM
from core.store.audit import Audit
from core.store.fields import from_microseconds, to_microseconds
from core.store.reading import read_number
from core.users.access import visible_to
from core.users.models import User

PAGE = 20
# In this order entries of the same moment follow each other.
SOURCES = ("interaction", "comment", CLOSING, VISIT, "change")
PLUGIN = "plugin"
DEFAULT = (*KINDS, "comment", "move", PLUGIN)
FILTERS = (*DEFAULT, "change")


@dataclass(frozen=True)
class Entry:
    """One entry: `source` is of SOURCES, `record` what it is about, `user` who did it.

    Entries of plugins have the plugin's name as `plugin`, and stand after all others of their moment, at `place`.
    """

    source: str
    at: datetime
    id: int
    record: Any
    user: User | None = None
    plugin: str = ""
    place: int = 0

    @property
    def order(self) -> tuple[int, int, int]:
        """What entries are ordered by."""
        return -to_microseconds(self.at), self.place or SOURCES.index(self.source), -self.id

    @property
    def mark(self) -> str:
        """Where the next page begins, as text for an address."""
        moment, place, number = self.order
        return f"{-moment}-{place}-{-number}"


@dataclass(frozen=True)
class Timeline:
    """A page of entries; `next` is the mark of the next page, empty on the last one."""

    entries: list[Entry]
    next: str = ""


def timeline(
    crm: CRM,
    user: User,
    entity: str,
    record: Any,
    *,
    kinds: Iterable[str] = DEFAULT,
    after: str = "",
    limit: int = PAGE,
) -> Timeline:
    """Returns a page of the timeline of a client, deal or task; the caller has made sure that the user sees it.

    `kinds` are of FILTERS; `after` is the mark of the page before. Deals that the user does not see stay hidden.
    """
    wanted = set(kinds) & set(FILTERS)
    cursor = _cursor(after)
    scope = _Scope(user, entity, record.id)
    found: list[Entry] = []
    for read, kinds_read in _READERS:
        if wanted & kinds_read:
            found += read(scope, wanted, partial(_page, cursor=cursor, limit=limit))
    if PLUGIN in wanted:
        found += _of_plugins(crm, user, entity, record, cursor, limit)
    found.sort(key=lambda entry: entry.order)
    shown = _with_users(found[:limit])
    return Timeline(shown, shown[-1].mark if len(found) > limit else "")


@dataclass(frozen=True)
class _Scope:
    user: User
    entity: str
    entity_id: int

    @property
    def deals(self) -> Any:
        """The condition of the deals whose moves and comments belong here."""
        if self.entity == "deal":
            return Deal.id == self.entity_id
        return (Deal.client == self.entity_id) & Deal.deleted_at.is_null() & visible_to(self.user, Deal.owner)

    @property
    def deal_ids(self) -> Select:
        """The same as a subquery."""
        return Deal.select(Deal.id).where(self.deals)


def _interactions(scope: _Scope, wanted: set[str], page: Page) -> list[Entry]:
    query = (
        Interaction.select(Interaction, User, Contact, Deal)
        .join(User, JOIN.LEFT_OUTER)
        .join_from(Interaction, Contact, JOIN.LEFT_OUTER)
        .join_from(Interaction, Deal, JOIN.LEFT_OUTER, on=(Interaction.deal == Deal.id) & scope.deals, attr="seen_deal")
    )
    owner = Interaction.client if scope.entity == "client" else Interaction.deal
    query = query.where(owner == scope.entity_id)
    if not wanted >= set(KINDS):
        query = query.where(Interaction.kind.in_(sorted(wanted & set(KINDS))))
    return [
        Entry("interaction", one.at, one.id, one, one.user)
        for one in page(query, Interaction.at, Interaction.id, "interaction")
    ]


def _comments(scope: _Scope, wanted: set[str], page: Page) -> list[Entry]:
    here = (Comment.entity == scope.entity) & (Comment.entity_id == scope.entity_id)
    if scope.entity == "client":
        here |= (Comment.entity == "deal") & Comment.entity_id.in_(scope.deal_ids)
    query = Comment.select(Comment, User).join(User, JOIN.LEFT_OUTER).where(here)
    return [Entry("comment", one.at, one.id, one, one.user) for one in page(query, Comment.at, Comment.id, "comment")]


def _moves(scope: _Scope, wanted: set[str], page: Page) -> list[Entry]:
    return [Entry(one.source, one.at, one.id, one, one.user) for one in moves_of(scope.deals, page)]


def _changes(scope: _Scope, wanted: set[str], page: Page) -> list[Entry]:
    query = Audit.select().where(Audit.entity == scope.entity, Audit.entity_id == scope.entity_id)
    return [Entry("change", one.at, one.id, one) for one in page(query, Audit.at, Audit.id, "change")]


# Who reads, and entries of which kinds.
_READERS = (
    (_interactions, set(KINDS)),
    (_comments, {"comment"}),
    (_moves, {"move"}),
    (_changes, {"change"}),
)


def _of_plugins(crm: CRM, user: User, entity: str, record: Any, cursor: tuple | None, limit: int) -> list[Entry]:
    """The entries of plugins that come after the cursor: each is asked once a page."""
    until = cursor[0] if cursor else None
    asked = {"entity": entity, "record": record, "user": user, "until": until, "limit": limit + 1}
    places = {name: len(SOURCES) + place for place, name in enumerate(crm.hooks.order)}
    found = [
        Entry(PLUGIN, one.at, one.id, one, one.user, plugin, places[plugin])
        for plugin, one in crm.hooks.collect_on_page("timeline_entries", crm=crm, **asked)
        if one is not None
    ]
    if cursor is None:
        return found
    moment, place, number = cursor
    return [entry for entry in found if entry.order > (-to_microseconds(moment), place, -number)]


def _page(query: ModelSelect, at: Field, key: Field, source: str, *, cursor: tuple | None, limit: int) -> ModelSelect:
    """The entries of one source that come after the cursor, one more than fit."""
    if cursor:
        moment, place, last_id = cursor
        own_place = SOURCES.index(source)
        if own_place < place:
            query = query.where(at < moment)
        elif own_place > place:
            query = query.where(at <= moment)
        else:
            query = query.where((at < moment) | ((at == moment) & (key < last_id)))
    return query.order_by(at.desc(), key.desc()).limit(limit + 1)


def _cursor(after: str) -> tuple[datetime, int, int] | None:
    parts = after.split("-")
    numbers = [number for part in parts if (number := read_number(part)) is not None]
    if len(numbers) != len(parts) or len(parts) != 3:
        return None
    try:
        return from_microseconds(numbers[0]), numbers[1], numbers[2]
    except OverflowError:  # after the last year there is
        return None


def _with_users(entries: list[Entry]) -> list[Entry]:
    """Names those who changed records: these rows keep only an id."""
    ids = {entry.record.user_id for entry in entries if entry.source == "change"} - {None}
    if not ids:
        return entries
    users = {user.id: user for user in User.select().where(User.id.in_(sorted(ids)))}
    return [
        replace(entry, user=users.get(entry.record.user_id)) if entry.source == "change" else entry for entry in entries
    ]
