"""Where the link of a number leads: to the list of deals, or, where it names another one, to that."""

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
    from flask import g, request, url_for  # reports are made on the command line, too

    if link.startswith("/"):
        return request.script_root + link
    name, mark, query = link.partition("?")
    place, query = (LISTS[name], query) if mark and name in LISTS else (DEALS, link)
    starts = g.setdefault("starts_of_lists", {})
    if place not in starts:
        starts[place] = url_for(place)
    return f"{starts[place]}?{query}"
