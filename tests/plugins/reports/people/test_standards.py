"""Standards agree with plain counts of contacts, first handling and interests; every number opens its records."""

import random
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.api import Client, InvalidInput, NotAllowed, bulk, fields
from core.interactions.services import log_interaction
from plugins.reports.document import SHARE
from plugins.reports.output.forms import MEDIA_TYPES, write
from plugins.reports.people import setup
from plugins.reports.people.alarm import chance_of_at_most

DAYS = {"A": 14, "B": 60}


@pytest.fixture
def contacts(crm, base):
    """Gives clients categories, standards and talks; returns {client: (categories, last contact or None)}."""
    rnd, now = random.Random(3), crm.clock.now()
    with crm.work():
        keys = {}
        for name in (*DAYS, "C"):
            sql = f"INSERT INTO core_category (name, colour) VALUES ('{name}', '') RETURNING id"
            keys[name] = crm.database.execute_sql(sql).fetchone()[0]
        setup.set_standards(crm, {keys[name]: str(days) for name, days in DAYS.items()})
        found, rows, members = {}, [], []
        owners = [None, *(user.id for user in base.users.values())]
        for client in Client.select():
            client.owner = rnd.choice(owners)
            client.save()
            own = [name for name in keys if rnd.random() < 0.6]
            members += [(client.id, keys[name]) for name in own]
            talks = [
                (rnd.choice(("call", "note")), now - timedelta(days=rnd.randint(-9, 90)))
                for _n in range(rnd.randint(0, 3))
            ]
            rows += [
                (kind, client.id, bulk.plain(at), at > now, bulk.plain(now), bulk.plain(now)) for kind, at in talks
            ]
            held = [at for kind, at in talks if kind == "call" and at <= now]
            found[client.id] = (client.owner_id, own, max(held, default=None))
        bulk.insert_rows(crm.database, "core_client_category", ("client_id", "category_id"), members)
        columns = ("kind", "client_id", "at", "is_planned", "created_at", "changed_at")
        bulk.insert_rows(crm.database, "core_interaction", columns, rows)
    return found


def state(crm, days, last):
    if last is None:
        return "never"
    return "in_time" if last >= crm.day_start(crm.today()) - timedelta(days=days) else "late"


def rows_of(document, standard, key):
    return {row[key]: row for row in document.data["rows"] if row["standard"] == standard and row[key] is not None}


def test_contacts_by_category_equal_a_plain_count(crm, contacts, report):
    rows = rows_of(report("standards"), "contact", "category")
    assert set(rows) == set(DAYS)
    for name, days in DAYS.items():
        states = [state(crm, days, last) for _owner, own, last in contacts.values() if name in own]
        assert [rows[name][one] for one in ("in_time", "late", "never")] == [
            states.count(one) for one in ("in_time", "late", "never")
        ]


def test_a_client_of_several_categories_counts_once_with_its_manager_by_the_strictest(crm, base, contacts, report):
    rows = rows_of(report("standards"), "contact", "owner")
    for name, user in base.users.items():
        states = [
            state(crm, min(DAYS[one] for one in own if one in DAYS), last)
            for owner, own, last in contacts.values()
            if owner == user.id and set(own) & set(DAYS)
        ]
        assert rows[name]["late"] == states.count("late")
        assert rows[name]["whole"] == len(states)


def test_every_number_opens_its_clients(crm, contacts, report):
    entity, seen = fields.entity(crm, "client"), 0
    for table in report("standards").tables[:2]:
        for row in table.rows:
            for name in ("whole", "in_time", "late", "never"):
                if row.values[name]:
                    link = urlsplit(row.links[name])
                    conditions = [fields.from_text(one) for one in parse_qs(link.query)["f"]]
                    query = Client.select().where(fields.condition(crm, entity, conditions, None))
                    assert query.count() == row.values[name]
                    seen += 1
    assert seen


