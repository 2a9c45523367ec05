"""The search of all pages: clients, deals, and what plugins keep, by one line of text."""

from dataclasses import dataclass

from flask import Blueprint, make_response, request, url_for
from peewee import JOIN
from werkzeug.wrappers import Response

from core.clients import search as clients
from core.clients.models import Client
from core.deals import search as deals
from core.deals.models import Deal
from core.hooks.contributions import SearchResult
from core.i18n import Text, _
from core.runtime import CRM
from core.users.access import visible_to
from core.users.models import User
from core.web.context import can, crm, user
from core.web.pages import is_htmx, page

LIMIT = 8
FEWEST_SIGNS = 2
LONGEST = 200

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True)
class Part:
    """What one kind of record, or one plugin, has found; `more_url` leads to all of it."""

    title: Text
    results: list[SearchResult]
    plugin: str = ""
    more_url: str = ""
    has_failed: bool = False


@blueprint.get("/search")
def index() -> Response:
    """Shows the line to search by, and what was found."""
    text = " ".join(request.args.get("q", "").split())[:LONGEST]
    is_asked = len(text) >= FEWEST_SIGNS
    parts = found_parts(crm(), user(), text) if is_asked else []
    template = "web/search_found.html" if is_htmx() else "web/search.html"
    answer = make_response(page(template, q=text, parts=parts, is_asked=is_asked))
    # The same address is a whole page or a part of one.
    answer.vary.add("HX-Request")
    return answer


def found_parts(crm: CRM, reader: User, text: str) -> list[Part]:
    """Returns what was found and may be seen: clients, deals, then plugins in their order."""
    parts = []
    if can("clients.read"):
        parts.append(Part(_("Clients"), _clients(crm, reader, text), more_url=url_for("clients.index", q=text)))
    if can("deals.read"):
        parts.append(Part(_("Deals"), _deals(reader, text), more_url=url_for("deals.index", q=text)))
    parts += _of_plugins(crm, reader, text)
    return [part for part in parts if part.results or part.has_failed]


def _clients(crm: CRM, reader: User, text: str) -> list[SearchResult]:
    seen = visible_to(reader, Client.owner) & Client.deleted_at.is_null()
    query = Client.select(Client.id, Client.name, Client.city, Client.kind)
    query = query.where(seen, clients.matches(Client, text, crm.config.country)).order_by(Client.name_key).limit(LIMIT)
    icons = {"person": "user"}
    return [
        SearchResult(
            one.name, url_for("clients.card", client_id=one.id), one.city or "", icons.get(one.kind, "building")
        )
        for one in query
    ]


def _deals(reader: User, text: str) -> list[SearchResult]:
    seen = visible_to(reader, Deal.owner) & Deal.deleted_at.is_null()
    query = Deal.select(Deal.id, Deal.title, Deal.number, Client.name).join(Client, JOIN.LEFT_OUTER)
    query = query.where(seen, deals.matches(Deal, text)).order_by(Deal.id.desc()).limit(LIMIT)
    return [
        SearchResult(one.title, url_for("deals.card", deal_id=one.id), f"{one.number} · {one.client.name}", "briefcase")
        for one in query
    ]


def _of_plugins(crm: CRM, reader: User, text: str) -> list[Part]:
    titles = {plugin.name: _(plugin.title) for plugin in crm.plugins}
    found: dict[str, list[SearchResult]] = {}
    failed = set()
    for plugin, one in crm.hooks.collect_on_page("search_results", crm=crm, user=reader, text=text, limit=LIMIT):
        kept = found.setdefault(plugin, [])
        if one is None:
            failed.add(plugin)
        else:
            kept.append(one)
    return [Part(titles[name], some[:LIMIT], name, has_failed=name in failed) for name, some in found.items()]
