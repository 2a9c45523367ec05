"""Who is to do what a stage asks for: the deal's owner, the head of the owner's team, a certain user, or a role."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import ModelSelect

from core.i18n import _
from core.stages.responsibles import HEAD, OWNER, ROLE, USER
from core.store.written import Written
from core.users.models import Role, Team, User


@dataclass(frozen=True)
class Doer:
    """Who has a task: a user, or whoever holds a role, or nobody; `note` says why it isn't the one the type names."""

    user_id: int | None = None
    role_id: int | None = None
    note: str = ""


class _Person(NamedTuple):
    name: str
    is_active: bool
    team_id: int | None


class Staff:
    """Who works here and who heads which team, each asked from the database once."""

    def __init__(self, *, everyone: bool = False) -> None:
        """Knows everyone from the beginning, for bulk work, or asks for people one by one."""
        self._everyone = everyone
        self._people: dict[int, _Person | None] = dict(self._find()) if everyone else {}
        self._teams: dict[int, tuple[int | None, int | None]] | None = None
        self._held: dict[int, bool] = {}

    def name_of(self, user_id: int | None) -> str:
        """Returns a person's name; empty for nobody."""
        person = self._person(user_id)
        return person.name if person else ""

    def is_here(self, user_id: int | None) -> bool:
        """Tells whether this is a person who works here."""
        person = self._person(user_id)
        return person is not None and person.is_active

    def is_held(self, role_id: int) -> bool:
        """Tells whether anybody who works here has the role."""
        if role_id not in self._held:
            self._held[role_id] = User.select().where(User.role == role_id, User.is_active).exists()
        return self._held[role_id]

    def head_of(self, user_id: int | None) -> int | None:
        """Returns the nearest head above a person who works here; one who heads the topmost team is his own head."""
        person = self._person(user_id)
        heads = list(self._heads_above(person.team_id)) if person else []
        above = next((head for head in heads if head != user_id and self.is_here(head)), None)
        return user_id if above is None and user_id in heads else above

    def _heads_above(self, team_id: int | None) -> Iterator[int | None]:
        if self._teams is None:
            rows = Team.select(Team.id, Team.head_id, Team.parent).tuples()
            self._teams = {team: (head, parent) for team, head, parent in rows}
        while team_id in self._teams:
            head, team_id = self._teams[team_id]
            yield head

    def _person(self, user_id: int | None) -> _Person | None:
        if user_id is not None and user_id not in self._people and not self._everyone:
            self._people[user_id] = next((person for _id, person in self._find(user_id)), None)
        return self._people.get(user_id)  # type: ignore[arg-type]

    def _find(self, *ids: int) -> Iterator[tuple[int, _Person]]:
        for user_id, *facts in [row for one in ids for row in _ONE.rows(one)] if ids else _EVERYONE.rows():
            yield user_id, _Person(*facts)


def _people() -> ModelSelect:
    return User.select(User.id, User.name, User.is_active, User.team).tuples()


_EVERYONE = Written(_people)
_ONE = Written(lambda user_id: _people().where(User.id == user_id))


def doer_of(staff: Staff, step: Any, owner_id: int | None) -> Doer:
    """Returns who has the task of a step (with responsible, user_id, role_id) of an owner's deal.

    Somebody who does not work here any more is replaced by the owner, else by the owner's head, else by nobody.
    """
    if step.responsible == ROLE and step.role_id and staff.is_held(step.role_id):
        return Doer(role_id=step.role_id)
    wanted = {OWNER: lambda: owner_id, HEAD: lambda: staff.head_of(owner_id), USER: lambda: step.user_id}
    user_id = wanted[step.responsible]() if step.responsible in wanted else None
    if staff.is_here(user_id):
        return Doer(user_id)
    reason = _reason(staff, step, user_id)
    for other in (owner_id, staff.head_of(owner_id)):
        if staff.is_here(other):
            return Doer(other, note=reason)
    return Doer(note=f"{reason} {_('Choose who is to do this.')}")


def _reason(staff: Staff, step: Any, user_id: int | None) -> str:
    if name := staff.name_of(user_id):
        return _("%(name)s does not work here any more.", name=name)
    if step.responsible == ROLE:
        role = Role.get_or_none(Role.id == step.role_id)
        return _("Nobody has the role “%(role)s” at present.", role=role.label if role else "?")
    if step.responsible == HEAD:
        return _("The owner's team has no head.")
    return _("The deal has no owner.")
