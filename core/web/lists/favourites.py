"""Favourites and chosen columns: keeping, finding, deleting them."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import InvalidInput, NotFound
from core.fields import entity, resolve
from core.i18n import _
from core.runtime import CRM
from core.store.written import Written
from core.users.models import User
from core.web.lists.definition import ListPage
from core.web.lists.models import Favourite, ListColumns

LONGEST_NAME = 80
MOST_COLUMNS = 20


def favourites_of(user: User, list_name: str) -> list[Favourite]:
    """Returns the user's favourites of a list and those shared with all, by name."""
    return _SEEN.rows(user.id, list_name)


def keep_favourite(
    crm: CRM,
    user: User,
    list_name: str,
    name: str,
    query: Mapping[str, Any],
    *,
    is_shared: bool = False,
    is_default: bool = False,
) -> Favourite:
    """Returns the favourite, new or written over one of the same name; a user has one default at most."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Give the favourite a name of at most %(n)s characters.", n=LONGEST_NAME)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    mine = (Favourite.user == user) & (Favourite.list_name == list_name)
    with crm.work():
        if is_default:
            Favourite.update(is_default=False).where(mine).execute()
        found = Favourite.get_or_none(mine & (Favourite.name == name))
        kept = {"query": dict(query), "is_shared": is_shared, "is_default": is_default}
        if found is None:
            return Favourite.create(user=user, list_name=list_name, name=name, **kept)
        for key, value in kept.items():
            setattr(found, key, value)
        found.save()
    return found


def delete_favourite(crm: CRM, user: User, favourite_id: int) -> None:
    """Deletes one of the user's own favourites; raises NotFound for any other."""
    with crm.work():
        deleted = Favourite.delete().where(Favourite.id == favourite_id, Favourite.user == user).execute()
    if not deleted:
        raise NotFound(_("There is no such favourite of yours; shared ones are deleted by those who made them."))


def columns_of(crm: CRM, user: User, list_page: ListPage) -> tuple[str, ...]:
    """Returns the columns that the user chose, without those that are no more, or the list's own."""
    found = _CHOSEN.rows(user.id, list_page.name)
    if not found:
        return list_page.columns
    start = entity(crm, list_page.entity)
    return tuple(path for path in found[0].paths if _is_column(crm, start, path)) or list_page.columns


def choose_columns(crm: CRM, user: User, list_page: ListPage, paths: Iterable[str]) -> None:
    """Keeps the user's columns of a list, its title column first; without any the list's own come back."""
    start = entity(crm, list_page.entity)
    paths = list(dict.fromkeys(path for path in paths if _is_column(crm, start, path)))
    if len(paths) > MOST_COLUMNS:
        raise InvalidInput(_("A list has room for at most %(n)s columns.", n=MOST_COLUMNS))
    with crm.work():
        ListColumns.delete().where(ListColumns.user == user, ListColumns.list_name == list_page.name).execute()
        if paths:
            others = [path for path in paths if path != list_page.title_column]
            ListColumns.create(user=user, list_name=list_page.name, paths=[list_page.title_column, *others])


def _is_column(crm: CRM, start: Any, path: str) -> bool:
    try:
        step = resolve(crm, start, path)
    except InvalidInput:
        return False
    # A list within a list belongs to the card; what is many-to-many is read for the record itself only.
    return not any(link.reverse for link in (*step.links, step.field)) and not (step.links and step.field.members)


_SEEN = Written(
    lambda user_id, list_name: (
        Favourite.select(Favourite, User)
        .join(User)
        .where(Favourite.list_name == list_name, (Favourite.user == user_id) | Favourite.is_shared)
        .order_by(Favourite.name, Favourite.id)
    )
)
_CHOSEN = Written(
    lambda user_id, list_name: ListColumns.select().where(
        ListColumns.user == user_id, ListColumns.list_name == list_name
    )
)
