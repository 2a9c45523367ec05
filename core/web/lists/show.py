"""Answers every request about a list: the page, its parts for htmx, and what is done to chosen records."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, abort, make_response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInput
from core.fields import describe, entity, label_of, remembering, resolve
from core.i18n import format_number
from core.runtime import CRM
from core.users.access import require
from core.users.models import User
from core.web.context import crm as present_crm
from core.web.context import user as present_user
from core.web.lists import actions, exports, graph
from core.web.lists.cells import Column, card_url, make_columns, row_html, row_menu, words_of
from core.web.lists.definition import ListPage
from core.web.lists.favourites import columns_of, favourites_of
from core.web.lists.filters import branch, condition_of, filter_form
from core.web.lists.groups import Group, check_groups, choices_of_groups, group_label, groups_of
from core.web.lists.source import Source
from core.web.lists.state import DEEPEST, PAGE, State, read_state, state_of
from core.web.pages import is_htmx, page
from core.web.panels import shown_actions

# Kinds of record to whose menus plugins may add.
WITH_ACTIONS = ("client", "deal")


@dataclass(frozen=True)
class Rows:
    """The rows of a page as HTML, how many, and their columns."""

    columns: list[Column]
    html: Markup
    count: int
    has_more: bool
    has_menu: bool = False


@dataclass(frozen=True)
class Total:
    """How many records match; `text` says “10,000+” where counting stopped."""

    number: int
    text: str


def show(list_page: ListPage) -> BaseResponse | str:
    """Returns the answer for the request at hand; the list's view calls it for GET and POST."""
    crm, user = present_crm(), present_user()
    if right := list_page.permission("read"):
        require(user, right)
    with remembering():
        return _answer(crm, user, list_page)


def _answer(crm: CRM, user: User, list_page: ListPage) -> BaseResponse | str:
    state, problem = _state(crm, list_page)
    if isinstance(state, BaseResponse):
        return state
    source = Source(crm, list_page, state, user)
    if request.method == "POST":
        return actions.act(source)
    part = request.args.get("part", "")
    if part:
        if part not in PARTS:
            abort(404)
        return PARTS[part](source)
    return _page(source, problem)


def rows_of(source: Source, *, may_choose: bool = True) -> Rows:
    """Returns the rows of the state's page."""
    paths = columns_of(source.crm, source.user, source.list_page)
    found = source.found
    values = source.values(found.ids, paths)
    # Between the two queries a record may have gone.
    shown = [one for one in found.ids if one in values]
    columns = make_columns(source.crm, source.list_page, source.entity, paths, [values[one] for one in shown])
    url, cells = card_url(source.list_page), [column.cell for column in columns]
    may_choose = may_choose and (_may(source, "write") or _may(source, "delete"))
    has_menu = has_row_menu(source)
    menu = row_menu(source.state.path) if has_menu else lambda _one: ""
    marks = source.marks(shown)
    rows = []
    for one in shown:
        mark, inner = marks.get(one), [cell(values[one]) for cell in cells]
        if mark is None:
            rows.append(row_html(one, url(one), columns, inner, may_choose, menu(one)))
        else:
            card = "" if mark.is_name_only else url(one)
            empty = '<td class="list-more"></td>' if has_menu else ""
            rows.append(row_html(one, card, columns, inner, may_choose, empty, words_of(mark)))
    inside = Markup("".join(rows))  # noqa: S704 - each row has escaped what is in it
    return Rows(columns, inside, len(rows), found.is_more or found.count > source.state.page * PAGE, has_menu)


def total_of(source: Source, rows: Rows | None = None) -> Total:
    """Returns how many records match."""
    number, is_more = source.count() if rows is None else (source.found.count, source.found.is_more)
    return Total(number, format_number(number) + ("+" if is_more else ""))


def _state(crm: CRM, list_page: ListPage) -> tuple[Any, str]:
    """Returns the state of the request, or a way to the default favourite; and what was wrong with the address."""
    if not request.args and request.method == "GET":
        mine = present_user().id
        for one in favourites_of(present_user(), list_page.name):
            if one.is_default and one.user_id == mine:
                return redirect(state_of(one.query, request.path, one.id).url()), ""
    try:
        state = read_state(list_page, request.args, request.path)
        if path := request.args.get("add"):
            field = resolve(crm, entity(crm, list_page.entity), path).field
            state = state.with_condition(condition_of(field, path, request.args))
            if not is_htmx():
                return redirect(state.url()), ""
        return state, ""
    except InvalidInput as error:
        return State(path=request.path, view=request.args.get("v", "list")), str(error)


def _page(source: Source, problem: str) -> Response:
    try:
        shown = _shown(source)
    except InvalidInput as error:
        # A favourite or address may name what is no more: the list stays usable and says what was left out.
        problem = str(error)
        source = replace(source, state=State(path=source.state.path, q="", view=source.state.view))
        shown = _shown(source)
    template = "lists/body.html" if is_htmx() else "lists/page.html"
    response = make_response(page(template, problem=problem, **shown))
    # The same address is a whole page or a part of one.
    response.vary.add("HX-Request")
    if is_htmx():
        how = "HX-Replace-Url" if "typed" in request.args else "HX-Push-Url"
        response.headers[how] = source.state.url(page=source.state.page)
    return response


