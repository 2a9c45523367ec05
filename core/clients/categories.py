"""Categories (tags of clients) and sources (where they come from): the lists that an administrator keeps."""

from collections.abc import Mapping
from typing import Any, TypeVar

from peewee import JOIN, fn

from core.clients.models import Category, Client, ClientCategory, Source
from core.errors import InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit

Word = TypeVar("Word", Category, Source)


def categories_with_counts() -> list[Category]:
    """Returns the categories by name, each with `count`, the number of its clients."""
    query = Category.select(Category, fn.COUNT(ClientCategory.id).alias("count"))
    return list(query.join(ClientCategory, JOIN.LEFT_OUTER).group_by(Category.id).order_by(Category.name))


def sources_with_counts() -> list[Source]:
    """Returns the sources by name, each with `count`, the number of its clients."""
    query = Source.select(Source, fn.COUNT(Client.id).alias("count"))
    return list(query.join(Client, JOIN.LEFT_OUTER).group_by(Source.id).order_by(Source.name))


def create_category(crm: CRM, *, name: str, colour: str = "") -> Category:
    """Returns a new category; raises InvalidInput if the name is taken."""
    return _create(crm, Category, "category", {"name": name, "colour": colour})


def create_source(crm: CRM, *, name: str, is_active: bool = True) -> Source:
    """Returns a new source; raises InvalidInput if the name is taken."""
    return _create(crm, Source, "source", {"name": name, "is_active": is_active})


def get_category(category_id: int) -> Category:
    """Returns a category; raises NotFound."""
    return _get(Category, category_id)


def get_source(source_id: int) -> Source:
    """Returns a source; raises NotFound."""
    return _get(Source, source_id)


def change_category(crm: CRM, category: Category, values: Mapping[str, Any]) -> Category:
    """Returns the category with a new name or colour."""
    return _change(crm, category, "category", values)


def change_source(crm: CRM, source: Source, values: Mapping[str, Any]) -> Source:
    """Returns the source with a new name, or taken out of use or back."""
    return _change(crm, source, "source", values)


def delete_category(crm: CRM, category: Category) -> None:
    """Takes a category away, from its clients too; the history keeps how many had it."""
    with crm.work():
        count = ClientCategory.delete().where(ClientCategory.category == category).execute()
        category.delete_instance()
        audit.record(crm, "category", category.id, "deleted", {"name": [category.name, None], "clients": [count, 0]})


def delete_source(crm: CRM, source: Source) -> None:
    """Deletes a source that nothing refers to; raises InvalidInput for one in use."""
    tables = ("core_client", "core_deal")  # deals lie in a layer above this one
    for table in tables:
        row = crm.database.execute_sql(
            f"SELECT 1 FROM {table} WHERE source_id = {crm.database.param} LIMIT 1",  # noqa: S608 - a known table
            (source.id,),
        ).fetchone()
        if row:
            raise InvalidInput(_("Clients or deals came from this source: take it out of use instead of deleting it."))
    with crm.work():
        source.delete_instance()
        audit.record(crm, "source", source.id, "deleted", {"name": [source.name, None]})


def _create(crm: CRM, model: type[Word], entity: str, values: dict[str, Any]) -> Word:
    values["name"] = _free_name(model, values["name"])
    with crm.work():
        made = model.create(**values)
        audit.record(crm, entity, made.id, "created", {"name": [None, made.name]})
    return made


def _get(model: type[Word], word_id: int) -> Word:
    found = model.get_or_none(model.id == word_id)
    if found is None:
        raise NotFound(_("There is no such entry; somebody may have deleted it."))
    return found


def _change(crm: CRM, word: Word, entity: str, values: Mapping[str, Any]) -> Word:
    values = dict(values)
    if "name" in values:
        values["name"] = _free_name(type(word), values["name"], word.id)
    before = {name: getattr(word, name) for name in values}
    with crm.work():
        for name, value in values.items():
            setattr(word, name, value)
        word.save()
        audit.record(crm, entity, word.id, "changed", audit.differences(before, values))
    return word


def _free_name(model: type[Word], name: str, own_id: int = 0) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(_("Type a name."), fields={"name": [_("Type a name.")]})
    for known_id, known in model.select(model.id, model.name).tuples():
        if known.casefold() == name.casefold() and known_id != own_id:
            sentence = _("There is already “%(name)s”.", name=known)
            raise InvalidInput(sentence, fields={"name": [sentence]})
    return name
