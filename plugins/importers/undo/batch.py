"""Takes a whole import back: what it made is deleted, what it changed is put back, what was edited since is kept."""

from collections.abc import Callable

from core.api import CRM, Conflict, gettext
from plugins.importers.models import Batch
from plugins.importers.undo.clients import delete_clients, delete_contacts, delete_points, restore_clients
from plugins.importers.undo.deals import delete_deals, restore_deals
from plugins.importers.undo.made import delete_made
from plugins.importers.undo.undoing import Undoing


def undo_batch(crm: CRM, batch: Batch, *, tell: Callable[[int], None] | None = None) -> Batch:
    """Returns the batch, undone; its `kept` names what was edited since the import and therefore stays, and why.

    It goes by chunks, each a unit of work, and goes on where it was after a kill. Raises Conflict for an import that
    never ran or is undone already.
    """
    if batch.state not in ("done", "failed", "running", "undoing"):
        raise Conflict(gettext("This import can't be undone: it has not run, or is undone already."))
    with crm.acting(crm.actor.user_id, f"undo:{batch.id}"):
        undoing = Undoing(crm, batch, tell)
        if batch.state != "undoing":
            with crm.work():
                batch.state, batch.kept = "undoing", []
                batch.save()
        for step in (
            restore_deals,
            delete_deals,
            delete_points,
            restore_clients,
            delete_contacts,
            delete_clients,
            delete_made,
        ):
            step(undoing)
        with crm.work():
            batch.state, batch.undone_at = "undone", crm.clock.now()
            batch.save()
            crm.changed("import", batch.id, "undone")
    return batch
