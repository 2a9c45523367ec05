"""Every operator on every kind of field finds what plain Python finds, on random rows, on both databases."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.fields import OPERATORS, condition
from tests.core.things import Label, Thing

ZONE = ZoneInfo("Europe/Tirane")
TEXTS = st.sampled_from(["", "a", "A", "Ab%", "a_b", "b\\", "Шкодер", "шкодер 2", "ËMA", "ëma", "Kafe"])
NUMBERS = st.sampled_from([Decimal(number) for number in ("-3", "0", "0.5", "1", "12", "12.25", "900719925")])
DATES = st.sampled_from([date(2026, 1, 1), date(2026, 3, 28), date(2026, 3, 29), date(2026, 6, 15), date(2027, 1, 1)])
# Around midnight in Tirana, and on the nights when its clocks change.
MOMENTS = st.builds(
    lambda day, hour: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour),
    DATES,
    st.sampled_from([-2, -1, 0, 1, 21, 22, 23]),
)
CHOICES = st.sampled_from(["round", "flat", "édgy"])
LISTS = st.lists(CHOICES, unique=True, max_size=3)
VALUES = {
    "text": TEXTS,
    "number": NUMBERS,
    "money": NUMBERS,
    "date": DATES,
    "moment": MOMENTS,
    "choice": CHOICES,
    "bool": st.booleans(),
    "multichoice": LISTS,
}
COLUMNS = {
    "name": "text",
    "size": "number",
    "price": "money",
    "made_on": "date",
    "seen_at": "moment",
    "shape": "choice",
    "is_new": "bool",
}
PROPERTIES = ("text", "number", "money", "date", "choice", "bool", "multichoice")
FIELDS = {**COLUMNS, **{f"properties.{kind}": kind for kind in PROPERTIES}, "labels": "labels"}


ROWS = st.fixed_dictionaries(
    {name: st.none() | VALUES[kind] for name, kind in COLUMNS.items()}
    | {f"properties.{kind}": st.none() | VALUES[kind] for kind in PROPERTIES}
    | {"labels": st.lists(st.sampled_from([1, 2, 3]), unique=True, max_size=3)}
)


def conditions():
    """Returns a strategy of (field, op, value)."""
    return st.one_of([_conditions_of(field, kind) for field, kind in FIELDS.items()])


def _conditions_of(field, kind):
    one = {**VALUES, "labels": st.sampled_from([1, 2, 3]), "multichoice": CHOICES, "moment": DATES}[kind]
    one = one.filter(bool) if kind == "text" else one
    several = st.lists(one, min_size=1, max_size=3)
    values = {
        "empty": st.none(),
        "not_empty": st.none(),
        "in": several,
        "not_in": several,
        "between": st.tuples(one, one),
    }
    ops = OPERATORS["multichoice" if kind == "labels" else kind]
    return st.one_of([st.tuples(st.just(field), st.just(op), values.get(op, one)) for op in ops])


def as_day(value):
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value


def is_met(row, field, op, wanted):
    """Says in plain Python whether a row meets a condition."""
    value = as_day(row[field])
    negative = {"not_equal": "equal", "not_in": "in", "not_contains": "contains", "empty": "not_empty"}
    if op in negative:
        return not is_met(row, field, negative[op], wanted)
    if op == "not_empty":
        return value not in (None, "", [])
    if value is None:
        return False
    if isinstance(value, list):
        return bool(set(value) & set(wanted if isinstance(wanted, list) else [wanted]))
    return {
        "equal": lambda: value == wanted,
        "in": lambda: value in wanted,
        "contains": lambda: wanted.lower() in value.lower(),
        "starts": lambda: value.lower().startswith(wanted.lower()),
        "less": lambda: value < wanted,
        "less_equal": lambda: value <= wanted,
        "greater": lambda: value > wanted,
        "greater_equal": lambda: value >= wanted,
        "between": lambda: wanted[0] <= value <= wanted[1],
    }[op]()


def as_sent(value):
    """Returns a value as JSON brings it."""
    if isinstance(value, list | tuple):
        return [as_sent(one) for one in value]
    return str(value) if isinstance(value, Decimal | date) else value


def as_property(value):
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def store(crm, stored):
    """Writes the rows in place of all others; returns their ids."""
    Thing.update(parent=None).execute()
    Label.delete().execute()
    Thing.delete().execute()
    ids = list(range(1, len(stored) + 1))
    if ids:
        Thing.insert_many([{"id": number, **_kept(row)} for number, row in zip(ids, stored, strict=True)]).execute()
    labels = [
        {"thing": number, "number": one} for number, row in zip(ids, stored, strict=True) for one in row["labels"]
    ]
    if labels:
        Label.insert_many(labels).execute()
    return ids


def _kept(row):
    properties = {key: as_property(row[f"properties.{key}"]) for key in PROPERTIES}
    if row["properties.money"] is not None:
        properties["money"] = str(row["properties.money"])
    columns = {name: row[name] for name in COLUMNS}
    columns["size"] = None if row["size"] is None else float(row["size"])
    return {**columns, "properties": {key: value for key, value in properties.items() if value is not None}}


def found_by(crm, things, field, op, value):
    sent = {"field": field, "op": op} if value is None else {"field": field, "op": op, "value": as_sent(value)}
    query = Thing.select(Thing.id).where(condition(crm, things, [sent], None)).order_by(Thing.id)
    return [row[0] for row in query.tuples()]


QUIETLY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIETLY
@given(stored=st.lists(ROWS, max_size=5), wanted=st.lists(conditions(), min_size=1, max_size=12))
def test_operator_finds_what_python_finds(crm, things, stored, wanted):
    with crm.work():
        ids = store(crm, stored)
    for field, op, value in wanted:
        expected = [one for one, row in zip(ids, stored, strict=True) if is_met(row, field, op, value)]
        assert found_by(crm, things, field, op, value) == expected, (field, op, value)


@QUIETLY
@given(stored=st.lists(ROWS, max_size=4), links=st.lists(st.integers(1, 5)), wanted=st.lists(conditions(), max_size=8))
def test_operator_through_a_link_finds_what_python_finds(crm, things, stored, links, wanted):
    nothing = dict.fromkeys(FIELDS) | {"labels": []}
    with crm.work():
        ids = store(crm, stored)
        parents = {one: at for one, at in zip(ids, links, strict=False) if at in ids}
        for one, at in parents.items():
            Thing.update(parent=at).where(Thing.id == one).execute()
    above = {one: stored[parents[one] - 1] if one in parents else nothing for one in ids}
    for field, op, value in wanted:
        expected = [one for one in ids if is_met(above[one], field, op, value)]
        assert found_by(crm, things, f"parent.{field}", op, value) == expected, (field, op, value)
