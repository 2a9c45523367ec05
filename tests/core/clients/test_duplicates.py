"""Clients that may be the same are found by what they share, and nothing is told of those one may not see."""

import pytest

from core.clients.contacts import create_contact
from core.clients.duplicates import Duplicate, duplicates_of, find_duplicates
from core.clients.services import delete_client
from core.clients.suspects import suspects
from core.store.bulk import insert_rows


@pytest.fixture
def seller(make):
    return make.user("seller", name="Arta")


@pytest.fixture
def alba(make, seller):
    return make.client(
        "Alba Trade Sh.p.k.", owner=seller, tax_number="K 123", phones=["069 200 0001"], emails=["info@alba.al"]
    )


def found(crm, user, **typed) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.client.name, one.reasons) for one in find_duplicates(crm, user, **typed)]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"tax_number": " K 123 "}, "tax_number"),
        ({"phones": ["+355 69 2000 001"]}, "phone"),
        ({"phones": ["", "0692000001"]}, "phone"),
        ({"emails": ["Info@Alba.AL"]}, "email"),
        ({"name": "alba trade"}, "name"),
        ({"name": "ALBA-TRADE LLC"}, "name"),
        ({"name": "Albá Tråde"}, "name"),
        ({"name": "Alba Trede"}, "name"),
        ({"name": "Trade, Alba"}, "name"),
        ({"name": "Alba Trade Tirana"}, "name"),
    ],
)
def test_a_client_is_found_by_what_it_shares(crm, seller, alba, typed, reason):
    assert found(crm, seller, **typed) == [("Alba Trade Sh.p.k.", (reason,))]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": "Al"},
        {"name": "Alba"},
        {"name": "Beta Trade"},
        {"name": "Alba Trade Import Export Holding Group"},
        {"tax_number": "K124"},
        {"phones": ["069"]},
        {"emails": ["alba.al"]},
    ],
)
def test_others_are_left_alone(crm, seller, alba, typed):
    assert found(crm, seller, **typed) == []


def test_a_tax_number_typed_with_spaces_finds_one_without(crm, seller, make):
    make.client("Beta", owner=seller, tax_number="K777")
    assert found(crm, seller, tax_number="K 777") == [("Beta", ("tax_number",))]


def test_the_surest_stands_first(crm, seller, alba, make):
    make.client("Alba Trade", owner=seller)
    make.client("Other", owner=seller, emails=["info@alba.al"], tax_number="K1")
    typed = {"name": "Alba Trade", "tax_number": "K1", "emails": ["info@alba.al"]}
    assert [name for name, _reasons in found(crm, seller, **typed)] == ["Other", "Alba Trade Sh.p.k.", "Alba Trade"]


def test_the_limit_holds(crm, seller, make):
    for _one in range(5):
        make.client("Alba", owner=seller, tax_number="K1")
    assert len(find_duplicates(crm, seller, name="Alba", tax_number="K1", limit=3)) == 3


def test_the_phone_of_a_contact_counts(crm, seller, alba):
    create_contact(crm, alba, name="Beni", phones=["0692000077"])
    assert found(crm, seller, phones=["+355692000077"]) == [("Alba Trade Sh.p.k.", ("phone",))]


def test_what_lies_in_the_trash_does_not_count(crm, seller, alba):
    delete_client(crm, alba)
    typed = {"name": "Alba Trade", "tax_number": "K 123", "phones": ["0692000001"]}
    assert found(crm, seller, **typed) == []


def test_a_client_is_no_duplicate_of_itself(crm, seller, alba, make):
    twin = make.client("Alba Trade", owner=seller)
    assert [one.client for one in duplicates_of(crm, seller, alba)] == [twin]


def test_of_a_client_of_another_seller_only_the_owner_is_told(crm, seller, alba, make):
    (one,) = find_duplicates(crm, make.user("seller"), name="Alba Trade")
    assert (one.client, one.owner, one.reasons) == (None, "Arta", ("name",))
    assert set(Duplicate.__dataclass_fields__) == {"client", "owner", "reasons", "score"}


def test_it_stays_quick_among_many_names_of_the_same_beginning(crm, seller, alba, queries):
    # 20,000 clients begin like the typed one; the work is bounded by the number of neighbours, not by theirs.
    names = [f"alba {word} {number:05}" for number in range(10_000) for word in ("build", "trans")]
    columns = "kind name name_key status properties created_at changed_at".split()
    with crm.work():
        rows = (("company", name, name, "prospect", "{}", 0, 0) for name in names)
        insert_rows(crm.database, "core_client", columns, rows)
    with queries.at_most(12):
        assert found(crm, seller, name="Trade Alba", tax_number="K 123", phones=["0692000001"])[0][1] == (
            "tax_number",
            "phone",
            "name",
        )


def test_suspects_share_a_value(crm, make, alba, seller):
    head = make.user("director")
    make.client("Beta", owner=seller, phones=["0692000001"])
    make.client("Gama", owner=head, tax_number="K 123")
    groups = [(one.reason, one.value, one.count, [client.name for client in one.clients]) for one in suspects(head)]
    assert groups == [
        ("tax_number", "K 123", 2, ["Alba Trade Sh.p.k.", "Gama"]),
        ("phone", "+355692000001", 2, ["Alba Trade Sh.p.k.", "Beta"]),
    ]


def test_suspects_are_seen_by_those_who_see_both(crm, make, alba, seller):
    make.client("Beta", owner=make.user("seller"), phones=["0692000001"])
    assert suspects(seller) == []


def test_a_number_twice_at_one_client_makes_no_suspects(crm, make, alba, seller):
    create_contact(crm, alba, name="Beni", phones=["0692000001"])
    assert suspects(seller) == []
