"""Cells become values, or a sentence that says why not; no cell makes a reader fall over."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.importers.cells.values import READERS, Reading, guess_date_order, guess_decimal, read_cell
from plugins.importers.errors import CellRefused
from plugins.importers.reading.table import BadCell, shown
from plugins.importers.stream import ChunkReader, Column, Source

READING = Reading(region="AL", zone=ZoneInfo("Europe/Tirane"))
CELLS = st.one_of(
    st.text(max_size=40), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.none(),
    st.from_regex(r"[0-9.,/ \-:€]{1,20}"),
)  # fmt: skip


@given(cell=CELLS, reader=st.sampled_from(sorted(READERS)))
def test_any_cell_is_a_value_or_a_sentence(cell, reader):
    sentence = "a value"
    try:
        read_cell(reader, cell, READING)
    except CellRefused as refused:
        sentence = str(refused.sentence)
    assert sentence


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_a_date_written_in_its_order_is_read_back(day, order):
    written = {"dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}[order]
    assert read_cell("date", day.strftime(written), Reading(date_order=order)) == day


@given(st.decimals(0, 10**9, places=2))
def test_an_amount_written_with_comma_and_blanks_is_read_back(amount):
    text = f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",") + " €"
    assert read_cell("money", text, READING) == amount


@given(st.integers(2, 9), st.integers(0, 999_999))
def test_a_phone_that_excel_made_a_number_of_is_read(first, rest):
    digits = f"69{first}{rest:06d}"
    expected = read_cell("phones", f"0{digits}", READING)[0][0]
    assert read_cell("phones", float(f"355{digits}"), READING)[0][0] == expected == f"+355{digits}"


@given(st.lists(st.one_of(st.booleans(), st.floats(allow_nan=False), st.text(max_size=5)), min_size=1, max_size=30))
def test_column_with_memo_reads_as_cell_by_cell(cells):
    source = Source("", "", 0, 1, (Column(0, "x", "note", "text"),), READING)
    rows = [[cell] for cell in cells]
    chunk = ChunkReader(source, is_ragged=False).read(list(range(len(rows))), rows, 0)
    alone = []
    for number, cell in enumerate(cells):
        try:
            alone.append((number, read_cell("text", cell, READING)))
        except CellRefused:
            continue
    assert list(zip(chunk.rows, chunk.values["note"], strict=True)) == alone


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-08-15", (2026, 8, 15)), ("15/08/2026", (2026, 8, 15)), ("Aug 20, 2026", (2026, 8, 20)),
        ("20 gusht 2026", (2026, 8, 20)), ("20 августа 2026 г.", (2026, 8, 20)), ("1.2.26", (2026, 2, 1)),
        ("20260815", (2026, 8, 15)), ("15.08.2026 14:30", (2026, 8, 15)), ("5 Nëntor 2026", (2026, 11, 5)),
    ],
)  # fmt: skip
def test_dates_of_three_languages(text, day):
    assert read_cell("date", text, READING) == dt.date(*day)


def test_serial_of_excel_is_a_date():
    assert read_cell("date", 43831.0, READING) == dt.date(2020, 1, 1)


@pytest.mark.parametrize("text", ["31.02.2026", "yesterday", "2026-13-01", "12.12.0001", "1/1/1/1"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(CellRefused, match="no date|can't be right"):
        read_cell("date", text, READING)


def test_a_day_alone_begins_at_midnight_of_the_company():
    assert read_cell("moment", "2026-07-01", READING) == dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)
    assert read_cell("moment", "2026-07-01 10:30", READING) == dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.UTC)
    assert read_cell("moment", "2026-07-01T10:30:00+05:00", READING) == dt.datetime(2026, 7, 1, 5, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1 234,50 €", "1234.50"), ("1,234.50", "1234.50"), ("500.0", "500.0"), (649.0, "649.0"), ("12 lekë", "12")],
)
def test_amounts(cell, amount):
    assert read_cell("money", cell, READING) == Decimal(amount)


@pytest.mark.parametrize("cell", ["-5", "abc", float("inf"), "1e40", True, dt.date(2026, 1, 1)])
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(CellRefused):
        read_cell("money", cell, READING)


def test_phone_whose_digits_are_cut_is_refused():
    with pytest.raises(CellRefused, match="digits Excel has cut"):
        read_cell("phones", "8.91612E+10", READING)


def test_several_phones_of_a_cell():
    found = read_cell("phones", "069 234 5678; +355 69 234 5679 / 12-34", READING)
    assert [(value, is_valid) for value, _raw, is_valid in found] == [
        ("+355692345678", True), ("+355692345679", True), ("12-34", False),
    ]  # fmt: skip


def test_zeros_that_excel_took_off_a_russian_number_are_put_back():
    russian = Reading(region="RU")
    assert read_cell("tax_number", 702010001.0, russian) == "0702010001"
    assert read_cell("tax_number", "702010001", russian) == "702010001"


@pytest.mark.parametrize(
    ("text", "value"), [("Po", True), ("да", True), ("Yes", True), ("JO", False), ("нет", False), ("0", False)]
)
def test_yes_and_no_in_three_languages(text, value):
    assert read_cell("yes_no", text, READING) is value


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("In_Progress", "open"),
        ("Won", "won"),
        ("E fituar", "won"),
        ("Humbur", "lost"),
        ("Выиграна", "won"),
        ("в работе", "open"),
    ],
)
def test_states_in_three_languages(text, state):
    assert read_cell("state", text, READING) == state


def test_words_of_the_map_name_states():
    assert read_cell("state", "Happy End", Reading(states=(("happy_end", "won"),))) == "won"


@pytest.mark.parametrize(
    ("text", "code"), [("Албания", "AL"), ("Kosova", "XK"), ("de", "DE"), ("United States", "US"), ("Mars", "Mars")]
)
def test_countries_in_many_languages(text, code):
    assert read_cell("country", text, READING) == code


@pytest.mark.parametrize("text", ["", "  ", "\u00a0", "-", "n/a", "нет данных"])
def test_nothing_is_nothing(text):
    for reader in ("phones", "emails", "date", "money", "tax_number"):
        assert read_cell(reader, text, READING) is None


def test_bad_cell_is_refused_with_its_reason():
    with pytest.raises(CellRefused, match="because"):
        read_cell("text", BadCell("because"), READING)


def test_letters_that_cannot_be_read_are_refused():
    with pytest.raises(CellRefused, match="has letters that can't be read. Choose the encoding of the file"):
        read_cell("text", "\ufffdж", READING)


def test_long_text_is_refused():
    with pytest.raises(CellRefused, match="has 201 signs; at most 200"):
        read_cell("text", "x" * 201, READING)


def test_orders_are_guessed_from_what_proves_them():
    assert guess_date_order(["01/02/2026", "25/02/2026"]) == "dmy"
    assert guess_date_order(["01/02/2026", "02/25/2026"]) == "mdy"
    assert guess_date_order(["01/02/2026"]) == ""
    assert guess_decimal(["1.234", "12,50 €"]) == ","
    assert guess_decimal(["1,234", "12.5"]) == "."
    assert guess_decimal(["12", "1,234", "31.12.2026"]) == ""
    assert guess_decimal(["1.234,5678"]) == ","
    assert guess_decimal(["$0.125"]) == "."


def test_numbers_are_shown_as_people_read_them():
    assert [shown(cell) for cell in (660737.0, 0.5, True, None, " a\u00a0 b ")] == ["660737", "0.5", "yes", "", "a b"]
