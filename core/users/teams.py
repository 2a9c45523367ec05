"""Teams: a tree in which a head sees what the teams below do."""

from dataclasses import dataclass, field

from core.errors import Conflict, InvalidInput, NotFound
from core.i18n import _
from core.runtime import CRM
from core.store import audit
from core.users.models import Team, User


@dataclass
class Branch:
    """A team in the tree, with its head, its members and the teams below it; `depth` counts from 0."""

    team: Team
    depth: int
    head: User | None
    members: list[User] = field(default_factory=list)


def create_team(crm: CRM, name: str, *, parent: Team | None = None, head: User | None = None) -> Team:
    """Returns a new team; raises InvalidInput if the name is taken."""
    _check_name(name, None)
    with crm.work():
        team = Team.create(name=name.strip(), parent=parent, head_id=head.id if head else None)
        audit.record(crm, "team", team.id, "created", {"name": [None, team.name]})
    return team


def change_team(crm: CRM, team: Team, *, name: str, parent: Team | None, head: User | None) -> Team:
    """Returns the team with new facts; raises InvalidInput for a name in use or a circle of teams."""
    _check_name(name, team)
    _check_circle(team, parent)
    before = _facts(team)
    with crm.work():
        team.name, team.parent, team.head_id = name.strip(), parent, head.id if head else None
        team.save()
        audit.record(crm, "team", team.id, "changed", audit.differences(before, _facts(team)))
    return team


def delete_team(crm: CRM, team: Team) -> None:
    """Deletes a team without members and without teams below it; raises Conflict otherwise."""
    if User.select().where(User.team == team).exists():
        raise Conflict(_("%(name)s still has members: move them to another team first.", name=team.name))
    if Team.select().where(Team.parent == team).exists():
        raise Conflict(_("%(name)s still has teams below it: move them first.", name=team.name))
    with crm.work():
        team.delete_instance()
        audit.record(crm, "team", team.id, "deleted", {"name": [team.name, None]})


def get_team(team_id: int) -> Team:
    """Returns a team; raises NotFound."""
    team = Team.get_or_none(Team.id == team_id)
    if team is None:
        raise NotFound(_("There is no such team."))
    return team


def team_tree() -> list[Branch]:
    """Returns all teams as a tree laid flat: each team before those below it, by name, with its active members."""
    teams = list(Team.select().order_by(Team.name))
    users = list(User.select().order_by(User.name))
    by_id = {user.id: user for user in users}
    branches: list[Branch] = []

    def add(parent_id: int | None, depth: int) -> None:
        for team in teams:
            if team.parent_id == parent_id:
                members = [user for user in users if user.team_id == team.id and user.is_active]
                branches.append(Branch(team, depth, by_id.get(team.head_id), members))
                add(team.id, depth + 1)

    add(None, 0)
    return branches


def _check_name(name: str, team: Team | None) -> None:
    if not name.strip():
        raise InvalidInput(_("A team needs a name."), fields={"name": [_("Type a name.")]})
    other = Team.get_or_none(Team.name == name.strip())
    if other is not None and other != team:
        raise InvalidInput(_("There is already a team %(name)s.", name=name), fields={"name": [_("In use.")]})


def _check_circle(team: Team, parent: Team | None) -> None:
    above = parent
    while above is not None:
        if above == team:
            raise InvalidInput(
                _("A team can't stand below itself."),
                fields={"parent": [_("Choose a team that is not below this one.")]},
            )
        above = above.parent


def _facts(team: Team) -> dict[str, object]:
    return {"name": team.name, "parent": team.parent_id, "head": team.head_id}
