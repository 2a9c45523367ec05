"""The keys that the pages know, listed for whoever presses “?”."""

from flask import Blueprint

from core.i18n import Text, lazy
from core.web.pages import is_htmx, page

blueprint = Blueprint("keys", __name__)

# Each group: its title, and (keys, what they do). Several keys in a row are pressed one after the other.
KEYS: tuple[tuple[Text, tuple[tuple[tuple[str, ...], Text], ...]], ...] = (
    (
        lazy("Everywhere"),
        (
            (("S",), lazy("Search everywhere")),
            (("I",), lazy("Note a call, letter or meeting")),
            (("T",), lazy("My tasks")),
            (("N",), lazy("New, on lists and on “My tasks”")),
            (("W",), lazy("Write a message, on cards")),
            (("Ctrl", "Enter"), lazy("Send the form of a dialog")),
            (("?",), lazy("These keys")),
        ),
    ),
    (
        lazy("In a list"),
        (
            (("/",), lazy("Search in the list")),
            (("J",), lazy("Next row; the arrow down, too")),
            (("K",), lazy("Row before; the arrow up, too")),
            (("Enter",), lazy("Open the row")),
            (("X",), lazy("Choose the row")),
            (("G", "L"), lazy("Show as a list")),
            (("G", "B"), lazy("Show as a board")),
            (("G", "C"), lazy("Show as a calendar")),
            (("G", "M"), lazy("Show as a route map")),
            (("G", "G"), lazy("Show as a graph")),
        ),
    ),
)


@blueprint.get("/keys")
def index() -> str:
    """Shows the keys, in a dialog where htmx asks."""
    return page("web/_keys.html" if is_htmx() else "web/keys.html", groups=KEYS)
