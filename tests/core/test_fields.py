"""Fields: what is refused and how it is said, what a user may not see, groups, periods, the tree, words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from peewee import fn

from core.errors import InvalidInput
from core.fields import (
    condition,
    describe,
    entity,
    group_condition,
    group_expression,
    group_labels,
    options,
    read,
    remembering,
    resolve,
    tree,
)
from core.fields.periods import bucket, offset_changes, period_days
from core.store.fields import UtcField
from tests.core.things import Label, Thing

MONDAY = date(2026, 6, 15)


def found(crm, things, *conditions, user=None):
    query = Thing.select(Thing.id).where(condition(crm, things, list(conditions), user)).order_by(Thing.id)
    return [row[0] for row in query.tuples()]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        ({"field": "nonsense", "op": "equal", "value": 1}, "nonsense"),
        ({"field": "name.first", "op": "equal", "value": 1}, "name.first"),
        ({"field": "parent.", "op": "equal", "value": 1}, "parent."),
        ({"field": "name", "op": "like", "value": "x"}, "like"),
        ({"field": "size", "op": "contains", "value": "1"}, "contains"),
        ({"field": "size", "op": "equal", "value": "many"}, "many"),
        ({"field": "size", "op": "equal", "value": "1e999999"}, "Size"),
        ({"field": "size", "op": "equal", "value": True}, "Size"),
        ({"field": "price", "op": "less", "value": "9" * 30}, "Price"),
        ({"field": "made_on", "op": "equal", "value": "yesterdayish"}, "2026-11-23"),
        ({"field": "made_on", "op": "equal", "value": "9999-12-31"}, "Made"),
        ({"field": "made_on", "op": "equal", "value": {"period": "this_decade"}}, "this_decade"),
        ({"field": "shape", "op": "equal", "value": "square"}, "round, flat"),
        ({"field": "is_new", "op": "equal", "value": "perhaps"}, "yes or no"),
        ({"field": "owner", "op": "equal", "value": "somebody"}, "Owner"),
        ({"field": "owner", "op": "equal", "value": "me"}, "me"),
        ({"field": "owner", "op": "equal", "value": 1 << 70}, "Owner"),
        ({"field": "name", "op": "equal", "value": ""}, "missing"),
        ({"field": "name", "op": "equal", "value": "a\0b"}, "Name"),
        ({"field": "name", "op": "contains", "value": "\ud800"}, "Name"),
        ({"field": "name", "op": "in", "value": []}, "at least one"),
        ({"field": "name", "op": "in", "value": "x"}, "at least one"),
        ({"field": "name", "op": "in", "value": ["x"] * 1001}, "1000"),
        ({"field": "size", "op": "between", "value": [1]}, "first and the last"),
        ({"field": "name"}, '"op"'),
        ({"field": "name", "op": "equal", "value": "x", "or": 1}, '"op"'),
        ("name", '"op"'),
    ],
)
def test_condition_that_can_not_be_used_says_why(crm, things, one, words):
    with pytest.raises(InvalidInput) as refused:
        condition(crm, things, [one], None)
    assert words in str(refused.value)


def test_conditions_are_no_endless_list(crm, things):
    with pytest.raises(InvalidInput):
        condition(crm, things, [{"field": "name", "op": "empty"}] * 51, None)


def test_unknown_entity_names_those_there_are(crm):
    with pytest.raises(InvalidInput, match="client"):
        entity(crm, "nonsense")


def test_user_finds_only_what_he_may_see(crm, make, things):
    mine, other = make.user("seller"), make.user("seller")
    own = Thing.create(owner=mine)
    Thing.create(owner=other)
    Thing.create()
    assert found(crm, things, user=mine) == [own.id]
    assert found(crm, things, {"field": "owner", "op": "not_equal", "value": other.id}, user=mine) == [own.id]
    assert found(crm, things, user=make.user("director")) == [1, 2, 3]


def test_what_is_hidden_behind_a_link_counts_as_empty(crm, make, things):
    mine, other = make.user("seller"), make.user("seller")
    hidden = Thing.create(owner=other, name="secret")
    own = Thing.create(owner=mine, parent=hidden)
    by_name = {"field": "parent.name", "op": "equal", "value": "secret"}
    assert found(crm, things, by_name) == [own.id]
    assert found(crm, things, by_name, user=mine) == []
    assert found(crm, things, {"field": "parent.name", "op": "empty"}, user=mine) == [own.id]
    assert read(crm, things, ["parent.name"], [own.id], mine) == {own.id: {"parent.name": None}}
    query, key = group_expression(crm, things, "parent.name", Thing.select(), mine)
    assert list(query.select(key).where(Thing.id == own.id).tuples()) == [(None,)]


def test_me_and_my_team_are_whoever_asks(crm, make, things):
    team = make.team()
    head, colleague, stranger = make.user("director", team=team), make.user(team=team), make.user()
    own, theirs, _other = (Thing.create(owner=user) for user in (head, colleague, stranger))
    assert found(crm, things, {"field": "owner", "op": "equal", "value": "me"}, user=head) == [own.id]
    team_only = {"field": "owner", "op": "equal", "value": "my_team"}
    assert found(crm, things, team_only, user=head) == [own.id, theirs.id]
    not_mine = {"field": "owner", "op": "not_in", "value": ["me"]}
    assert found(crm, things, not_mine, user=head) == [theirs.id, _other.id]


def test_link_to_many_finds_those_that_have_one(crm, things):
    whole = Thing.create(name="whole")
    Thing.create(name="wheel", parent=whole)
    Thing.create(name="door", parent=whole)
    assert found(crm, things, {"field": "parts.name", "op": "equal", "value": "wheel"}) == [whole.id]
    assert found(crm, things, {"field": "parts", "op": "not_empty"}) == [whole.id]
    assert found(crm, things, {"field": "parts", "op": "empty"}) == [2, 3]
    assert found(crm, things, {"field": "parts.name", "op": "not_equal", "value": "wheel"}) == [2, 3]
    assert found(crm, things, {"field": "parts", "op": "in", "value": [3]}) == [whole.id]


def test_moment_means_the_whole_day_of_the_company(crm, things):
    before, within, last = (
        Thing.create(seen_at=datetime(2026, 6, 14, 21, 59, tzinfo=UTC)),
        Thing.create(seen_at=datetime(2026, 6, 14, 22, 0, tzinfo=UTC)),
        Thing.create(seen_at=datetime(2026, 6, 15, 21, 59, tzinfo=UTC)),
    )
    assert found(crm, things, {"field": "seen_at", "op": "equal", "value": "2026-06-15"}) == [within.id, last.id]
    assert found(crm, things, {"field": "seen_at", "op": "equal", "value": {"period": "today"}}) == [within.id, last.id]
    assert found(crm, things, {"field": "seen_at", "op": "less", "value": {"period": "today"}}) == [before.id]
    assert found(crm, things, {"field": "seen_at", "op": "less_equal", "value": "2026-06-15"}) == [1, 2, 3]
    exact = {"field": "seen_at", "op": "greater", "value": "2026-06-14T22:00:00+00:00"}
    assert found(crm, things, exact) == [last.id]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-06-15", "2026-06-15"),
        ("yesterday", "2026-06-14", "2026-06-14"),
        ("tomorrow", "2026-06-16", "2026-06-16"),
        ("this_week", "2026-06-15", "2026-06-21"),
        ("last_week", "2026-06-08", "2026-06-14"),
        ("next_week", "2026-06-22", "2026-06-28"),
        ("this_month", "2026-06-01", "2026-06-30"),
        ("last_3_months", "2026-04-01", "2026-06-30"),
        ("last_2_quarters", "2026-01-01", "2026-06-30"),
        ("last_2_years", "2025-01-01", "2026-12-31"),
        ("this_quarter_to_date", "2026-04-01", str(MONDAY)),
        ("last_month", "2026-05-01", "2026-05-31"),
        ("this_quarter", "2026-04-01", "2026-06-30"),
        ("last_quarter", "2026-01-01", "2026-03-31"),
        ("next_quarter", "2026-07-01", "2026-09-30"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("last_7_days", "2026-06-09", "2026-06-15"),
        ("next_2_days", "2026-06-15", "2026-06-16"),
    ],
)
def test_relative_period(name, first, last):
    begin, end = period_days(name, MONDAY)
    assert (str(begin), str(end - timedelta(days=1))) == (first, last)


@pytest.mark.parametrize(
    "name", ["", "this", "this_day", "last_0x_days", "every_week", "this_month_", "last_0_months", "next_month_to_date"]
)
def test_period_that_is_none_is_refused(name):
    with pytest.raises(InvalidInput):
        period_days(name, MONDAY)


def test_december_is_followed_by_january():
    assert period_days("next_month", date(2026, 12, 31)) == (date(2027, 1, 1), date(2027, 2, 1))
    assert period_days("last_month", date(2026, 1, 31)) == (date(2025, 12, 1), date(2026, 1, 1))


def test_changes_of_the_clock_are_known_to_the_minute():
    changes = dict(offset_changes("Europe/Tirane", 2028))
    assert changes[datetime(2026, 3, 29, 1, 0, tzinfo=UTC)] == 7200
    assert changes[datetime(2026, 10, 25, 1, 0, tzinfo=UTC)] == 3600


@pytest.mark.parametrize("part", ["day", "week", "month", "quarter", "year"])
def test_moments_are_grouped_by_the_company_s_calendar(crm, things, part):
    moments = [
        datetime(2025, 12, 31, 22, 59, tzinfo=UTC),
        datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 31, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 31, 22, 0, tzinfo=UTC),
        datetime(2026, 6, 14, 22, 0, tzinfo=UTC),
    ]
    for at in moments:
        Thing.create(seen_at=at)
    query = Thing.select(bucket(crm, part, Thing.seen_at, is_moment=True)).order_by(Thing.id)
    assert [row[0] for row in query.tuples()] == [
        str(_first_day(part, at.astimezone(ZoneInfo("Europe/Tirane")).date())) for at in moments
    ]


def _first_day(part, day):
    if part == "week":
        return day - timedelta(days=day.weekday())
    months = {"quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
    return day if part == "day" else day.replace(month=months.get(part, day.month), day=1)


@pytest.mark.parametrize(
    "path",
    [
        "name",
        "shape",
        "is_new",
        "owner",
        "owner.team",
        "parent.shape",
        "made_on:year",
        "made_on:week",
        "seen_at",
        "labels",
        "properties.choice",
        "properties.date:quarter",
        "properties.user",
    ],
)
def test_condition_of_a_group_finds_its_records(crm, make, things, path):
    team = make.team("Sales")
    owner = make.user(team=team)
    one = Thing.create(
        name="a",
        shape="flat",
        is_new=True,
        owner=owner,
        made_on=date(2026, 5, 5),
        seen_at=datetime(2026, 5, 31, 23, tzinfo=UTC),
        properties={"choice": "round", "date": "2026-05-05", "user": owner.id},
    )
    two = Thing.create(name="", shape="", parent=one, properties={})
    Label.create(thing=one, number=2)
    query, key = group_expression(crm, things, path, Thing.select())
    rows = list(query.select(key, fn.COUNT(Thing.id), fn.MIN(Thing.id)).group_by(key).tuples())
    assert sum(row[1] for row in rows) == 2
    assert len(rows) == 2
    labels = group_labels(crm, things, path, [row[0] for row in rows])
    assert "Not set" in labels.values()
    for key, count, first in rows:
        ids = found(crm, things, group_condition(crm, things, path, key))
        assert len(ids) == count
        assert first in ids
    assert {one.id, two.id} == {row[2] for row in rows}


def test_group_labels_are_words(crm, make, things):
    user = make.user(name="Anna Kola")
    assert group_labels(crm, things, "owner", [user.id, None]) == {user.id: "Anna Kola", None: "Not set"}
    assert group_labels(crm, things, "made_on:quarter", ["2026-04-01"]) == {"2026-04-01": "Q2 2026"}
    assert group_labels(crm, things, "made_on", ["2026-06-01"]) == {"2026-06-01": "June 2026"}
    assert group_labels(crm, things, "is_new", [True, False]) == {True: "Yes", False: "No"}
    assert group_labels(crm, things, "labels", [2]) == {2: "Label 2"}


@pytest.mark.parametrize("path", ["parts", "parts.name", "name:month", "made_on:decade", "properties.multichoice"])
def test_grouping_that_can_not_be_is_refused(crm, things, path):
    with pytest.raises(InvalidInput):
        group_expression(crm, things, path, Thing.select())


def test_tree_goes_through_links(crm, things):
    nodes = {node["path"]: node for node in tree(crm, things, depth=2)}
    owner = {node["path"]: node for node in nodes["owner"]["children"]}
    assert owner["owner.team"]["label"] == "Team"
    assert "owner.team.name" in {node["path"] for node in owner["owner.team"]["children"]}
    assert "children" not in nodes["name"]


def test_every_path_of_the_tree_can_be_resolved(crm, things):
    def paths(nodes):
        for node in nodes:
            yield node["path"], node["kind"]
            yield from paths(node.get("children", ()))

    for start in ("thing", "client", "deal"):
        found = list(paths(tree(crm, entity(crm, start), depth=2)))
        assert len(found) > 30
        for path, kind in found:
            assert resolve(crm, entity(crm, start), path).field.kind == kind


def test_conditions_in_words(crm, make, things):
    user = make.user(name="Anna Kola")
    words = describe(
        crm,
        things,
        [
            {"field": "owner", "op": "equal", "value": user.id},
            {"field": "owner", "op": "not_equal", "value": "me"},
            {"field": "made_on", "op": "equal", "value": {"period": "last_7_days"}},
            {"field": "seen_at", "op": "between", "value": ["2026-01-01", "2026-02-01"]},
            {"field": "shape", "op": "in", "value": ["round", "flat"]},
            {"field": "parent.name", "op": "empty"},
            {"field": "is_new", "op": "equal", "value": True},
        ],
        user,
    )
    assert words == [
        "Owner is Anna Kola",
        "Owner is not me",
        "Made is the last 7 days",
        "Seen between 1 Jan 2026 and 1 Feb 2026",
        "Shape is one of Round, Flat",
        "Parent → Name is empty",
        "New is yes",
    ]


def test_options_offer_what_the_user_sees(crm, make, things):
    mine, other = make.user("seller", name="Mine"), make.user("seller", name="Other")
    Thing.create(owner=mine, name="Visible")
    Thing.create(owner=other, name="Hidden")
    assert [label for _value, label in options(crm, things, "parent", mine)] == ["Visible"]
    assert [label for _value, label in options(crm, things, "owner", mine, "oth")] == ["Other"]
    assert options(crm, things, "owner", mine, "my")[0] == ("my_team", "My team")
    assert options(crm, things, "shape", mine, "fl") == [("flat", "Flat")]
    with pytest.raises(InvalidInput):
        options(crm, things, "name", mine)


def test_values_are_read_as_python_has_them(crm, make, things, queries):
    user = make.user(name="Anna", team=make.team("Sales"))
    one = Thing.create(
        owner=user,
        price=Decimal("12.5"),
        seen_at=crm.clock.now(),
        properties={"money": "3.20", "multichoice": ["round", "flat"], "bool": False, "number": 2, "user": user.id},
    )
    Label.create(thing=one, number=3)
    Label.create(thing=one, number=1)
    paths = ["price", "seen_at", "owner.team.name", "labels"]
    paths += [f"properties.{key}" for key in ("money", "multichoice", "bool", "number", "user", "text")]
    with queries.at_most(2):
        values = read(crm, things, paths, [one.id], None)[one.id]
    assert values == {
        "price": Decimal("12.5"),
        "seen_at": crm.clock.now(),
        "owner.team.name": "Sales",
        "labels": [1, 3],
        "properties.money": Decimal("3.2"),
        "properties.multichoice": ["round", "flat"],
        "properties.bool": False,
        "properties.number": 2,
        "properties.user": user.id,
        "properties.text": None,
    }


def test_entities_are_built_once_for_an_answer(crm, queries):
    with queries.at_most(2), remembering():
        for _again in range(5):
            entity(crm, "client")
            entity(crm, "deal")
    with queries.at_most(2) as seen:
        entity(crm, "client")
        entity(crm, "client")
    assert len(seen) == 2


def test_moments_of_aliases_keep_their_type(crm, things):
    alias = Thing.alias()
    assert isinstance(Thing.seen_at, UtcField)
    query = alias.select(alias.id).where(
        condition(crm, things, [{"field": "seen_at", "op": "not_empty"}], None, source=alias)
    )
    assert list(query.tuples()) == []


@pytest.mark.parametrize("wanted", ["шкод", "ШКОДЕР", "Ëma", "ËMA", "100%", "a_b", "\\"])
def test_text_is_found_in_any_alphabet_and_case(crm, things, wanted):
    Thing.create(name="Шкодер, ëma 100% a_b \\")
    Thing.create(name="nothing 100 axb /")
    assert found(crm, things, {"field": "name", "op": "contains", "value": wanted}) == [1]
