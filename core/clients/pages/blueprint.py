"""The blueprint of the clients' pages, and the client that a page is about."""

from flask import Blueprint

from core.clients.models import Client
from core.clients.services import get_client
from core.web.context import crm, user

blueprint = Blueprint("clients", "core.clients", template_folder="templates")


def shown_client(client_id: int, *, with_deleted: bool = False) -> Client:
    """Returns the client of the page; raises NotFound unless the signed-in user may see it."""
    return get_client(crm(), user(), client_id, with_deleted=with_deleted)