def test_first_handling_equals_a_plain_count(crm, base, report):
    document = report("standards", period="all", within="48")
    rows = rows_of(document, "handling", "owner")
    for name in base.users:
        own = [deal for deal in base.deals if deal.owner == name]
        waits = [first_step(deal) for deal in own]
        in_time = sum(wait is not None and wait <= timedelta(hours=48) for wait in waits)
        assert (rows[name]["whole"], rows[name]["in_time"], rows[name]["never"]) == (
            len(own),
            in_time,
            waits.count(None),
        )


def first_step(deal):
    ends = [span[2] for span in deal.spans if span[2] is not None and span[0]]
    ends += [deal.closed_at] if deal.closed_at else []
    return min(ends) - deal.opened_at if ends else None


@pytest.mark.parametrize(("kind", "state"), [("note", "never"), ("call", "in_time")])
def test_a_note_takes_nothing_up_and_a_talk_does(crm, make, report, kind, state):
    deal = make.deal()
    log_interaction(crm, deal.client, kind=kind, deal_id=deal.id)
    (row,) = (row for row in report("standards").data["rows"] if row["standard"] == "handling")
    assert row[state] == 1


def test_a_number_of_deals_opens_them(crm, base, report):
    deals = fields.entity(crm, "deal")
    row = next(table for table in report("standards", period="all").tables if table.key == "handling").rows[0]
    for name in ("whole", "in_time", "late"):
        if row.values[name]:
            conditions = [fields.from_text(one) for one in parse_qs(row.links[name])["f"]]
            assert (
                deals.model.select().where(fields.condition(crm, deals, conditions, None)).count() == row.values[name]
            )


def test_a_week_without_interest_is_an_alarm(crm, make, report):
    sale = make.deal_type("Sale", stages=("Meet",))
    for _week in range(8):
        for _day in range(7):
            make.deal(deal_type=sale)
            crm.clock.advance(days=1)
    assert not report("standards").data["totals"]["is_too_few"]
    crm.clock.advance(days=7)
    document = report("standards")
    totals = document.data["totals"]
    assert (totals["interests"], totals["is_too_few"]) == (0, True)
    assert document.tables[-1].rows[-1].marks["count"].is_worse


@given(some.integers(0, 60), some.floats(0.1, 60))
def test_the_chance_of_few_is_a_chance_and_grows(count, mean):
    assert 0 <= chance_of_at_most(count, mean) <= chance_of_at_most(count + 1, mean) <= 1 + 1e-9


def test_standards_are_typed_and_taken_away(crm, contacts, web, make):
    web.sign_in(make.user("director"))
    category = setup.categories(crm)[0][0]
    web.post("/reports/setup/standards", {f"days-{category}": "21"})
    assert setup.standards()[category] == 21
    text = web.post("/reports/setup/standards", {f"days-{category}": "often"}).text
    assert "Write a number of days" in text
    web.post("/reports/setup/standards", {f"days-{category}": ""})
    assert category not in setup.standards()


def test_a_seller_may_not_set_standards(web, make):
    web.sign_in(make.user("seller"))
    assert web.get("/reports/setup/standards").status_code == NotAllowed.status


@pytest.mark.parametrize("within", ["0", "soon", "9" * 40])
def test_hours_that_are_none_are_refused(report, within):
    with pytest.raises(InvalidInput):
        report("standards", within=within)


def test_an_empty_base_answers_and_says_what_is_not_set(report):
    document = report("standards")
    assert document.is_empty
    assert any("standard" in str(note) for note in document.notes)
    assert {table.key for table in document.tables}.isdisjoint({"contact", "contact_managers"})
    assert not [
        one for one in document.figures if one.key in ("late", "never") or one.value == 0.0 and one.kind == SHARE
    ]


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_can_be_written(contacts, report, form):
    assert write(report("standards"), form).content


def test_the_page_asks_little(contacts, web, make, queries):
    web.sign_in(make.user("director"))
    web.get("/reports/standards")
    with queries.at_most(15):
        text = web.text("/reports/standards?period=all")
    assert "/clients/?f=" in text
