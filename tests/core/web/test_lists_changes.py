"""What is done to the chosen rows of a list: changes of many, their undo, the trash, segments, files."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import openpyxl
import pytest

from core.clients.models import Category, Client
from core.clients.properties import create_property
from core.clients.segments import Segment, SegmentMember
from core.clients.services import change_client
from core.deals.models import Deal
from core.deals.services import lose, win
from core.stages.models import LossReason
from core.store.audit import Audit

ALL = "/clients/?all=1"


@pytest.fixture
def web(web, director):
    return web.sign_in(director)


@pytest.fixture
def three(make):
    return [make.client(name, status="prospect") for name in ("Alba", "Beta", "Gama")]


def ids(*records):
    return [record.id for record in records]


def change(web, field, value, chosen=(), url=ALL, **more):
    return web.post(url, {"action": "edit", "field": field, "value": value, "ids": list(chosen), **more})


def token_of(answer):
    assert answer.status_code == 303, answer.get_data(as_text=True)[:400]
    return answer.location.partition("done=")[2]


def statuses():
    return [row[0] for row in Client.select(Client.status).order_by(Client.id).tuples()]


def test_chosen_records_are_changed_and_taken_back(web, three):
    answer = change(web, "status", "active", ids(*three[:2]))
    assert statuses() == ["active", "active", "prospect"]
    page = web.text(answer.location)
    assert "2 records are changed" in page
    assert web.post(ALL, {"action": "undo", "token": token_of(answer)}).status_code == 303
    assert statuses() == ["prospect"] * 3


def test_undo_keeps_what_was_changed_since(web, crm, three):
    token = token_of(change(web, "status", "active", ids(*three)))
    again = Client.get_by_id(three[1].id)
    change_client(crm, again, {"status": "dormant"}, version=again.version)
    web.post(ALL, {"action": "undo", "token": token})
    assert statuses() == ["prospect", "dormant", "prospect"]
    assert "One was changed since and stays as it is." in web.text(ALL)


def test_undo_is_taken_back_too(web, three):
    web.post(ALL, {"action": "undo", "token": token_of(change(web, "status", "active", ids(*three)))})
    last = Audit.select().order_by(Audit.id.desc()).first()
    web.post(ALL, {"action": "undo", "token": last.source})
    assert statuses() == ["active"] * 3


def test_undo_belongs_to_who_did_it(web, make, three):
    token = token_of(change(web, "status", "active", ids(*three)))
    other = web.sign_in(make.user("director"))
    assert other.post(ALL, {"action": "undo", "token": token}).status_code == 404
    assert "are changed" not in other.text(f"{ALL}&done={token}")
    assert statuses() == ["active"] * 3


@pytest.mark.parametrize("token", ["", "mass:", "mass:x", "mass:99", "mass:9999999999999999999999", "import:1"])
def test_undo_of_nothing_is_refused(web, token):
    assert web.post(ALL, {"action": "undo", "token": token}).status_code == 404


def test_all_that_match_are_changed_not_only_the_page(web, three, make):
    make.client("Alba Two")
    condition = quote(json.dumps({"field": "name", "op": "contains", "value": "alba"}))
    change(web, "status", "former", url=f"/clients/?f={condition}", all="1")
    assert statuses() == ["former", "prospect", "prospect", "former"]


def test_change_of_many_writes_the_history_of_each(web, three, director):
    token = token_of(change(web, "owner", str(director.id), ids(*three)))
    rows = list(Audit.select().where(Audit.source == token))
    assert {row.entity_id for row in rows} == set(ids(*three))
    assert {row.user_id for row in rows} == {director.id}
    assert all(row.changes["owner_id"] == [None, director.id] for row in rows)


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("text", "red", "red"),
        ("number", "1 234,5", 1234.5),
        ("money", "99.90", "99.90"),
        ("date", "2026-07-01", "2026-07-01"),
        ("bool", "True", True),
        ("choice", "small", "small"),
    ],
)
def test_property_of_any_kind_is_changed_and_taken_back(web, crm, three, kind, sent, kept):
    create_property(crm, entity="client", name="Extra", key="extra", kind=kind, choices=("small", "big"))
    token = token_of(change(web, "properties.extra", sent, ids(*three)))
    assert [one.properties for one in Client.select()] == [{"extra": kept}] * 3
    web.post(ALL, {"action": "undo", "token": token})
    assert [one.properties for one in Client.select()] == [{}] * 3


def test_days_are_changed_and_taken_back(web, crm, three):
    change_client(crm, three[0], {"next_contact_on": date(2026, 1, 1)}, version=1)
    token = token_of(change(web, "next_contact_on", "2026-08-01", ids(*three)))
    assert {one.next_contact_on for one in Client.select()} == {date(2026, 8, 1)}
    web.post(ALL, {"action": "undo", "token": token})
    assert [one.next_contact_on for one in Client.select().order_by(Client.id)] == [date(2026, 1, 1), None, None]


def test_deals_are_handed_over_with_their_history_and_back(web, crm, make, director):
    seller = make.user(name="Sara")
    deals = [make.deal(owner=seller) for _number in range(2)]
    won = make.deal(owner=seller)
    win(crm, won)
    lost = make.deal(owner=seller)
    lose(crm, lost, LossReason.select().where(~LossReason.needs_note).first())
    url = "/deals/?all=1"
    token = token_of(change(web, "owner", str(director.id), ids(*deals, won, lost), url=url))
    assert [deal.owner_id for deal in Deal.select().order_by(Deal.id)] == [
        director.id,
        director.id,
        seller.id,
        seller.id,
    ]
    web.post(url, {"action": "undo", "token": token})
    assert {deal.owner_id for deal in Deal.select()} == {seller.id}


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("status", "nonsense", 422),
        ("owner", "somebody", 422),
        ("next_contact_on", "soon", 422),
        ("name", "Same", 404),
        ("version", "1", 404),
        ("properties.none", "1", 404),
    ],
)
def test_change_that_can_not_be_changes_nothing(web, three, field, value, status):
    answer = change(web, field, value, ids(*three))
    assert answer.status_code == status
    assert statuses() == ["prospect"] * 3
    assert not Audit.select().where(Audit.action == "changed").exists()


def test_nothing_chosen_is_said(web, three):
    answer = change(web, "status", "active")
    assert answer.status_code == 422
    assert "Choose at least one record" in answer.get_data(as_text=True)


def test_unknown_action_is_refused(web):
    assert web.post(ALL, {"action": "explode"}).status_code == 422


def test_seller_changes_no_record_that_he_does_not_see(web, make, three):
    seller = make.user("seller")
    mine = make.client("Mine", owner=seller)
    change(web.sign_in(seller), "status", "active", ids(mine, *three))
    assert statuses() == ["prospect", "prospect", "prospect", "active"]
    change(web, "status", "dormant", all="1")
    assert statuses() == ["prospect", "prospect", "prospect", "dormant"]


@pytest.mark.parametrize(
    "values",
    [
        {"action": "edit", "field": "status", "value": "active"},
        {"action": "delete"},
    ],
)
def test_reader_changes_nothing(web, make, three, values):
    answer = web.sign_in(make.user("reader")).post(ALL, {**values, "ids": ids(*three)})
    assert answer.status_code == 403
    assert Client.select().where(Client.deleted_at.is_null(), Client.status == "prospect").count() == 3


def test_seller_exports_and_deletes_nothing(web, make):
    seller = make.user("seller")
    make.client("Mine", owner=seller)
    web.sign_in(seller)
    assert web.get(f"{ALL}&part=export").status_code == 403
    assert web.post(ALL, {"action": "delete", "all": "1"}).status_code == 403
    assert "part=export" not in web.text(ALL)


def test_chosen_go_to_the_trash_and_come_back(web, three):
    answer = web.post(ALL, {"action": "delete", "ids": ids(*three[1:])})
    assert Client.select().where(Client.deleted_at.is_null()).count() == 1
    web.post(ALL, {"action": "undo", "token": token_of(answer)})
    assert Client.select().where(Client.deleted_at.is_null()).count() == 3


def test_categories_are_added_and_taken_away(web, crm, three, monkeypatch):
    from dataclasses import replace

    from core.clients.pages import lists
    from core.clients.services import categories_of, set_categories

    monkeypatch.setattr(lists, "CLIENTS", replace(lists.CLIENTS, mass_edit=("categories",)))
    red, blue = Category.create(name="Red"), Category.create(name="Blue")
    set_categories(three[0], [red.id])
    change(web, "categories", [str(blue.id)], ids(*three), how="add")
    assert [[one.name for one in categories_of(client)] for client in three] == [["Blue", "Red"], ["Blue"], ["Blue"]]
    token = token_of(change(web, "categories", [str(blue.id)], ids(*three), how="remove"))
    assert [[one.name for one in categories_of(client)] for client in three] == [["Red"], [], []]
    web.post(ALL, {"action": "undo", "token": token})
    assert [[one.name for one in categories_of(client)] for client in three] == [["Blue", "Red"], ["Blue"], ["Blue"]]


def test_chosen_become_a_fixed_segment_and_leave_it_again(web, three):
    web.post(ALL, {"action": "segment", "name": "Fair 2026", "ids": ids(*three[:2])})
    segment = Segment.get()
    assert (segment.name, segment.kind) == ("Fair 2026", "fixed")
    web.post(ALL, {"action": "segment", "segment": str(segment.id), "ids": ids(*three)})
    assert SegmentMember.select().count() == 3
    inside = "/clients/?f=" + quote(json.dumps({"field": "segment", "op": "equal", "value": segment.id}))
    assert "Take out of Fair 2026" in web.text(f"{inside}&part=segment")
    web.post(inside, {"action": "unsegment", "ids": ids(three[0])})
    assert SegmentMember.select().count() == 2


def test_filters_become_a_live_segment_which_its_name_overwrites(web, three):
    for status in ("active", "prospect"):
        url = "/clients/?f=" + quote(json.dumps({"field": "status", "op": "equal", "value": status}))
        assert web.post(url, {"action": "save-segment", "name": "Watched", "is_shared": "1"}).status_code == 303
    segment = Segment.get()
    assert (segment.kind, segment.is_shared) == ("live", True)
    assert segment.conditions == [{"field": "status", "op": "equal", "value": "prospect"}]
    assert web.post("/clients/?q=alba", {"action": "save-segment", "name": "Found"}).status_code == 422
    assert web.post(ALL, {"action": "save-segment", "name": "Everything"}).status_code == 422


def test_csv_has_every_match_and_no_formula(web, make, director):
    make.client("=HYPERLINK(1)", city="Tirana", status="active", owner=director, next_contact_on=date(2026, 7, 1))
    make.client("Шкодер, «Север»", city="+355", status="active")
    make.client("Other", status="former")
    condition = quote(json.dumps({"field": "status", "op": "equal", "value": "active"}))
    answer = web.get(f"/clients/?f={condition}&part=export&format=csv")
    text = answer.get_data().decode("utf-8-sig")
    rows = {row["Name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(rows) == {"'=HYPERLINK(1)", "Шкодер, «Север»"}
    assert rows["'=HYPERLINK(1)"]["Owner"] == "Dora Director"
    assert rows["'=HYPERLINK(1)"]["Next contact"] == "2026-07-01"
    assert rows["Шкодер, «Север»"]["City"] == "'+355"
    assert rows["Шкодер, «Север»"]["Status"] == "Active"


def test_xlsx_has_numbers_dates_and_words(web, make, director):
    make.deal("=1+1", potential=Decimal("1234.5"), currency="EUR", owner=director, expected_on=date(2026, 7, 1))
    answer = web.get("/deals/?all=1&part=export&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    answer.close()
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    found = dict(zip(header, row, strict=True))
    assert found["Title"] == "=1+1"
    assert sheet.cell(2, header.index("Title") + 1).data_type == "s"
    assert found["Potential"] == 1234.5
    assert found["Currency"] == "EUR"
    assert found["Expected on"].date() == date(2026, 7, 1)
    assert found["Owner"] == "Dora Director"


def test_export_is_in_the_history(web, make, director):
    make.client("Alba")
    web.get(f"{ALL}&part=export&format=csv").get_data()
    row = Audit.get(Audit.action == "exported")
    assert (row.user_id, row.entity, row.changes["list"][1]) == (director.id, "client", "clients")
    assert web.get(f"{ALL}&part=export&format=docx").status_code == 422
