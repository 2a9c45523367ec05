"""Segments: what is in them, who sees and changes them, and filters that use them."""

import json
from urllib.parse import quote

import pytest

from core.clients import segments
from core.clients.models import Client
from core.clients.services import change_client, delete_client
from core.errors import InvalidInput, NotAllowed, NotFound
from core.fields import condition, describe, entity, options

ACTIVE = {"field": "status", "op": "equal", "value": "active"}
MINE = {"field": "owner", "op": "equal", "value": "me"}


@pytest.fixture
def owner(make):
    return make.user("director", name="Olga Owner")


@pytest.fixture
def live(crm, owner):
    return segments.create_segment(crm, owner, "Active ones", "client", kind="live", conditions=[ACTIVE])


@pytest.fixture
def fixed(crm, owner):
    return segments.create_segment(crm, owner, "Fair", "client", kind="fixed")


def inside(crm, segment, user=None):
    query = Client.select(Client.name).where(segments.members(crm, segment, user)).order_by(Client.id)
    return [row[0] for row in query.tuples()]


def filtered(crm, user, op, value=None):
    one = {"field": "segment", "op": op} | ({} if value is None else {"value": value})
    query = Client.select(Client.name).where(condition(crm, entity(crm, "client"), [one], user)).order_by(Client.id)
    return [row[0] for row in query.tuples()]


def test_live_segment_follows_its_filters(crm, make, live):
    client = make.client("Alba", status="active")
    make.client("Beta", status="former")
    assert inside(crm, live) == ["Alba"]
    change_client(crm, client, {"status": "former"}, version=client.version)
    assert inside(crm, live) == []


def test_fixed_segment_has_those_put_into_it_once(crm, make, owner, fixed):
    alba, beta = make.client("Alba"), make.client("Beta")
    make.client("Gama")
    assert segments.add_members(crm, owner, fixed, [alba.id, beta.id, alba.id]) == 2
    assert segments.add_members(crm, owner, fixed, [alba.id]) == 0
    assert inside(crm, fixed) == ["Alba", "Beta"]
    assert segments.remove_members(crm, owner, fixed, [alba.id]) == 1
    assert inside(crm, fixed) == ["Beta"]


def test_members_are_those_that_the_user_sees_and_not_the_trash(crm, make, owner, fixed):
    seller = make.user("seller")
    mine, theirs, gone = make.client("Mine", owner=seller), make.client("Theirs"), make.client("Gone", owner=seller)
    segments.add_members(crm, owner, fixed, [mine.id, theirs.id, gone.id])
    delete_client(crm, gone)
    assert inside(crm, fixed, seller) == ["Mine"]
    assert segments.count_members(crm, fixed, owner) == 2


def test_me_in_a_live_segment_is_whoever_looks_and_its_owner_for_the_system(crm, make, owner):
    segment = segments.create_segment(crm, owner, "Mine", "client", kind="live", conditions=[MINE], is_shared=True)
    other = make.user("director")
    make.client("Owner's", owner=owner)
    make.client("Other's", owner=other)
    assert inside(crm, segment, other) == ["Other's"]
    assert inside(crm, segment) == ["Owner's"]


def test_records_are_filtered_by_segments(crm, make, owner, live, fixed):
    alba, beta = make.client("Alba", status="active"), make.client("Beta")
    make.client("Gama")
    segments.add_members(crm, owner, fixed, [alba.id, beta.id])
    assert filtered(crm, owner, "equal", live.id) == ["Alba"]
    assert filtered(crm, owner, "in", [live.id, fixed.id]) == ["Alba", "Beta"]
    assert filtered(crm, owner, "not_equal", fixed.id) == ["Gama"]
    assert filtered(crm, owner, "empty") == ["Gama"]
    assert filtered(crm, owner, "not_empty") == ["Alba", "Beta"]


def test_deals_are_filtered_by_the_segment_of_their_client(crm, make, owner, live):
    from core.deals.models import Deal

    make.deal("Yes", client=make.client(status="active"))
    make.deal("No", client=make.client(status="former"))
    one = {"field": "client.segment", "op": "equal", "value": live.id}
    query = Deal.select(Deal.title).where(condition(crm, entity(crm, "deal"), [one], owner))
    assert [row[0] for row in query.tuples()] == ["Yes"]


