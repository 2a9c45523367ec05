"""What the client wants, on the deal's card: the lines shown, changed, and answered before the deal is closed."""

from typing import Any

from flask import request
from marshmallow import Schema
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from core.deals import demand
from core.deals.demand import Wish, lines_of, worth
from core.deals.demand_schemas import LineSchema, closing_form, form_answers, shown_answers
from core.deals.models import Deal, DemandLine
from core.deals.pages.blueprint import blueprint, shown_deal
from core.deals.pages.dialogs import dialog, seen_version
from core.errors import InvalidInput
from core.i18n import _, ngettext
from core.stages.models import DealType
from core.web.context import crm, needs
from core.web.forms import SchemaForm
from core.web.pages import go, is_htmx, page

_NAMES = ("id", "what", "quantity", "price", "wanted_on")
_PREFIX = "demand."


class DemandForm:
    """The rows of a form, one a line of demand; empty rows are no lines."""

    def __init__(self, deal_type: DealType | None, lines: list[DemandLine] | None = None) -> None:
        self.is_mandatory = deal_type is not None and demand.is_mandatory(crm(), deal_type)
        self.rows = [SchemaForm(LineSchema, {name: getattr(line, name) for name in _NAMES}) for line in lines or ()]
        self.rows = self.rows or [self.blank]
        self.sentence = ""
        self._found: list[Wish] = []
        self._wrong = 0

    @property
    def blank(self) -> SchemaForm:
        """A row to be filled in."""
        return SchemaForm(LineSchema, dict.fromkeys(_NAMES))

    @property
    def has_words(self) -> bool:
        """Whether anything is written in the rows."""
        return any(row["what"].value for row in self.rows)

    def read(self, sent: MultiDict) -> None:
        """Takes over the rows that were sent, with what is wrong in each."""
        columns = [sent.getlist(_PREFIX + name) for name in _NAMES]
        written = [row for row in zip(*columns, strict=False) if any(text.strip() for text in row)]
        self.rows = [self.blank for _row in written]
        for form, row in zip(self.rows, written, strict=True):
            try:
                self._found.append(Wish(**form.read(MultiDict(zip(_NAMES, row, strict=True)))))
            except InvalidInput as error:
                form.take(error)
                self._wrong += 1
        self.rows = self.rows or [self.blank]

    def wishes(self) -> list[Wish]:
        """Returns the lines that were read; raises InvalidInput when one needs a correction."""
        if self._wrong:
            raise InvalidInput(
                ngettext("One line needs a correction.", "%(n)s lines need a correction.", self._wrong), fields={}
            )
        return self._found


@blueprint.get("/new/demand")
@needs("deals.write")
def demand_rows() -> str:
    """Shows the lines of a deal that is not opened yet, as its type asks for them."""
    form = DemandForm(DealType.get_or_none(DealType.id == request.args.get("type", type=int)))
    form.read(request.args)
    return page("deals/_demand_start.html", demand=form, can_ask=demand.is_used(crm()))


@blueprint.route("/<int:deal_id>/demand/edit", methods=["GET", "POST"])
@needs("deals.write")
def edit_demand(deal_id: int) -> str | Response:
    """Asks for the lines, and saves them."""
    deal = shown_deal(deal_id)
    form = DemandForm(deal.deal_type, lines_of(deal))
    if request.method == "POST":
        form.read(request.form)
        try:
            demand.set_demand(crm(), deal, form.wishes(), version=seen_version())
            return go("deals.card", _("Saved."), deal_id=deal.id)
        except InvalidInput as error:
            form.sentence = str(error)
    template = "deals/_demand_dialog.html" if is_htmx() else "deals/demand.html"
    return page(template, deal=deal, demand=form, version=seen_version() or deal.version)


@blueprint.route("/<int:deal_id>/demand/answer", methods=["GET", "POST"])
@needs("deals.write")
def answer_demand(deal_id: int) -> str | Response:
    """Asks of each line whether it was satisfied, and notes it."""
    deal = shown_deal(deal_id)
    schema = closing_form(Schema, lines_of(deal), deal.currency, is_won=True)

    def do(values: dict[str, Any]) -> None:
        demand.answer(crm(), deal, form_answers(values), version=seen_version())

    shown = shown_answers(schema)
    return dialog(deal, schema, shown, do, _("Was it satisfied?"), _("Save"), "primary", _("Noted."))


def box_of(deal: Deal) -> dict[str, Any]:
    """Returns what the box on the card shows; no box when nobody asks for demand and there is none."""
    lines = lines_of(deal)
    return {"lines": lines, "worth": worth(lines), "is_shown": bool(lines) or (deal.is_open and demand.is_used(crm()))}
