"""Who gets a scheduled report: addresses outside, users, and whoever is in a team when it is sent."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from core.api import InvalidInput, Team, User
from core.api import gettext as _
from plugins.reports.variants.models import Schedule

READ = "reports.read"
MOST_RECIPIENTS = 50
_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


@dataclass(frozen=True)
class Reader:
    """Somebody who is to get a report: a user, at the user's own address, or an address outside."""

    address: str
    user: User | None = None


def readers_of(schedule: Schedule) -> list[Reader]:
    """Returns who is to get a schedule's report now, each once: users first, then addresses that are no user's of them.

    A user who was dismissed or may not see reports is left out.
    """
    is_meant = User.id.in_(schedule.users) | User.team.in_(schedule.teams) | User.id.in_(_heads(schedule.teams))
    users = [one for one in User.select().where(is_meant).order_by(User.name, User.id) if one.can(READ)]
    theirs = {one.email.casefold() for one in users}
    outside = [address for address in schedule.recipients if address.casefold() not in theirs]
    return [*(Reader(one.email, one) for one in users), *(Reader(address) for address in outside)]


def names_of(schedules: Iterable[Schedule]) -> dict[int, list[str]]:
    """Returns the names of the recipients of each schedule, by two queries."""
    found = list(schedules)
    users, teams = (
        _names(User, {key for one in found for key in one.users}),
        _names(Team, {key for one in found for key in one.teams}),
    )
    return {
        one.id: [
            *(users[key] for key in one.users if key in users),
            *(teams[key] for key in one.teams if key in teams),
            *one.recipients,
        ]
        for one in found
    }


def user_choices() -> list[tuple[int, str]]:
    """Returns the users to whom reports may be sent, as choices of a form."""
    return [(one.id, one.name) for one in User.select().where(User.is_active).order_by(User.name) if one.can(READ)]


def team_choices() -> list[tuple[int, str]]:
    """Returns the teams as choices of a form."""
    return [(one.id, one.name) for one in Team.select().order_by(Team.name)]


def check_users(ids: Iterable[int], kept: Collection[int] = ()) -> list[int]:
    """Returns the ids of users, each once; raises InvalidInput for a new one who may not see reports.

    Those `kept` from before may have lost the right since: they are left out when the report is sent.
    """
    wanted = list(dict.fromkeys(ids))
    known = {one.id: one for one in User.select().where(User.id.in_(wanted))}
    for key in wanted:
        if key in kept:
            continue
        if key not in known:
            _refuse("users", _("There is no such user."))
        if not known[key].can(READ):
            _refuse("users", _("%(name)s may not see reports.", name=known[key].name))
    return wanted


def check_teams(ids: Iterable[int]) -> list[int]:
    """Returns the ids of teams, each once; raises InvalidInput for one that there is not."""
    wanted = list(dict.fromkeys(ids))
    if Team.select().where(Team.id.in_(wanted)).count() != len(wanted):
        _refuse("teams", _("There is no such team."))
    return wanted


def read_addresses(text: str) -> list[str]:
    """Returns the addresses of a text, each once; raises InvalidInput for one that is none."""
    typed = [one for one in re.split(r"[\s,;]+", text) if one]
    found = list({one.casefold(): one for one in reversed(typed)}.values())[::-1]
    strange = next((one for one in found if not _ADDRESS.fullmatch(one)), None)
    if strange is not None:
        _refuse("recipients", _("“%(one)s” is not an e-mail address.", one=strange))
    if len(found) > MOST_RECIPIENTS:
        _refuse("recipients", _("At most %(n)s addresses.", n=MOST_RECIPIENTS))
    return found


def _heads(teams: Iterable[int]) -> list[int]:
    rows = Team.select(Team.head_id).where(Team.id.in_(list(teams)), Team.head_id.is_null(False))
    return [key for (key,) in rows.tuples()]


def _names(model: type[User] | type[Team], ids: set[int]) -> dict[int, str]:
    return dict(model.select(model.id, model.name).where(model.id.in_(ids)).tuples()) if ids else {}


def _refuse(name: str, sentence: str) -> None:
    raise InvalidInput(sentence, fields={name: [sentence]})
