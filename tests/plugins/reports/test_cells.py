"""The cells of a row as its page shows them."""

from plugins.reports.cells import cells_of
from plugins.reports.document import COUNT, MONEY, TEXT, Column, Mark, Row
from plugins.reports.links import as_query

COLUMNS = [Column("name", "Name", TEXT), Column("lost", "Lost", COUNT), Column("won", "Won", MONEY)]


def test_a_cell_has_the_list_behind_it_and_what_is_said_of_it(web):
    marks = {"lost": Mark("More than others", is_worse=True), "won": Mark("Too few")}
    row = Row({"name": "Anna", "lost": 1234, "won": None}, lambda: {"name": "/users/1", "lost": "/lost"}, lambda: marks)
    with web.app.test_request_context():
        assert cells_of(row, COLUMNS) == [
            ("Anna", "/users/1", "", ""),
            ("1,234", "/lost", "num report-worse", "More than others"),
            ("—", "", "num report-judged", "Too few"),
        ]


def test_a_cell_without_a_value_is_empty_and_leads_nowhere():
    assert cells_of(Row({}, lambda: {"won": "/won"}), COLUMNS[1:]) == [("", "", "num", "")] * 2


def test_no_and_naught_are_different_conditions():
    no, naught = ({"field": "is_on_hold", "op": "equal", "value": value} for value in (False, 0))
    assert as_query([naught]) != as_query([no]) == as_query([dict(no)])
