"""In the browser a second file says what the first one lacks: the potential of a deal by the price of its product."""

import io

import pytest

from core.clients.models import Client
from core.deals.models import Deal
from plugins.importers.lookup.tables import Table, guess_columns, make_lookup
from plugins.importers.models import Batch

DEALS = "number,client,product,state,opened_at,closed_at\n1,Hoxha,GTX,open,2026-01-05,\n2,Hoxha,MG,open,2026-01-06,\n"
PRICES = "product,series,sales_price\nGTX,G,550\nmg,M,55\n"
SETTINGS = {"header_row": "1", "create_missing": "yes", "default_client": ""}


@pytest.fixture
def web(web, make):
    """Returns the browser of somebody who may make what is missing."""
    return web.sign_in(make.user(role="administrator", name="Ada Admin"))


def upload(web, text=DEALS):
    web.post("/imports/", {"kind": "deals", "file": (io.BytesIO(text.encode()), "deals.csv")})
    return Batch.select().order_by(Batch.id.desc()).get()


def change(web, batch, **form):
    return web.post(f"/imports/{batch.id}/columns", {**SETTINGS, **form})


def bring_table(web, batch, text=PRICES):
    return change(web, batch, table=(io.BytesIO(text.encode()), "products.csv"))


CHOSEN = {"table_column": "product", "table_key": "product", "table_value": "sales_price", "table_field": "potential"}


def test_second_table_is_shown_with_its_columns_guessed(web):
    batch = upload(web)
    assert bring_table(web, batch).status_code == 303
    page = web.text(f"/imports/{batch.id}")
    assert "products.csv" in page
    assert '<option value="sales_price" selected>' in page
    assert '<option value="potential" selected>' in page
    assert Batch.get().plan["table"]["chosen"] == {
        "field": "potential", "column": "product", "key": "product", "value": "sales_price",
    }  # fmt: skip


def test_values_are_looked_up_and_come_in(web, crm):
    batch = upload(web)
    bring_table(web, batch)
    change(web, batch, look_up="yes", **CHOSEN)
    assert "is “sales_price” of products.csv" in web.text(f"/imports/{batch.id}")
    change(web, batch, start="yes")
    crm.jobs.run_waiting()
    assert [str(deal.potential) for deal in Deal.select().order_by(Deal.id)] == ["550", "55"]


def test_columns_chosen_by_hand_outlive_a_lookup(web):
    batch = upload(web)
    bring_table(web, batch)
    change(web, batch, look_up="yes", field2="title", **CHOSEN)
    fields = {(match["title"], match["field"]) for match in Batch.get().plan["columns"] if match["field"]}
    assert {("product", "title"), ("product", "potential")} <= fields


def test_a_value_that_the_table_lacks_is_marked_in_the_preview(web):
    batch = upload(web, DEALS + "3,Hoxha,Zork,open,2026-01-07,\n")
    bring_table(web, batch)
    change(web, batch, look_up="yes", **CHOSEN)
    assert "“Zork” is not in the table it is looked up in" in web.text(f"/imports/{batch.id}")


def test_lookup_and_default_are_proposed_for_the_next_file_of_this_shape(web, crm):
    batch = upload(web)
    bring_table(web, batch)
    change(web, batch, look_up="yes", **CHOSEN)
    change(web, batch, start="yes", default_client="Nobody")
    crm.jobs.run_waiting()
    again = upload(web, DEALS.replace("1,Hoxha", "7,").replace("2,Hoxha", "8,"))
    assert again.plan["options"]["lookups"]["potential"]["values"] == {"gtx": "550", "mg": "55"}
    change(web, again, start="yes", default_client="Nobody")
    crm.jobs.run_waiting()
    assert Deal.get(Deal.number == "7").potential == 550
    assert Client.select().where(Client.name == "Nobody").exists()


def test_a_lookup_can_be_taken_back_and_the_table_put_away(web):
    batch = upload(web)
    bring_table(web, batch)
    change(web, batch, look_up="yes", **CHOSEN)
    change(web, batch, stop_lookup="potential")
    change(web, batch, forget_table="yes")
    plan = Batch.get().plan
    assert plan["options"]["lookups"] == {}
    assert "table" not in plan
    assert "potential" not in {match["field"] for match in plan["columns"]}


BAD = {
    "In products.csv, “GTX” stands twice": ("product,price\nGTX,1\nGTX,2\n", {"table_value": "price"}),
    "Choose which field the values of products.csv fill.": (PRICES, {"table_field": ""}),
    "has no column zork": (PRICES, {"table_value": "zork"}),
}


@pytest.mark.parametrize("sentence", BAD)
def test_a_lookup_that_can_not_be_is_refused_with_a_sentence(web, sentence):
    text, chosen = BAD[sentence]
    batch = upload(web)
    bring_table(web, batch, text)
    answer = change(web, batch, look_up="yes", **{**CHOSEN, **chosen})
    assert sentence in answer.get_data(as_text=True)
    assert Batch.get().plan["options"]["lookups"] == {}


def test_a_second_file_that_is_no_table_is_refused(web):
    answer = bring_table(web, upload(web), "%PDF-1.7 x")
    assert "not a table" in answer.get_data(as_text=True)


def test_a_lookup_without_a_table_is_refused(web):
    answer = change(web, upload(web), look_up="yes", **CHOSEN)
    assert "Choose the second table first." in answer.get_data(as_text=True)


def test_the_second_table_goes_with_the_draft(web, crm):
    batch = upload(web)
    bring_table(web, batch)
    web.post(f"/imports/{batch.id}/delete")
    assert not list((crm.config.files / "imports").iterdir())


def test_key_is_the_column_that_knows_most_of_our_cells():
    table = Table("t.csv", ("code", "label", "price"), (("1", "GTX", "5"), ("2", "MG", "7")))
    assert guess_columns(table, {"n": ["9"], "product": ["gtx", "mg"]}, True) == ("product", "label", "price")


def test_a_key_that_stands_twice_with_one_value_is_fine():
    table = Table("t.csv", ("a", "b"), (("x", "1"), ("X", "1"), ("", "2")))
    assert make_lookup(table, "c", "a", "b").values == {"x": "1"}