def test_private_segment_of_another_finds_nothing_and_is_not_offered(crm, make, live):
    other = make.user("director")
    make.client("Alba", status="active")
    assert filtered(crm, other, "equal", live.id) == []
    assert options(crm, entity(crm, "client"), "segment", other) == []
    with pytest.raises(NotFound):
        segments.get_segment(crm, other, live.id)


def test_shared_segment_is_seen_but_not_changed_by_others(crm, make, owner, live):
    segments.change_segment(crm, owner, live, is_shared=True)
    other = make.user("director")
    assert segments.get_segment(crm, other, live.id) == live
    assert segments.seen_segments(other, "client") == [live]
    for act in (
        lambda: segments.change_segment(crm, other, live, name="Stolen"),
        lambda: segments.delete_segment(crm, other, live),
        lambda: segments.add_members(crm, other, live, [1]),
    ):
        with pytest.raises(NotAllowed, match="Olga Owner"):
            act()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "120"),
        ({"conditions": []}, "filter"),
        ({"conditions": [{"field": "nonsense", "op": "empty"}]}, "nonsense"),
        ({"conditions": [{"field": "segment", "op": "equal", "value": 1}]}, "segments"),
        ({"conditions": [{"field": "deals.client.segment", "op": "empty"}]}, "segments"),
        ({"kind": "half-live"}, "live or fixed"),
    ],
)
def test_segment_that_can_not_be_is_refused(crm, owner, values, words):
    given = {"name": "Name", "kind": "live", "conditions": [ACTIVE], **values}
    with pytest.raises(InvalidInput, match=words):
        segments.create_segment(crm, owner, given.pop("name"), "client", **given)
    assert not segments.Segment.select().exists()


def test_live_segment_takes_no_members(crm, owner, live):
    with pytest.raises(InvalidInput, match="fixed"):
        segments.add_members(crm, owner, live, [1])


def test_deleted_segment_leaves_its_records(crm, make, owner, fixed):
    client = make.client("Alba")
    segments.add_members(crm, owner, fixed, [client.id])
    segments.delete_segment(crm, owner, fixed)
    assert not segments.SegmentMember.select().exists()
    assert Client.get_by_id(client.id).deleted_at is None


def test_filter_by_a_segment_in_words(crm, live):
    words = describe(crm, entity(crm, "client"), [{"field": "segment", "op": "equal", "value": live.id}], None)
    assert words == ["Segment is Active ones"]


def test_pages_lead_to_the_records(crm, web, make, owner, live, fixed):
    alba = make.client("Alba", status="active")
    segments.add_members(crm, owner, fixed, [alba.id])
    web.sign_in(owner)
    page = web.text("/segments/")
    assert "%22value%22" in page
    assert "Fair" in page
    assert web.text(f"/segments/{live.id}/count") == "1"
    assert "Status is Active" in web.text(f"/segments/{live.id}")
    assert "Alba" in web.text(
        "/clients/?f=" + quote(json.dumps({"field": "segment", "op": "equal", "value": fixed.id}))
    )


def test_page_changes_and_deletes(crm, web, owner, live):
    web.sign_in(owner)
    assert web.post(f"/segments/{live.id}", {"name": "Renamed", "is_shared": "yes"}).status_code == 303
    changed = segments.Segment.get_by_id(live.id)
    assert (changed.name, changed.is_shared, changed.conditions) == ("Renamed", True, [ACTIVE])
    assert "Renamed" not in web.post(f"/segments/{live.id}", {"name": ""}).get_data(as_text=True).split("<title>")[0]
    assert web.post(f"/segments/{live.id}/delete").status_code == 303
    assert not segments.Segment.select().exists()


def test_broken_segment_is_shown_and_counted_as_such(crm, web, owner, live):
    live.conditions = [{"field": "properties.gone", "op": "empty"}]
    live.save()
    web.sign_in(owner)
    assert "properties.gone" in web.text(f"/segments/{live.id}")
    assert "properties.gone" in web.text(f"/segments/{live.id}/count")


def test_empty_page_says_what_a_segment_is(web, owner):
    assert "No segments yet" in web.sign_in(owner).text("/segments/")
