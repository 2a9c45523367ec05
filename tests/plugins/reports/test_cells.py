"""The cells of a row as its page shows them."""

from plugins.reports.cells import cells_of
from plugins.reports.document import COUNT, MONEY, TEXT, Column, Mark, Row
from plugins.reports.links import as_query

COLUMNS = [Column("name", "Name", TEXT), Column("lost", "Lost", COUNT), Column("won", "Won", MONEY)]


def test_a_cell_has_the_list_behind_it_and_what_is_said_of_it(web):
    marks = {"lost": Mark("More than <others>", is_worse=True), "won": Mark("Too few")}
    links = {"name": "/users/1", "lost": "f=owner=1&f=state=lost"}
    row = Row({"name": "Anna & Co", "lost": 1234, "won": None}, lambda: links, lambda: marks)
    with web.app.test_request_context():
        assert cells_of(row, COLUMNS) == (
            '<td class="report-words"><a href="/users/1">Anna &amp; Co</a></td>'
            '<td class="report-worse" title="More than &lt;others&gt;">'
            '<a href="/deals/?f=owner=1&amp;f=state=lost">1,234</a></td>'
            '<td title="Too few">—</td>'
        )


def test_a_cell_without_a_value_is_empty_and_leads_nowhere(web):
    with web.app.test_request_context():
        assert cells_of(Row({}, lambda: {"won": "/won"}), COLUMNS[1:]) == "<td></td><td></td>"


def test_no_and_naught_are_different_conditions():
    no, naught = ({"field": "is_on_hold", "op": "equal", "value": value} for value in (False, 0))
    assert as_query([naught]) != as_query([no]) == as_query([dict(no)])
