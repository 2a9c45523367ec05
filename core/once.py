"""What is asked once for the answer to one request, however many parts of the page need it."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Found = TypeVar("Found")
_found: ContextVar[dict[Hashable, object] | None] = ContextVar("hinka_found", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Runs the block, which only reads, with the answers of `once` kept until its end."""
    if _found.get() is not None:
        yield
        return
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


def once(key: Hashable, make: Callable[[], Found]) -> Found:
    """Returns what `make` gives, made at most once while `remembering`: everybody gets the same object."""
    known = _found.get()
    if known is None:
        return make()
    if key not in known:
        known[key] = make()
    return known[key]