def _shown(source: Source) -> dict[str, Any]:
    state, list_page = source.state, source.list_page
    check_groups(source)
    is_graph = state.view == "graph"
    groups = groups_of(source) if state.groups and not is_graph else None
    rows = None if groups is not None or is_graph else rows_of(source)
    total = total_of(source, rows)
    return {
        "list_page": list_page,
        "state": state,
        "source": source,
        "rows": rows,
        "groups": groups,
        "graph": graph.choices(source) if is_graph else None,
        "total": total,
        "first": (state.page - 1) * PAGE + 1,
        "chips": _chips(source),
        "group_chips": [(group_label(source, path), state.toggle_group(path)) for path in state.groups],
        "deepest": DEEPEST // PAGE,
        "sum_labels": [label_of(source.crm, source.entity, path) for path in list_page.sums],
        "is_empty": total.number == 0 and not state.q and not state.conditions,
        "may": {verb: _may(source, verb) for verb in ("write", "delete", "export")},
        "undo": actions.undo_of(source),
    }


def _chips(source: Source) -> list[tuple[str, str]]:
    """Returns each condition in words, with the address without it; those of a quick filter under its name."""
    state = source.state
    left = list(state.conditions)
    chips = []
    for quick in source.list_page.quick:
        if state.has(quick.conditions):
            left = [one for one in left if one not in quick.conditions]
    words = describe(source.crm, source.entity, left, source.user)
    chips += [(text, state.without([one])) for text, one in zip(words, left, strict=True)]
    return chips


def has_row_menu(source: Source) -> bool:
    """Tells whether rows have a menu: where plugins may add to the card, and one does."""
    return source.list_page.entity in WITH_ACTIONS and bool(source.crm.hooks.answering("card_actions"))


def _row(source: Source) -> str:
    """Returns the entries of a row's menu: asked for when it is opened, so that a list costs nothing more."""
    (record_id,) = source.chosen_ids([request.args.get("id", 0, int)], is_all=False)
    record = source.entity.model.get_by_id(record_id)
    return page("lists/row.html", actions=shown_actions(source.list_page.entity, record))


def _may(source: Source, verb: str) -> bool:
    right = source.list_page.permission(verb)
    return not right or source.user.can(right)


def _group_part(source: Source) -> str:
    check_groups(source)
    inner: list[Group] | None = groups_of(source) if source.state.groups else None
    rows = None if inner is not None else rows_of(source, may_choose=False)
    context = {"list_page": source.list_page, "state": source.state, "may": {"write": _may(source, "write")}}
    return page("lists/group.html", groups=inner, rows=rows, span=request.args.get("span", 1, int), **context)


def _panel(source: Source) -> str:
    found = favourites_of(source.user, source.list_page.name)
    return page(
        "lists/panel.html",
        list_page=source.list_page,
        state=source.state,
        groupings=choices_of_groups(source),
        favourites=[(one, state_of(one.query, source.state.path, one.id).url()) for one in found],
        me=source.user,
        has_segments="segment" in source.entity.by_name,
    )


def _tree(source: Source) -> str:
    use, at = request.args.get("use", "filter"), request.args.get("at", "")
    nodes = branch(source.crm, source.entity, at, request.args.get("search", "").strip(), use=use)
    chosen = columns_of(source.crm, source.user, source.list_page) if use == "column" else ()
    return page("lists/tree.html", nodes=nodes, use=use, state=source.state, chosen=chosen, at=at)


def _field(source: Source) -> str:
    path = request.args.get("field", "")
    label = label_of(source.crm, source.entity, path)
    form = filter_form(source.crm, source.entity, path, source.user, label)
    return page("lists/field.html", form=form, state=source.state)


def _options(source: Source) -> str:
    from core.fields import options  # the name is also that of this part

    path = request.args.get("field", "")
    found = options(source.crm, source.entity, path, source.user, request.args.get("search", ""))
    return page("lists/options.html", choices=found)


def _columns(source: Source) -> str:
    chosen = columns_of(source.crm, source.user, source.list_page)
    labels = [(path, label_of(source.crm, source.entity, path)) for path in chosen]
    nodes = branch(source.crm, source.entity, use="column")
    context = {"list_page": source.list_page, "state": source.state}
    return page("lists/columns.html", chosen=labels, nodes=nodes, **context)


PARTS: dict[str, Callable[[Source], Any]] = {
    "group": _group_part,
    "row": _row,
    "panel": _panel,
    "tree": _tree,
    "field": _field,
    "options": _options,
    "columns": _columns,
    "edit": actions.edit_form,
    "segment": actions.segment_form,
    "export": exports.export,
    "graph": graph.specification,
}
