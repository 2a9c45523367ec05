"""What is done with a list: changes of the chosen records, their undo, favourites, columns, segments."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import make_response, request
from werkzeug.wrappers import Response

from core import mass
from core.clients import segments
from core.errors import InvalidInput, NotFound
from core.fields import label_of, options, resolve
from core.fields.tree import Field
from core.i18n import _, group_sign, ngettext
from core.moments import day_of
from core.money import parse_amount
from core.store.reading import read_number
from core.users.access import require
from core.web.lists import favourites
from core.web.lists.filters import CHOOSING
from core.web.lists.source import Source
from core.web.lists.state import State
from core.web.pages import go_to, page

EMPTY = "empty"
_LONGEST = 1_000


@dataclass(frozen=True)
class Undo:
    """The last change of many records, as the page offers to take it back."""

    token: str
    count: int


def act(source: Source) -> Response:
    """Does what the sent form says, and answers with the way back to the list."""
    name = request.form.get("action", "")
    for action in source.list_page.actions:
        if action.key == name:
            return _own_action(source, action)
    if name not in ACTIONS:
        raise InvalidInput(_("There is no such action; reload the page."))
    return ACTIONS[name](source)


def edit_form(source: Source) -> str:
    """Returns the form that changes one field of the chosen records."""
    path = request.args.get("field", "")
    field = _editable(source, path)
    choices = options(source.crm, source.entity, path, source.user) if field.kind in CHOOSING else []
    if field.kind == "user":
        choices = [(value, label) for value, label in choices if isinstance(value, int)]
    label = label_of(source.crm, source.entity, path)
    return page("lists/edit.html", field=field, path=path, label=label, choices=choices, state=source.state)


def undo_of(source: Source) -> Undo | None:
    """Returns what the address says was just done, if it was done by this user."""
    token = request.args.get("done", "")
    count = mass.count_of(token, source.user.id) if token else 0
    return Undo(token, count) if count else None


def chosen(source: Source) -> list[int]:
    """Returns the ids that the form has chosen, or of all that match if it says so."""
    ids = [one for one in map(read_number, request.form.getlist("ids")) if one is not None]
    return source.chosen_ids(ids, is_all="all" in request.form)


def _edit(source: Source) -> Response:
    require(source.user, source.list_page.permission("write"))
    path = request.form.get("field", "")
    field = _editable(source, path)
    value = _value(field)
    ids = chosen(source)
    with mass.one_go(source.crm, source.user.id) as token:
        _change(source, ids, path, field, value)
    return _done(source, token)


def _change(source: Source, ids: list[int], path: str, field: Field, value: Any) -> None:
    change = source.list_page.change
    if field.members is None or request.form.get("how") == "set":
        change(source.crm, source.user, ids, {path: value})
        return
    # Categories are added to those that each record has, or taken from them.
    held = source.values(ids, (path,))
    by_result: dict[tuple, list[int]] = {}
    for one in ids:
        before = set(held[one][path])
        after = before - set(value) if request.form.get("how") == "remove" else before | set(value)
        if after != before:
            by_result.setdefault(tuple(sorted(after)), []).append(one)
    for after, some in by_result.items():
        change(source.crm, source.user, some, {path: list(after)})


def _delete(source: Source) -> Response:
    require(source.user, source.list_page.permission("delete"))
    if source.list_page.delete is None:
        raise InvalidInput(_("Records of this list can't be deleted here."))
    ids = chosen(source)
    with mass.one_go(source.crm, source.user.id) as token:
        source.list_page.delete(source.crm, source.user, ids)
    return _done(source, token)


def _undo(source: Source) -> Response:
    require(source.user, source.list_page.permission("write"))
    list_page, start = source.list_page, source.entity

    def restore(crm: Any, user: Any, ids: Any) -> int:
        return mass.restore_many(crm, start.name, start.model, ids)

    token = request.form.get("token", "")
    done, kept = mass.undo(source.crm, start, token, source.user, list_page.change, list_page.restore or restore)
    message = ngettext("Taken back: one record.", "Taken back: %(n)s records.", done)
    if kept:
        message += " " + ngettext(
            "One was changed since and stays as it is.", "%(n)s were changed since and stay as they are.", kept
        )
    return go_to(source.state.url(page=source.state.page), message)


def _own_action(source: Source, action: Any) -> Response:
    if action.permission:
        require(source.user, action.permission)
    done = action.run(source.crm, source.user, chosen(source), request.form)
    return done if isinstance(done, Response) else go_to(source.state.url(page=source.state.page), done)


def _favourite(source: Source) -> Response:
    kept = favourites.keep_favourite(
        source.crm,
        source.user,
        source.list_page.name,
        request.form.get("name", ""),
        source.state.kept(),
        is_shared="is_shared" in request.form,
        is_default="is_default" in request.form,
    )
    return go_to(source.state.url(favourite=kept.id), _("Saved: %(name)s.", name=kept.name))


def _unfavourite(source: Source) -> Response:
    favourites.delete_favourite(source.crm, source.user, request.form.get("favourite", 0, int))
    return go_to(source.state.url(favourite=0), _("The favourite is deleted."))


def _columns(source: Source) -> Response:
    paths = request.form.getlist("path") if request.form["action"] == "columns" else []
    favourites.choose_columns(source.crm, source.user, source.list_page, paths)
    return go_to(source.state.url(page=source.state.page))


def _segment(source: Source) -> Response:
    """Keeps the chosen records as a fixed segment, new or one that is there."""
    ids = chosen(source)
    found = _segment_to_fill(source)
    added = segments.add_members(source.crm, source.user, found, ids)
    message = ngettext("One added to %(name)s.", "%(n)s added to %(name)s.", added, name=found.name)
    return go_to(source.state.url(page=source.state.page), message)


def _segment_to_fill(source: Source) -> segments.Segment:
    segment_id, name = request.form.get("segment", 0, int), request.form.get("name", "")
    if segment_id:
        return segments.get_segment(source.crm, source.user, segment_id)
    return segments.create_segment(source.crm, source.user, name, source.list_page.entity, kind="fixed")


def _unsegment(source: Source) -> Response:
    """Takes the chosen records out of the fixed segment that the list is filtered by."""
    found = segments.get_segment(source.crm, source.user, segment_of(source.state) or 0)
    removed = segments.remove_members(source.crm, source.user, found, chosen(source))
    message = ngettext("One taken out of %(name)s.", "%(n)s taken out of %(name)s.", removed, name=found.name)
    return go_to(source.state.url(), message)


def segment_of(state: State) -> int | None:
    """Returns the id of the one segment that the list is filtered by, or None."""
    found = [one.get("value") for one in state.conditions if one["field"] == "segment" and one["op"] == "equal"]
    return found[0] if len(found) == 1 and isinstance(found[0], int) else None


def segment_form(source: Source) -> str:
    """Returns the form that puts the chosen records into a fixed segment, a new one or one of the user's."""
    mine = [one for one in segments.seen_segments(source.user, source.list_page.entity) if one.kind == "fixed"]
    mine = [one for one in mine if one.owner_id == source.user.id]
    here = segment_of(source.state)
    return page("lists/segment.html", segments=mine, here=next((one for one in mine if one.id == here), None))


