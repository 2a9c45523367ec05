"""Lists: `?page=&page_size=&sort=&q=&filter=` and any field as a filter; the total goes into the header X-Pagination.

Rows are read as plain tuples of just the columns that are shown, and written without building a record for each.
"""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request
from marshmallow import Schema
from peewee import Expression, ModelSelect, fn

from core.errors import InvalidInput
from core.fields import condition
from core.i18n import _
from core.web.context import crm, user
from core.web.rest.answers import written
from core.web.rest.arguments import check_values
from core.web.rest.dump import dump_of
from core.web.rest.resources import Resource

PAGE_SIZE, MOST_ROWS, LAST_PAGE = 80, 500, 1_000_000
LONGEST_SEARCH = 200
PAGING = ("page", "page_size", "sort", "q", "filter")
TOTAL_LASTS_S = 2.0
MOST_TOTALS = 500


def listing(resource: Resource, query: ModelSelect | None = None) -> Response:
    """Returns the page of a resource's list that the request asks for; `query` narrows what is listed."""
    args = request.args
    check_values(args.to_dict(flat=False))
    page = _number(args, "page", 1, LAST_PAGE)
    size = _number(args, "page_size", PAGE_SIZE, MOST_ROWS)
    query = _narrowed(resource, resource.visible(user()) if query is None else query)
    total = _total(query)
    schema = resource.schema_now()
    dump = dump_of(schema, resource.model, crm().currency, resource.single)
    rows = query.select(dump.selection).order_by(*_order(resource, schema)).limit(size).offset((page - 1) * size)
    found = [dump.row(row) for row in crm().database.execute(rows).fetchall()]
    if resource.more and found and not resource.single:
        more = resource.more([resource.model(id=row["id"]) for row in found])
        for row in found:
            row.update(more[row["id"]])
    response = Response(written(found), mimetype="application/json")
    response.headers["X-Pagination"] = json.dumps(_paging(total, page, size))
    return response


def listed(found: Sequence[Any], shape: Callable[[Sequence[Any]], list[Any]]) -> Response:
    """Returns the page that the request asks for of what is already found; `shape` makes its rows JSON."""
    page = _number(request.args, "page", 1, LAST_PAGE)
    size = _number(request.args, "page_size", PAGE_SIZE, MOST_ROWS)
    response = Response(written(shape(found[(page - 1) * size : page * size])), mimetype="application/json")
    response.headers["X-Pagination"] = json.dumps(_paging(len(found), page, size))
    return response


def narrowing(resource: Resource) -> Expression | None:
    """Returns the condition of the request's filters on a resource's records, None where nothing is asked."""
    conditions = _asked(resource)
    return condition(crm(), resource.entity_now(), conditions, user()) if conditions else None


def filter_names(resource: Resource) -> list[str]:
    """Returns the fields that may stand in the address as filters."""
    return [one.name for one in resource.entity_now().fields if not one.reverse and one.name not in PAGING]


def _narrowed(resource: Resource, query: ModelSelect) -> ModelSelect:
    """Returns the query with the request's filters and search in it."""
    where = narrowing(resource)
    if where is not None:
        query = query.where(where)
    words = request.args.get("q", "").strip()
    if words:
        query = query.where(_search(resource, words))
    return query


def _asked(resource: Resource) -> list[dict]:
    """Returns the conditions of the request: those of `filter`, and one for each field in the address."""
    given = [name for name in request.args if name not in PAGING]
    conditions = _conditions(request.args.get("filter", ""))
    known = resource.entity_now().by_name if given else {}
    for name in given:
        if name not in known:
            sentence = _("There is no filter of this name; see the description of the API.")
            raise InvalidInput(_("“%(name)s”: there is no filter of this name.", name=name), fields={name: [sentence]})
        values = request.args.getlist(name)
        if values == [""]:
            conditions.append({"field": name, "op": "empty"})
        elif len(values) == 1:
            conditions.append({"field": name, "op": _equal(known[name].kind), "value": values[0]})
        else:
            conditions.append({"field": name, "op": "in", "value": values})
    return conditions


def _equal(kind: str) -> str:
    return "contains" if kind == "multichoice" else "equal"


def _search(resource: Resource, words: str) -> Expression:
    if resource.search is None or len(words) > LONGEST_SEARCH:
        sentence = _("This list can't be searched for these words.")
        raise InvalidInput(sentence, fields={"q": [sentence]})
    return resource.search(words)


def _conditions(text: str) -> list[dict]:
    if not text:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        sentence = _("Write a filter as a JSON list of conditions, each with a field, an op and a value.")
        raise InvalidInput(sentence, fields={"filter": [sentence]})
    check_values(found, "filter")
    return found


def _order(resource: Resource, schema: type[Schema]) -> list[Any]:
    """Returns the order that is asked for, e.g. `sort=-closed_at,name`; the id decides between equals."""
    columns, order = resource.sort_columns(schema), []
    for name in (request.args.get("sort") or resource.order).split(","):
        plain = name.strip().removeprefix("-")
        if plain not in columns:
            sentence = _("Sort by one of %(known)s.", known=", ".join(columns))
            raise InvalidInput(sentence, fields={"sort": [sentence]})
        order.append(columns[plain].desc() if name.strip().startswith("-") else columns[plain].asc())
    return [*order, resource.model._meta.primary_key]


def _number(args: Any, name: str, default: int, most: int) -> int:
    text = args.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most:
        return int(text)
    sentence = _("Give a whole number from 1 to %(most)s.", most=most)
    raise InvalidInput(f"{name}: {sentence}", fields={name: [sentence]})


_totals: dict[tuple, tuple[float, int | None, int]] = {}


def _total(query: ModelSelect) -> int:
    """Returns how many rows there are.

    A count walks over every row, so it is kept until the history of changes grows, at most two seconds: writing
    in bulk (an import, the sample) appears there only at its end. What was asked is known by the request: writing its
    statement would take longer than finding it again.
    """
    asked = tuple(pair for pair in request.args.items(multi=True) if pair[0] not in ("page", "page_size", "sort"))
    key = (id(crm()), request.path, user().id, asked)
    last = crm().database.execute_sql("SELECT MAX(id) FROM core_audit").fetchone()[0]
    known = _totals.get(key)
    if known and known[1] == last and time.monotonic() - known[0] < TOTAL_LASTS_S:
        return known[2]
    total = query.select(fn.COUNT(query.model._meta.primary_key)).order_by().scalar()
    if len(_totals) >= MOST_TOTALS:
        _totals.clear()
    _totals[key] = (time.monotonic(), last, total)
    return total


def _paging(total: int, page: int, size: int) -> dict[str, int]:
    last = max((total + size - 1) // size, 1)
    found = {"total": total, "total_pages": last, "first_page": 1, "last_page": last, "page": page}
    if page > 1:
        found["previous_page"] = page - 1
    if page < last:
        found["next_page"] = page + 1
    return found
