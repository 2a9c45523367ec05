"""What a view may ask of the request it answers: the instance, the signed-in user, and which door it stands behind."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException

from core.errors import NotSignedIn
from core.i18n import _
from core.runtime import CRM
from core.users.access import require
from core.users.models import User

View = TypeVar("View", bound=Callable[..., Any])


def crm() -> CRM:
    """Returns the running instance."""
    return current_app.extensions["hinka"]


def user() -> User:
    """Returns the signed-in user; raises NotSignedIn."""
    found = find_user()
    if found is None:
        raise NotSignedIn(_("Please sign in first."))
    return found


def find_user() -> User | None:
    """Returns the signed-in user, or None on a page for everybody."""
    return g.get("user")


def can(permission: str) -> bool:
    """Tells whether the signed-in user holds a permission; nobody holds any on a page for everybody."""
    found = find_user()
    return found is not None and found.can(permission)


def public(view: View) -> View:
    """Marks a view that answers without sign-in, or checks a secret of its own."""
    view.is_public = True
    return view


def foreign(view: View) -> View:
    """Marks a view that other programs post to: it has no token of our forms and checks a secret of its own."""
    view.is_foreign = True
    return view


def unconnected(view: View) -> View:
    """Marks a view that is given no connection to the database and no user: a stream, or the health check."""
    view.is_unconnected = True
    return view


def takes_up_to(size: int) -> Callable[[View], View]:
    """Marks a view that takes larger uploads than a form's usual, up to `size` bytes."""

    def mark(view: View) -> View:
        view.upload_limit = size
        return view

    return mark


def needs(permission: str) -> Callable[[View], View]:
    """Lets only those in who hold the permission; raises NotAllowed for others."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            require(user(), permission)
            return view(*args, **kwargs)

        guarded.needs = permission
        return guarded

    return wrap


def mark_of_view(name: str, default: Any = None) -> Any:
    """Returns a mark that a decorator above has put on the view of this request."""
    view = current_app.view_functions.get(request.endpoint or "")
    of_class = getattr(view, "view_class", None)
    return getattr(view, name, getattr(of_class, name, default))


def page_arguments() -> dict[str, Any]:
    """Returns what the address of the page says from which htmx asked, or the link was followed, such as `client_id`.

    A part that lies over any page learns by it what the page shows; it looks that up as the user may see it.
    """
    address = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    try:
        _endpoint, found = current_app.create_url_adapter(request).match(
            address.path.removeprefix(request.script_root), method="GET"
        )
    except HTTPException:
        return {}
    return dict(found)


def came_from() -> str:
    """Returns the path of our page from which htmx asked, a form was sent or a link followed; "" if it was none."""
    address = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return f"{address.path}?{address.query}".rstrip("?") if address.netloc == request.host else ""


def is_api() -> bool:
    """Tells whether the request goes to the REST API, so that even errors are JSON."""
    return request.path.startswith("/api/")


def bearer_secret() -> str:
    """Returns the token of the Authorization header, or an empty text."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""
