"""How values look in a list: formats and words are found once a column, not once a cell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from flask import url_for
from markupsafe import Markup

from core.fields import Entity, Mark, label_of, resolve, titles, value_labels
from core.i18n import _, format_date, format_money, format_number, language
from core.runtime import CRM
from core.web.addresses import address
from core.web.lists.definition import ListPage

Cell = Callable[[dict[str, Any]], str]
# Stands for the number of a record in what is put together once for all rows.
_NUMBER = "\0"
_NUMERIC = ("number", "money")
_TONES = 8
_CHECK = (
    '<td class="list-check"><input class="form-check-input" type="checkbox" name="ids" value="{}" aria-label="{}"></td>'
)
_MORE = (
    '<td class="list-more"><div class="dropdown"><button type="button" class="btn btn-icon btn-ghost btn-sm"'
    ' data-bs-toggle="dropdown" aria-expanded="false" aria-label="{0}"'
    ' hx-get="{1}?part=row&amp;id={4}" hx-trigger="click once" hx-target="next .dropdown-menu">'
    '<svg class="icon" aria-hidden="true"><use href="{2}#dots-vertical"></use></svg></button>'
    '<div class="dropdown-menu dropdown-menu-end"><div class="dropdown-header">{3}</div></div></div></td>'
)


@dataclass(frozen=True)
class Column:
    """A column as the template draws it: `cell` makes the HTML of one record's value."""

    path: str
    label: str
    kind: str
    cell: Cell
    is_sortable: bool
    is_title: bool = False
    plugin: str = ""

    @property
    def css(self) -> str:
        """The classes of its cells."""
        names = ["num"] if self.kind in _NUMERIC else []
        return " ".join([*names, "list-title"] if self.is_title else [*names, f"list-{self.kind}"])


def make_columns(
    crm: CRM, list_page: ListPage, start: Entity, paths: Iterable[str], rows: Iterable[dict[str, Any]]
) -> list[Column]:
    """Returns the columns for these rows of values; names of linked records are read here, once a kind of record."""
    rows, paths = list(rows), list(paths)
    steps = {path: resolve(crm, start, path) for path in paths}
    wanted: dict[str, set[int]] = {}
    for path, step in steps.items():
        if step.field.kind in ("user", "link") and not step.field.reverse:
            wanted.setdefault(step.field.target, set()).update(row[path] for row in rows if row[path] is not None)
    named = {target: titles(crm, target, ids) for target, ids in wanted.items()}
    given = {one.name for one in crm.record_fields.get(start.name, ())}
    return [
        Column(
            path=path,
            label=label_of(crm, start, path),
            kind=step.field.kind,
            cell=_cell(crm, list_page, path, step.field, named.get(step.field.target, {})),
            is_sortable=step.field.kind != "multichoice" and not step.field.test,
            is_title=path == list_page.title_column,
            plugin=path.partition(".")[0] if path in given else "",
        )
        for path, step in steps.items()
    ]


def text_of(crm: CRM, list_page: ListPage, column: str, field: Any, row: dict[str, Any], named: dict[int, str]) -> Any:
    """Returns a value for a file: words for links and choices; numbers, dates and moments stay what they are."""
    value = row[column]
    if value is None:
        return None
    if field.kind in ("user", "link"):
        return named.get(value, "")
    if field.kind == "multichoice":
        return ", ".join(str(word) for word in value_labels(crm, field, value).values())
    if field.kind in ("choice", "bool"):
        return value_labels(crm, field, [value])[value]
    if isinstance(value, datetime):
        return value.astimezone(crm.config.zone)
    return value


def _cell(crm: CRM, list_page: ListPage, path: str, field: Any, named: dict[int, str]) -> Cell:
    if path == list_page.title_column:
        name = list_page.written.get(path, str)
        return lambda row: escape(name(row[path] or "—"))
    if field.kind == "user":
        return _memo(path, lambda value: person(value, named.get(value, "")))
    if field.kind == "link":
        return _memo(path, lambda value: escape(named.get(value, "")))
    if field.kind == "choice":
        words, colours = {value: str(label) for value, label in field.pairs()}, list_page.colours.get(path, {})
        return _memo(path, lambda value: badge(words.get(value, str(value)), colours.get(value, "")))
    if field.kind == "multichoice":
        words = {value: str(label) for value, label in field.pairs()}
        return lambda row: Markup(" ").join(badge(words.get(one, str(one)), "secondary") for one in row[path] or ())
    if field.kind == "bool":
        return _memo(path, lambda value: escape(_("Yes") if value else _("No")))
    if field.kind == "money":
        currency, base = list_page.money.get(path), crm.currency
        locale = language()
        return lambda row: money(row[path], (row[currency] if currency else base) or base, locale)
    if field.kind == "number":
        return _memo(path, lambda value: escape(format_number(value)))
    if field.kind in ("date", "moment"):
        zone, locale = crm.config.zone, language()
        return lambda row: day(_day_of(row[path], zone), locale)
    if path in list_page.written:
        write = list_page.written[path]
        return lambda row: escape(write(row[path] or ""))
    return lambda row: escape(str(row[path] or ""))