def _save_segment(source: Source) -> Response:
    """Keeps the filters in force as a live segment; one of the user's of the same name takes them over."""
    if source.state.q:
        raise InvalidInput(_("A live segment is made of filters alone: empty the search line first, or use filters."))
    conditions, is_shared = list(source.state.conditions), "is_shared" in request.form
    name, entity_name = " ".join(request.form.get("name", "").split()), source.list_page.entity
    old = segments.find_own(source.user, entity_name, name, kind="live")
    if old is not None:
        segments.change_segment(source.crm, source.user, old, conditions=conditions, is_shared=is_shared)
    else:
        kept = {"kind": "live", "conditions": conditions, "is_shared": is_shared}
        segments.create_segment(source.crm, source.user, name, entity_name, **kept)
    return go_to(source.state.url(), _("The segment %(name)s is saved.", name=name))


def _done(source: Source, token: str) -> Response:
    """Answers with the list, which offers to take back what was done."""
    answer = go_to(f"{source.state.url(page=source.state.page)}&done={token}")
    return make_response(answer)


def _editable(source: Source, path: str) -> Field:
    properties = [name for name in source.entity.by_name if name.startswith("properties.")]
    if path not in (*source.list_page.mass_edit, *properties) or source.list_page.change is None:
        raise NotFound(_("“%(field)s” can't be changed for many records.", field=path))
    return resolve(source.crm, source.entity, path).field


def _value(field: Field) -> Any:
    """Returns the typed value of the sent form; raises InvalidInput for one that does not fit the field."""
    sent = request.form.getlist("value")
    text = sent[0].strip() if sent else ""
    is_many = field.kind == "multichoice"
    if not is_many and ("nothing" in request.form or text == ""):
        return "" if field.kind in ("text", "choice") else None
    try:
        return _several(field, sent) if is_many else _READERS.get(field.kind, _text)(field, text)
    except (ValueError, InvalidOperation) as error:
        sentence = _("“%(value)s” is no value for “%(field)s”.", value=text[:40], field=str(field.label))
        raise InvalidInput(sentence, fields={"value": [sentence]}) from error


def _several(field: Field, sent: list[str]) -> list[Any]:
    return [int(one) if field.members else one for one in sent if one]


def _text(field: Field, text: str) -> str:
    if len(text) > _LONGEST or "\0" in text:
        raise ValueError(text)
    return text


def _choice(field: Field, text: str) -> Any:
    known = {str(value): value for value, _label in field.pairs()}
    if text not in known:
        raise ValueError(text)
    return known[text]


def _number(field: Field, text: str) -> Decimal:
    return parse_amount(text, thousands=group_sign())


_READERS: dict[str, Callable[[Field, str], Any]] = {
    "choice": _choice,
    "bool": lambda field, text: text in ("True", "true", "1"),
    "user": lambda field, text: int(text),
    "link": lambda field, text: int(text),
    "number": _number,
    "money": _number,
    "date": lambda field, text: day_of(text),
}
ACTIONS: dict[str, Callable[[Source], Response]] = {
    "edit": _edit,
    "delete": _delete,
    "undo": _undo,
    "favourite": _favourite,
    "unfavourite": _unfavourite,
    "columns": _columns,
    "columns-reset": _columns,
    "segment": _segment,
    "unsegment": _unsegment,
    "save-segment": _save_segment,
}
