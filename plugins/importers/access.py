"""Who may import what, and whose imports somebody sees."""

from peewee import ModelSelect

from core.api import NotFound, User, gettext, require
from plugins.importers.kinds.fields import ImportKind
from plugins.importers.models import Batch
from plugins.importers.options import Options
from plugins.importers.services import get_batch

RIGHT = "importers.run"


def visible_batches(user: User) -> ModelSelect:
    """Returns the imports that a user may see: the own ones, or all for those who see everything."""
    query = Batch.select()
    return query if user.role.scope == "all" else query.where(Batch.user_id == user.id)


def visible_batch(user: User, batch_id: int) -> Batch:
    """Returns an import; raises NotFound for one that is none of the user's business."""
    batch = get_batch(batch_id)
    if user.role.scope != "all" and batch.user_id != user.id:
        raise NotFound(gettext("There is no such import."))
    return batch


def check_rights(user: User, kind: ImportKind, options: Options) -> None:
    """Raises NotAllowed unless the user may import this kind, and make users and types where that is asked for."""
    require(user, RIGHT)
    require(user, kind.permission)
    if options.create_missing:
        require(user, "admin.settings")