def _day_of(value: Any, zone: Any) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def _memo(path: str, make: Callable[[Any], str]) -> Cell:
    known: dict[Any, str] = {None: "", "": ""}

    def cell(row: dict[str, Any]) -> str:
        value = row[path]
        if value not in known:
            known[value] = make(value)
        return known[value]

    return cell


def person(user_id: int, name: str) -> Markup:
    """Returns a person's name with its round mark."""
    words = (name or "?").split()
    letters = (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
    mark = Markup('<span class="avatar avatar-xs avatar-tone-{}" aria-hidden="true">{}</span>')
    return Markup('<span class="person">{}<span>{}</span></span>').format(
        mark.format(user_id % _TONES, letters), name or _("unknown")
    )


def badge(text: str, colour: str) -> Markup | str:
    """Returns a word on a coloured ground, or the bare word where there is no colour."""
    if not colour:
        return escape(text)
    return Markup('<span class="badge bg-{}-lt">{}</span>').format(colour, text)


# Dates and sums come again from row to row and from page to page, and the locale's rules are slow.
@lru_cache(maxsize=20_000)
def day(value: date | None, locale: str) -> str:
    """Returns a day as the reader of `locale` writes it."""
    return escape(format_date(value))


@lru_cache(maxsize=20_000)
def money(value: Decimal | None, currency: str, locale: str) -> str:
    """Returns a sum as the reader of `locale` writes it; nothing for none."""
    return "" if value is None else escape(format_money(value, currency))


def words_of(mark: Mark | None) -> str:
    """Returns what is said of a record that only a number led to, an empty text for any other."""
    if mark is None:
        return ""
    said = [_("deleted")] * mark.is_deleted + [_("of somebody else")] * mark.is_name_only
    return ", ".join(said)


def row_menu(path: str) -> Callable[[int], str]:
    """Returns what makes the cell with the menu of a row, which asks for its entries when it is opened."""
    words = [
        escape(_("More")),
        escape(path),
        escape(address("static", filename="dist/icons.svg")),
        escape(_("One moment…")),
    ]
    before, after = _MORE.format(*words, _NUMBER).split(_NUMBER)
    return lambda record_id: f"{before}{record_id}{after}"


def row_html(
    record_id: int, url: str, columns: list[Column], cells: list[str], may_choose: bool, menu: str = "", note: str = ""
) -> str:
    """Returns the HTML of a row. Put together here, as a template takes ten times as long; cells are escaped.

    A row with a note is to be looked at alone: it can't be chosen.
    """
    card = escape(url)
    parts = [f'<tr data-row="{record_id}"' + (f' data-url="{card}"' if url else "") + ' tabindex="-1">']
    if may_choose:
        parts.append('<td class="list-check"></td>' if note else _CHECK.format(record_id, escape(_("Choose"))))
    for column, cell in zip(columns, cells, strict=True):
        inner = f'<a href="{card}">{cell}</a>' if column.is_title and url else cell
        # Before the name: a long one is cut at its end.
        said = f'<span class="badge bg-secondary-lt">{escape(note)}</span> ' if note and column.is_title else ""
        parts.append(f'<td class="{column.css}">{said}{inner}</td>')
    return "".join((*parts, menu, "</tr>"))


def card_url(list_page: ListPage) -> Callable[[int], str]:
    """Returns what makes the address of a record's card; the route is looked up once."""
    if not list_page.card:
        return lambda record_id: ""
    sample = url_for(list_page.card, **{list_page.card_argument: 987654321})
    before, _number, after = sample.partition("987654321")
    return lambda record_id: f"{before}{record_id}{after}"
