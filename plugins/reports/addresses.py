"""Where the link of a number leads: to the list of deals, or, where it names another one, to that."""

from collections.abc import Callable
from functools import cache, partial

CLIENTS, TALKS = "clients", "talks"
DEALS = "deals.index"
LISTS = {CLIENTS: "clients.index", TALKS: "interactions.index"}


def to_list(name: str, query: str) -> str:
    """Returns the link to another list than that of deals: of CLIENTS, or of TALKS (interactions)."""
    return f"{name}?{query}"


def address_of(link: str) -> str:
    """Returns the address that a link stands for.

    A link is a path of ours, the name of a list with a query, or the query of the list of deals alone.
    """
    return addresses()(link)


def addresses() -> Callable[[str], str]:
    """Returns `address_of` for many links: what it asks of the request is asked once."""
    from flask import g, request, url_for  # reports are made on the command line, too

    if "address_of_link" not in g:
        g.address_of_link = partial(_address, request.script_root, cache(lambda place: url_for(place) + "?"))
    return g.address_of_link


def _address(root: str, start_of: Callable[[str], str], link: str) -> str:
    if link.startswith("/"):
        return root + link
    name, mark, query = link.partition("?")
    return start_of(LISTS[name]) + query if mark and name in LISTS else start_of(DEALS) + link
