"""The people of the sample company: a director, a call agent, three teams with heads, and sellers with their luck."""

import random
from dataclasses import dataclass

from core.runtime import CRM
from core.sample import words
from core.users.models import Team, User
from core.users.services import create_team, create_user

DIRECTOR = "Genc Dervishi"
AGENT = "Rovena Doko"
TEAMS = (  # the head, then the sellers
    ("Mirela Hoxha", "Arben Krasniqi", "Elira Basha", "Dritan Leka", "Besa Gashi"),
    ("Gentian Shehu", "Ina Marku", "Petrit Zeka", "Anila Rama", "Klodian Muça"),
    ("Ольга Кравченко", "Ilir Prifti", "Вера Мельник", "Ardian Morina", "Jonida Toska"),
)
# How likely a seller's deals are to pass a stage, against the average; the third never learned to present.
LUCK = (1.05, 1.0, 0.97, 1.02, 1.03, 0.95, 1.0, 1.06, 0.98, 1.04, 0.93, 1.01)
WEAK_SELLER, WEAK_PLACE = 2, 2


@dataclass(frozen=True)
class Seller:
    """A seller: `luck` is a factor on the chance to pass a stage, `weak_place` a place where it fails, or None."""

    id: int
    team: int
    luck: float
    weak_place: int | None
    share: float


@dataclass(frozen=True)
class People:
    """Everybody who was made, and the sellers and the call agent among them."""

    users: list[User]
    sellers: list[Seller]
    agent_id: int


def make_people(crm: CRM, chance: random.Random, sellers: int) -> People:
    """Returns the people that it has made; beyond twelve, sellers get drawn names."""
    director = _user(crm, DIRECTOR, "director")
    users, found = [director, _user(crm, AGENT, "agent")], []
    teams = []
    for name, (head, *_) in zip(words.TEAMS, TEAMS, strict=True):
        leader = _user(crm, head, "head")
        team = create_team(crm, str(name), head=leader)
        User.update(team=team).where(User.id == leader.id).execute()
        teams.append(team)
        users.append(leader)
    for number, name in enumerate(_names(chance, sellers)):
        place = number // 4 if number < 12 else number % 3
        user = _user(crm, name, "seller", teams[place])
        weak = WEAK_PLACE if number == WEAK_SELLER else None
        found.append(Seller(user.id, place, LUCK[number % 12], weak, 0.7 + chance.random()))
        users.append(user)
    return People(users, found, users[1].id)


def _names(chance: random.Random, count: int) -> list[str]:
    names = [name for _, *sellers in TEAMS for name in sellers][:count]
    taken = {DIRECTOR, AGENT, *names, *(head for head, *_ in TEAMS)}
    while len(names) < count:
        name = f"{chance.choice(words.FIRST_NAMES['AL'])} {chance.choice(words.LAST_NAMES['AL'])}"
        if name not in taken:
            taken.add(name)
            names.append(name)
    return names


def _user(crm: CRM, name: str, role: str, team: Team | None = None) -> User:
    login = ".".join(words.in_ascii(name).split())
    return create_user(crm, login, name, role=role, team=team, email=f"{login}@hinka.example")
