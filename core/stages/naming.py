"""Which deal types name a person: before somebody leaves, and after, another one must be named there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.stages.models import DealType, Stage, TypeStage


@dataclass
class Naming:
    """A type whose published version names a user: at these stages, as default owner, or for losses."""

    deal_type: DealType
    stages: list[str] = field(default_factory=list)
    is_default_owner: bool = False
    is_for_losses: bool = False


def types_naming(user_ids: Iterable[int]) -> dict[int, list[Naming]]:
    """Returns the types in use that name each of these users, by the user's id, ordered by name; by two queries."""
    ids = set(user_ids)
    if not ids:
        return {}
    found: dict[int, dict[int, Naming]] = defaultdict(dict)
    named = DealType.default_owner.in_(ids) | DealType.loss_user.in_(ids)
    for one in DealType.select().where(DealType.is_used, named):
        for user_id in ids & {one.default_owner_id, one.loss_user_id}:
            found[user_id][one.id] = Naming(
                one, [], one.default_owner_id == user_id, one.loss_user_id == user_id and bool(one.loss_responsible)
            )
    query = TypeStage.select(TypeStage, Stage, DealType).join(Stage)
    query = query.join_from(
        TypeStage, DealType, on=DealType.published_version_id == TypeStage.version, attr="deal_type"
    )
    for row in query.where(DealType.is_used, TypeStage.user.in_(ids)).order_by(TypeStage.place):
        naming = found[row.user_id].setdefault(row.deal_type.id, Naming(row.deal_type))
        naming.stages.append(row.stage.name)
    return {user_id: sorted(types.values(), key=lambda one: one.deal_type.name) for user_id, types in found.items()}
