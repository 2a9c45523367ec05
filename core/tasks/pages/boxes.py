"""The boxes of tasks on the cards of deals and clients."""

from core.clients.models import Client
from core.deals.models import Deal
from core.process import services as process
from core.tasks.reading import tasks_of, tasks_of_client
from core.web.context import user
from core.web.pages import page


def box_of(subject: Deal | Client) -> str:
    """Returns the box of a card anew, in answer to htmx."""
    found = tasks_of(subject) if isinstance(subject, Deal) else tasks_of_client(user(), subject)
    proofs = process.proposed_on(found)
    return page("tasks/_box_again.html", subject=subject, is_deal=isinstance(subject, Deal), tasks=found, proofs=proofs)
