"""What templates can say: gettext, and how money, moments, dates and numbers are written for the reader."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, g
from markupsafe import Markup, escape

from core import i18n
from core.contacts import format_phone
from core.runtime import CRM
from core.tasks.words import due_words
from core.web.addresses import address


def add_words(app: Flask, crm: CRM) -> None:
    """Gives the templates of `app` their filters and functions."""
    zone = crm.config.zone

    def money(amount: Decimal | None, currency: str = "") -> str:
        return i18n.format_money(amount, currency or crm.currency)

    def moment(at: datetime | None) -> str:
        return i18n.format_moment(at, zone)

    def sentence(text: str) -> Markup:
        """Keeps the line breaks of what a user typed."""
        return Markup("<br>").join(escape(line) for line in str(text).splitlines())  # noqa: S704 - each is escaped

    def whole_money(amount: Decimal | None, currency: str = "") -> str:
        """Money without its small coins, for figures that are read at a glance."""
        return i18n.format_whole_money(amount, currency or crm.currency)

    def due(at: datetime | None) -> str:
        """When an open task is due, as one says it."""
        return due_words(at, crm.clock.now(), zone)

    def is_past(at: datetime | None) -> bool:
        return at is not None and at < crm.clock.now()

    filters = {
        "due": due,
        "is_past": is_past,
        "whole_money": whole_money,
        "money": money,
        "moment": moment,
        "date": _day,
        "number": i18n.format_number,
        "percent": i18n.format_percent,
        "duration": i18n.format_duration,
        "lines": sentence,
        "phone": format_phone,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(icons=_icons, url_for=address)
    app.jinja_env.globals.update(has_page=lambda endpoint: endpoint in app.view_functions)
    app.jinja_env.globals.update(_=i18n.gettext, gettext=i18n.gettext, ngettext=i18n.ngettext)


def _day(day: date | datetime | None) -> str:
    return i18n.format_date(day)


def _icons() -> str:
    """Returns the address of the sprite of icons, put together once a request: a page has dozens of them."""
    if "icons" not in g:
        g.icons = address("static", filename="dist/icons.svg")
    return g.icons
