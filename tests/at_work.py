"""Pages that are at work: a key or a click that comes before htmx has looked at a page falls into the void."""

from typing import Any


def at_work(page: Any) -> Any:
    """Returns the page, which answers keys and clicks from now on (js/main.js says so in its root)."""
    page.wait_for_selector("html[data-at-work]", state="attached")
    return page


def open_page(page: Any, address: str) -> Any:
    """Goes to an address of ours and returns the page, at work."""
    page.goto(address)
    return at_work(page)


def load_again(page: Any) -> Any:
    """Loads the page anew and returns it, at work."""
    page.reload()
    return at_work(page)
