"""Deals come in with the visit, period and closing that their rows tell; what contradicts itself is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.clients.models import Client
from core.deals.inspection import find_wrong_deals
from core.deals.models import Closing, Deal, DealPeriod, StageVisit
from core.deals.rates import set_rate
from core.stages.models import DealType, LossReason
from core.stages.services import steps_of
from plugins.importers.undo.batch import undo_batch

HEAD = "number,title,client,type,stage,state,amount,potential,currency,opened_at,closed_at,owner,source,loss_reason\n"


@pytest.fixture
def base(make):
    """Returns a type with three stages, a client and a seller to name."""
    make.client("Hoxha")
    make.user(name="Ann")
    return make.deal_type("Retail", stages=("Talk", "Offer", "Pay"))


def take(importing, *rows, **options):
    return importing("deals", HEAD + "\n".join(rows) + "\n", **options)


def test_won_lost_and_open_deals_stand_where_they_should(crm, base, importing, counts):
    batch = take(
        importing,
        "D1,One,Hoxha,Retail,Pay,won,310,300,EUR,2026-01-03,2026-03-01,Ann,Fair,",
        "D2,Two,hoxha,retail,2,lost,,200,EUR,2026-01-02,2026-02-01,ann,,too expensive",
        "D3,,Hoxha,Retail,,open,,,EUR,2026-01-01,,,,",
    )
    assert counts(batch) == (3, 0, 0, 0)
    won, lost, still = Deal.select().order_by(Deal.number)
    assert (won.state, won.place, won.amount, won.potential) == ("won", 2, Decimal(310), Decimal(300))
    assert (lost.state, lost.stage.name, lost.amount, lost.loss_reason.name) == ("lost", "Offer", None, "Too expensive")
    assert (still.state, still.stage.name, still.title, still.potential) == ("open", "Talk", "Hoxha", None)
    assert won.closed_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert won.owner.name == "Ann"
    assert [one.import_row for one in (won, lost, still)] == [2, 3, 4]
    assert StageVisit.select().where(StageVisit.left_at.is_null()).count() == 1
    assert (DealPeriod.select().count(), Closing.select().count()) == (3, 2)
    assert list(find_wrong_deals(crm)) == []


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "D1,,,Retail,,open,,,,2026-01-01,,,,",
            "Row 2, column “client”: the deal has no client. Fill in the cell, or name a "
            "client of deals that name none (in a map: [options.defaults] client = “…”).",
        ),
        (
            "D1,,Nobody,Retail,,open,,,,2026-01-01,,,,",
            "Row 2, column “client”: there is no client “Nobody”. Import the clients first, or with “create missing”.",
        ),
        (
            "D1,,Hoxha,Wholesale,,open,,,,2026-01-01,,,,",
            "Row 2, column “type”: there is no deal type “Wholesale”. Make it first, or import with “create missing”.",
        ),
        (
            "D1,,Hoxha,Retail,Dance,open,,,,2026-01-01,,,,",
            "Row 2, column “stage”: “Dance” is no stage of the type “Retail”; its "
            "stages are Talk, Offer, Pay. Correct the cell, add the stage to the type, or import with “create "
            "missing”.",
        ),
        (
            "D1,,Hoxha,Retail,Talk,won,,,,2026-02-01,2026-01-01,,,",
            "Row 2, column “closed_at”: the deal was won before it was opened. Correct one of the two dates.",
        ),
        (
            "D1,,Hoxha,Retail,Talk,lost,,,,2026-02-01,,,,",
            "Row 2, column “closed_at”: the deal is closed, but not when. Fill in the day it was closed.",
        ),
        (
            "D1,,Hoxha,Retail,Talk,open,,,,2027-02-01,,,,",
            "Row 2, column “closed_at”: the date lies in the future. Correct it.",
        ),
        (
            "D1,,Hoxha,Retail,Talk,maybe,,,,2026-02-01,,,,",
            "Row 2, column “state”: “maybe” is no state of a deal. Write open, won "
            "or lost, or name the word in the map.",
        ),
        (
            "D1,,Hoxha,Retail,Talk,open,,,XYZ,2026-02-01,,,,",
            "Row 2, column “currency”: “XYZ” is no currency. Write a code such as EUR, ALL or RUB.",
        ),
        (
            "D1,,Hoxha,Retail,Talk,open,,,,2026-02-01,,Bob,,",
            "Row 2, column “owner”: there is no user “Bob”. Add the user first, or import with “create missing”.",
        ),
    ],
)
def test_rows_that_cannot_be_are_refused_with_sheet_row_column_and_remedy(
    crm, base, importing, counts, messages, row, sentence
):
    batch = take(importing, row)
    assert counts(batch) == (0, 0, 0, 1)
    assert messages(batch) == [sentence]


def test_lost_without_a_reason_is_not_given(crm, base, importing):
    take(importing, "D1,,Hoxha,Retail,Talk,lost,,,,2026-01-01,2026-02-01,,,")
    reason = Deal.get().loss_reason
    assert (reason.key, reason.is_active) == ("not_given", False)
    assert Closing.get().loss_reason_id == reason.id


def test_amount_alone_fills_the_potential(crm, base, importing):
    importing(
        "deals",
        'number,client,type,state,amount,opened_at,closed_at\nD1,Hoxha,Retail,won,"1 234,50 €",2026-01-01,2026-02-01\n',
    )
    assert (Deal.get().potential, Deal.get().amount) == (Decimal("1234.50"), Decimal("1234.50"))


def test_empty_potential_stays_unknown_where_there_is_a_column(crm, base, importing):
    take(importing, "D1,,Hoxha,Retail,Talk,won,50,,,2026-01-01,2026-02-01,,,")
    assert (Deal.get().potential, Deal.get().amount) == (None, Decimal(50))


def test_money_is_converted_by_the_rate_of_the_closing_day(crm, base, importing):
    set_rate(crm, "USD", date(2026, 1, 1), Decimal("0.9"))
    set_rate(crm, "USD", date(2026, 2, 1), Decimal("0.8"))
    take(
        importing,
        "D1,,Hoxha,Retail,Talk,won,,100,USD,2026-01-10,2026-02-10,,,",
        "D2,,Hoxha,Retail,Talk,open,,100,USD,2026-01-10,,,,",
        "D3,,Hoxha,Retail,Talk,open,,100,CHF,2026-01-10,,,,",
    )
    assert [deal.potential_base for deal in Deal.select().order_by(Deal.number)] == [Decimal(80), Decimal(90), None]


def test_types_take_stages_in_the_order_in_which_the_file_first_names_them(crm, importing, counts):
    batch = take(
        importing,
        "D1,,Beta,Wholesale,Offer,open,,1,,2026-01-01,,Zoe,,",
        "D2,,Beta,Wholesale,Call,open,,1,,2026-01-01,,Zoe,,",
        "D3,,Gamma,Wholesale,Offer,lost,,1,,2026-01-01,2026-01-02,Zoe,,Price",
        create_missing=True,
    )
    assert counts(batch) == (3, 0, 0, 0)
    made = DealType.get(DealType.name == "Wholesale")
    assert (made.mode, [step.stage.name for step in steps_of(made)]) == ("manual", ["Offer", "Call"])
    assert {client.name for client in Client.select()} == {"Beta", "Gamma"}
    assert LossReason.select().where(LossReason.name == "Price").exists()
    assert list(find_wrong_deals(crm)) == []


def test_a_stage_missing_in_a_type_of_ours_makes_a_new_version(crm, base, importing):
    old = base.published_version_id
    take(importing, "D1,,Hoxha,Retail,Talk,open,,1,,2026-01-01,,,,")
    take(importing, "D2,,Hoxha,Retail,Dance,open,,1,,2026-01-01,,,,", create_missing=True)
    assert [deal.version_id == old for deal in Deal.select().order_by(Deal.number)] == [True, False]
    assert [step.stage.name for step in steps_of(DealType.get_by_id(base.id))] == ["Talk", "Offer", "Pay", "Dance"]


def test_default_client_of_the_options_takes_deals_without_one(crm, base, importing, counts):
    batch = take(importing, "D1,,,Retail,Talk,open,,1,,2026-01-01,,,,", defaults={"client": "Unknown client"})
    assert counts(batch) == (1, 0, 0, 0)
    assert Deal.get().client.name == "Unknown client"


def test_two_clients_of_a_name_are_told_apart_by_tax_number(crm, base, make, importing, messages):
    make.client("Hoxha", tax_number="L1A")
    batch = take(
        importing, "D1,,Hoxha,Retail,Talk,open,,1,,2026-01-01,,,,", "D2,,L1A,Retail,Talk,open,,1,,2026-01-01,,,,"
    )
    assert messages(batch) == [
        "Row 2, column “client”: there are 2 clients “Hoxha”. Write the tax number in place of the name."
    ]
    assert Deal.get().client.tax_number == "L1A"


def test_known_numbers_are_skipped_or_updated(crm, base, importing, counts):
    row = "D1,One,Hoxha,Retail,Talk,open,,100,EUR,2026-01-01,,,,"
    take(importing, row)
    assert counts(take(importing, row)) == (0, 0, 1, 0)
    crm.clock.advance(days=1)
    batch = take(importing, row.replace("Talk,open", "Offer,open").replace("100", "150"), on_duplicate="update")
    assert counts(batch) == (0, 1, 0, 0)
    deal = Deal.get()
    assert (deal.stage.name, deal.potential) == ("Offer", Decimal(150))
    assert list(find_wrong_deals(crm)) == []


def test_a_closed_deal_is_updated_where_its_closing_may_be_corrected(crm, base, importing, counts, messages):
    set_rate(crm, "USD", date(2026, 1, 1), Decimal("0.5"))
    won = "D1,One,Hoxha,Retail,Pay,won,310,300,USD,2026-01-03,2026-03-01,,,"
    lost = "D2,Two,Hoxha,Retail,Talk,lost,,200,USD,2026-01-02,2026-02-01,,,"
    take(importing, won, lost)
    again = (won.replace("310,300", "410,400"), lost.replace("200", "250") + "Too expensive")
    batch = take(importing, *again, on_duplicate="update", create_missing=True)
    assert counts(batch) == (0, 2, 0, 0)
    assert [(one.potential, one.amount, one.amount_base) for one in Closing.select().order_by(Closing.deal)] == [
        (Decimal(400), Decimal(410), Decimal(205)),
        (Decimal(250), None, None),
    ]
    assert [deal.potential_base for deal in Deal.select().order_by(Deal.number)] == [Decimal(200), Decimal(125)]
    assert Deal.get(Deal.number == "D2").loss_reason.name == "Too expensive"
    assert list(find_wrong_deals(crm)) == []
    undo_batch(crm, batch)
    assert [one.potential for one in Closing.select().order_by(Closing.deal)] == [Decimal(300), Decimal(200)]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            "D1,One,Hoxha,Retail,Pay,lost,,300,EUR,2026-01-03,2026-03-01,,,",
            "Row 2, column “state”: the deal is closed otherwise already. Re-open it first, then import this row.",
        ),
        (
            "D1,One,Hoxha,Retail,Pay,won,310,300,EUR,2026-01-03,2026-03-05,,,",
            "Row 2, column “closed_at”: the deal was closed already, on 1 Mar 2026. Re-open it first, then import this "
            "row.",
        ),
    ],
)
def test_a_closed_deal_is_not_closed_otherwise_by_an_update(crm, base, importing, messages, row, sentence):
    take(importing, "D1,One,Hoxha,Retail,Pay,won,310,300,EUR,2026-01-03,2026-03-01,,,")
    assert messages(take(importing, row, on_duplicate="update")) == [sentence]
    assert (Deal.get().state, Deal.get().version) == ("won", 1)


def test_number_twice_in_a_file_is_taken_once(crm, base, importing, counts):
    row = "D1,One,Hoxha,Retail,Talk,open,,100,EUR,2026-01-01,,,,"
    assert counts(take(importing, row, row)) == (1, 0, 1, 0)


def test_deals_without_numbers_get_the_next_ones(crm, base, make, importing):
    taken = make.deal(deal_type=base).number
    take(importing, ",One,Hoxha,Retail,Talk,open,,1,,2026-01-01,,,,", ",Two,Hoxha,Retail,Talk,open,,1,,2026-01-01,,,,")
    numbers = [deal.number for deal in Deal.select().order_by(Deal.id)]
    assert len(set(numbers)) == 3
    assert numbers[0] == taken


def test_day_of_closing_of_an_open_deal_is_the_expected_one(crm, base, importing):
    take(importing, "D1,One,Hoxha,Retail,Talk,open,,100,EUR,2026-01-01,2026-09-01,,,")
    assert (Deal.get().closed_at, Deal.get().expected_on) == (None, date(2026, 9, 1))


def test_potential_is_looked_up_in_another_table(crm, base, importing, write, messages):
    write("product,price\nBox,12.5\n", "products.csv")
    batch = importing(
        "deals",
        "number,client,type,state,product,amount,opened_at\nD1,Hoxha,Retail,open,Box,,2026-01-01\nD2,Hoxha,Retail,open,Bag,,2026-01-01\n",
        lookup={"potential": {"column": "product", "file": "products.csv", "key": "product", "value": "price"}},
    )
    assert Deal.get().potential == Decimal("12.5")
    assert messages(batch) == ["Row 3, column “product”: “Bag” is not in the table it is looked up in. Add it there."]


def test_dry_run_of_deals_writes_nothing(crm, importing, counts):
    types = DealType.select().count()
    batch = importing(
        "deals", HEAD + "D1,,Beta,New,Talk,lost,,1,,2026-01-01,2026-01-02,Zoe,,Why\n", create_missing=True, is_dry=True
    )
    assert counts(batch) == (1, 0, 0, 0)
    assert (Deal.select().count(), Client.select().count(), DealType.select().count()) == (0, 0, types)


def test_a_lost_deal_that_brought_nothing_has_no_potential(crm, base, importing):
    importing(
        "deals", "number,client,type,state,amount,opened_at,closed_at\nD1,Hoxha,Retail,lost,0,2026-01-01,2026-02-01\n"
    )
    assert (Deal.get().potential, Deal.get().amount) == (None, None)


def test_amounts_that_name_their_currency_bring_it_to_the_deal(crm, base, importing):
    importing("deals", 'number,client,type,potential\nD1,Hoxha,Retail,"$1,200"\nD2,Hoxha,Retail,950\n')
    assert [(deal.potential, deal.currency) for deal in Deal.select().order_by(Deal.number)] == [
        (Decimal(1200), "USD"),
        (Decimal(950), "USD"),
    ]


def test_an_amount_in_another_currency_than_the_others_is_refused(crm, base, importing, messages):
    batch = importing(
        "deals",
        "number;client;type;potential\nD1;Hoxha;Retail;1 234,50 €\nD2;Hoxha;Retail;12,345.67 USD\n",
    )
    assert [deal.potential for deal in Deal.select()] == [Decimal("1234.50")]
    assert messages(batch) == [
        "Row 3, column “potential”: “12,345.67 USD” is in USD, but amounts of this row are in EUR. Write it in EUR, or "
        "add a column with the currency."
    ]


@pytest.mark.parametrize(
    ("table", "potential"),
    [
        ('number,client,type,potential\nD1,Hoxha,Retail,"12,500"\n', "12500"),
        ("number;client;type;potential\nD1;Hoxha;Retail;12.500\n", "12500"),
        ("number;client;type;potential\nD1;Hoxha;Retail;12.500\nD2;Hoxha;Retail;7.5\n", "12.5"),
    ],
)
def test_thousands_are_told_from_fractions(crm, base, importing, table, potential):
    importing("deals", table)
    assert Deal.get(Deal.number == "D1").potential == Decimal(potential)
