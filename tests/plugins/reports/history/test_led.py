"""The list behind a number holds what was counted: what was deleted since, and clients of others by their names."""

import json
import re
from urllib.parse import quote

import pytest

from core.api import Deal, InvalidInput, bulk
from core.deals.services import delete_deal
from plugins.reports.registry import make_report
from tests.plugins.reports.lists import listed

ROW = re.compile(r'<tr data-row="\d+".*?</tr>', re.DOTALL)


@pytest.fixture
def seller(make):
    return make.user("seller", name="Sava Seller")


@pytest.fixture
def other(make):
    return make.user("seller", name="Otto Other")


@pytest.fixture
def deleted(crm, make, seller):
    """A deal that stood open until it was deleted, beside one that still stands."""
    crm.clock.advance(days=8)
    gone, _left = make.deal("Twice typed", owner=seller), make.deal("Real", owner=seller)
    before = crm.clock.now().isoformat()
    crm.clock.advance(days=1)
    with crm.acting(seller.id, "web"):
        delete_deal(crm, gone)
    return gone, before


def links(report, *names, **params):
    found = {figure.key: (figure.value, figure.link) for figure in report(*names, **params).figures}
    return {key: one for key, one in found.items() if one[1]}


def row_of(page, name):
    return next(row for row in ROW.findall(page) if name in row)


def test_a_past_day_opens_what_was_deleted_since(crm, web, make, report, deleted, seller):
    value, link = links(report, "funnel-open", as_of=deleted[1], user=seller)["count"]
    assert (value, listed(crm, seller, link)) == (2, 2)
    page = web.sign_in(seller).text("/deals/?" + link)
    assert "Open deals as of 2" in page
    row = row_of(page, "Twice typed")
    assert "deleted" in row
    assert "checkbox" not in row
    assert "checkbox" in row_of(page, "Real")
    assert ">deleted<" not in row_of(page, "Real")


def test_the_bridge_opens_what_was_deleted_on_the_way(crm, make, report, deleted, seller):
    whole = report("bridge", from_=str(crm.today()), user=seller).tables[0].rows
    assert {str(row.values["part"]): row.values["deals"] for row in whole} == {
        "At the beginning": 2,
        "Deleted": 1,
        "At the end": 1,
    }
    for row in whole:
        assert listed(crm, seller, row.links["deals"]) == abs(row.values["deals"])


def test_what_a_number_led_to_is_only_to_be_looked_at(crm, web, report, deleted, seller, make):
    director = make.user("director")
    link = links(report, "funnel-open", as_of=deleted[1])["count"][1]
    crm.clock.advance(minutes=1)
    web.sign_in(director).post("/deals/?" + link, {"action": "delete", "all": "1"})
    assert list(Deal.select(Deal.title).where(Deal.deleted_at == crm.clock.now()).tuples()) == [("Real",)]
    assert ROW.findall(web.text("/deals/?" + link + "&q=Twice")) == []


def test_a_deleted_deal_says_so_and_comes_back(crm, web, make, deleted, seller, other):
    gone = deleted[0]
    assert web.sign_in(other).get(f"/deals/{gone.id}").status_code == 404
    assert "Sava Seller deleted this deal" in web.sign_in(seller).get(f"/deals/{gone.id}").text
    web.sign_in(make.user("director"))
    assert "Twice typed" in web.text("/deals/trash")
    web.post(f"/deals/{gone.id}/restore")
    assert "deleted this deal" not in web.text(f"/deals/{gone.id}")


def test_a_client_of_somebody_else_is_known_by_its_name_alone(crm, web, make, report, seller, other):
    client = make.client("Alba of Otto", owner=other, city="Durrës")
    make.deal("Mine", owner=seller, client=client)
    make.deal("Mine too", owner=seller, client=make.client("Own", owner=seller))
    value, link = links(report, "funnel-open", user=seller)["clients"]
    assert (value, listed(crm, seller, link)) == (2, 2)
    address = "/clients/?" + link.partition("?")[2]
    row = row_of(web.sign_in(seller).text(address), "Alba of Otto")
    assert "of somebody else" in row
    assert [word for word in ("Durrës", "Otto Other", "<a ", "checkbox") if word in row] == []
    seller.role.permissions = [*seller.role.permissions, "clients.export"]
    seller.role.save()
    told = web.text(address + "&part=export&format=csv")
    assert "Alba of Otto" in told
    assert "Durrës" not in told
    assert "Alba of Otto" not in web.text(address + "&f=" + quote('{"field":"city","op":"equal","value":"Durrës"}'))
    assert "Alba of Otto" not in web.text(address + "&q=Durr")
    assert "Alba of Otto" not in web.text("/clients/")


def test_a_name_is_said_only_where_a_record_that_bears_it_is_seen(crm, web, make, seller, other):
    hidden, borne = make.client("Hidden sh.p.k.", owner=other), make.client("Borne sh.p.k.", owner=other)
    make.deal(owner=other, client=hidden)
    make.deal(owner=seller, client=borne)
    web.sign_in(seller)
    for client, is_said in ((hidden, False), (borne, True)):
        one = json.dumps({"field": "client", "op": "equal", "value": client.id})
        for page in ("/deals/?f=", "/deals/board?f=", "/reports/funnel-open?f=", "/reports/matrix?f="):
            assert (client.name in web.text(page + quote(one))) == is_said, page
        of = json.dumps({"field": "reports.of", "op": "equal", "value": f"deal:[{one}]"})
        assert (client.name in web.text("/clients/?f=" + quote(of))) == is_said


def test_nobody_learns_by_a_name_that_a_record_of_others_is_there(crm, make, seller, other):
    make.client("Hidden sh.p.k.", owner=other)
    for name in ("Hidden sh.p.k.", "Nowhere sh.p.k."):
        with pytest.raises(InvalidInput, match="Nothing is called"):
            make_report(crm, seller, "funnel-open", (("client", name),))


def test_no_other_question_with_the_field_of_a_number_opens_what_others_have(crm, web, make, seller, other):
    borne, hidden = make.client("Borne sh.p.k.", owner=seller), make.client("Hidden sh.p.k.", owner=other)
    make.deal("Secret deal", owner=other, client=borne)
    make.deal("Secret too", owner=other, client=hidden)
    behind = f"report=funnel-open&_at={bulk.to_microseconds(crm.clock.now())}"
    web.sign_in(seller)
    for address, field, op, value in (
        ("/clients/?f=", "reports.of", "not_equal", "deal:[]"),
        ("/deals/?f=", "reports.of", "not_equal", "visit:[]"),
        ("/deals/?f=", "reports.behind", "not_equal", behind),
        ("/deals/?f=", "client.reports.of", "equal", "client:[]"),
        ("/deals/?f=", "client.reports.of", "not_equal", "deal:[]"),
        ("/clients/?f=", "reports.of", "equal", f"deal:{json.dumps([_not(behind)])}"),
    ):
        page = web.text(address + quote(json.dumps({"field": field, "op": op, "value": value})))
        assert [name for name in ("Hidden", "Secret") if name in page] == [], (field, op)


def _not(behind):
    return {"field": "reports.behind", "op": "not_equal", "value": behind}
