"""Lists: declared by `ListPage`, answered by `show`.

CLIENTS = ListPage("clients", "client", lazy("Clients"), columns=("name", "owner"), title_column="name", …)

@blueprint.route("/", methods=["GET", "POST"])
@needs("clients.read")
def index():
    return show(CLIENTS)
"""

from core.web.lists.definition import GRAPH, LIST, Action, Empty, ListPage, Quick, View

__all__ = ["GRAPH", "LIST", "Action", "Empty", "ListPage", "Quick", "View", "show"]


def __getattr__(name: str) -> object:
    """Returns `show` when it is first asked for: declaring a list needs no Flask."""
    if name == "show":
        from core.web.lists.show import show

        return show
    raise AttributeError(name)
