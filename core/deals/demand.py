"""Primary demand: what the client wants, line by line, and whether each line was satisfied when the deal was closed.

Where the company and the deal's type say so, the lines are mandatory: no deal is opened without one, and none is
closed before each is answered. What is imported tells of the past and is excepted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.deals import history, rows
from core.deals.models import Deal, DemandLine
from core.deals.rates import in_company_currency
from core.errors import InvalidInput, NotFound
from core.i18n import _, ngettext
from core.money import from_units, to_units
from core.runtime import CRM
from core.stages.models import DealType
from core.store import audit

MOST_LINES, LONGEST_WHAT, LONGEST_REASON = 100, 300, 500
LARGEST, MOST_WORTH = Decimal(10) ** 10, Decimal(10) ** 14
_EXCEPTED = ("import", "undo")


@dataclass(frozen=True)
class Wish:
    """One thing that a client wants; the price is that of one, in the deal's currency. `id` names a line to be kept."""

    what: str
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    wanted_on: date | None = None
    id: int | None = None


@dataclass(frozen=True)
class Answer:
    """Whether a line was satisfied; if not, why."""

    is_satisfied: bool
    reason: str = ""


def is_used(crm: CRM) -> bool:
    """Tells whether the company registers what clients want."""
    return crm.settings.get("company")["registers_demand"]


def is_mandatory(crm: CRM, deal_type: DealType) -> bool:
    """Tells whether deals of a type are opened with their demand only."""
    if crm.actor.source.startswith(_EXCEPTED):
        return False
    return deal_type.registers_demand and is_used(crm)


def lines_of(deal: Deal | int) -> list[DemandLine]:
    """Returns the lines of a deal, in order."""
    return list(DemandLine.select().where(DemandLine.deal == deal).order_by(DemandLine.place, DemandLine.id))


def worth(lines: Iterable[Wish | DemandLine]) -> Decimal | None:
    """Returns the sum of quantity times price, or None as long as no line has a price."""
    priced = [one.quantity * one.price for one in lines if one.price is not None]
    return from_units(to_units(sum(priced, Decimal(0)))) if priced else None


def unanswered(crm: CRM, deal_ids: Sequence[int]) -> set[int]:
    """Returns those of the deals that can't be closed before a mandatory line of theirs is answered, by one query."""
    if not is_used(crm):
        return set()
    query = DemandLine.select(DemandLine.deal).distinct().join(Deal).join(DealType)
    query = query.where(DemandLine.deal.in_(list(deal_ids)), DemandLine.is_satisfied.is_null())
    return {row[0] for row in query.where(DealType.registers_demand).tuples()}


def checked(crm: CRM, deal_type: DealType, lines: Sequence[Wish]) -> list[Wish]:
    """Returns the lines without spare spaces; raises InvalidInput for one that can't be, or when they are missing."""
    if not lines and is_mandatory(crm, deal_type):
        sentence = _("Write down first what the client wants: at least one line.")
        raise InvalidInput(sentence, fields={"demand": [sentence]})
    if len(lines) > MOST_LINES:
        raise _refusal(_("A deal has at most %(n)s lines of demand.", n=MOST_LINES))
    lines = [_checked(one) for one in lines]
    if (worth(lines) or 0) >= MOST_WORTH:
        raise _refusal(_("These quantities and prices make a sum beyond all deals; look at them again."))
    return lines


def begin(row: Deal, lines: Iterable[Wish]) -> None:
    """Writes the first lines of a new deal."""
    for place, one in enumerate(lines):
        DemandLine.create(deal=row.id, place=place, **_columns(one))


def set_demand(crm: CRM, deal: Deal, lines: Sequence[Wish], *, version: int | None = None) -> Deal:
    """Gives an open deal these lines in the place of those it has, and returns it; a line with an id keeps its answer.

    The potential follows from the lines, unless somebody typed another one. Raises InvalidInput as `open_deal` does,
    for a closed deal, and NotFound for the id of a line that is not the deal's.
    """
    with crm.work():
        row = rows.take_open(crm, deal, version)
        lines = checked(crm, row.deal_type, lines)
        before = lines_of(row)
        was_following = row.potential is None or row.potential == worth(before)
        _write(row, before, lines)
        changes = _differences(before, lines)
        if was_following and worth(lines) != row.potential:
            changes["potential"] = [row.potential, worth(lines)]
            _set_potential(crm, row, worth(lines))
        if not changes:
            return deal
        audit.record(crm, "deal", row.id, "demand changed", changes)
        return rows.save(crm, deal, row)


def answer(crm: CRM, deal: Deal, answers: Mapping[int, Answer], *, version: int | None = None) -> Deal:
    """Notes which lines of an open deal were satisfied, before it is closed, and returns it."""
    with crm.work():
        row = rows.take_open(crm, deal, version)
        note_answers(crm, row, answers)
        return rows.save(crm, deal, row)


def close(crm: CRM, row: Deal, answers: Mapping[int, Answer] | None) -> None:
    """Notes the answers of a deal that is being closed; raises InvalidInput when a mandatory one is missing."""
    lines = note_answers(crm, row, answers or {})
    missing = [one for one in lines if one.is_satisfied is None]
    if missing and is_mandatory(crm, row.deal_type):
        sentence = ngettext(
            "Say first, on the deal, whether this was satisfied: %(what)s",
            "Say first, on the deal, whether each of %(n)s lines of the demand was satisfied, such as: %(what)s",
            len(missing),
            what=missing[0].what,
        )
        raise InvalidInput(sentence, fields={f"demand.{one.id}.is_satisfied": [_("Yes or no?")] for one in missing})


def note_answers(crm: CRM, row: Deal, answers: Mapping[int, Answer]) -> list[DemandLine]:
    """Writes the answers and returns the deal's lines; raises InvalidInput for one not satisfied without a reason."""
    lines = {one.id: one for one in lines_of(row)} if answers else {}
    if not set(answers) <= set(lines):
        raise NotFound(_("This deal has no such line of demand."))
    told: dict[str, list] = {}
    for line_id, given in answers.items():
        line, reason = lines[line_id], given.reason.strip()
        if not given.is_satisfied and not reason:
            sentence = _("Why was it not satisfied? Write the reason.")
            raise InvalidInput(f"{line.what}: {sentence}", fields={f"demand.{line_id}.reason": [sentence]})
        told |= {line.what: [line.is_satisfied, given.is_satisfied]}
        told |= {f"{line.what}: reason": [line.reason or None, reason]} if not given.is_satisfied else {}
        line.is_satisfied, line.reason = given.is_satisfied, "" if given.is_satisfied else reason
        line.save(only=[DemandLine.is_satisfied, DemandLine.reason])
    if told:
        audit.record(crm, "deal", row.id, "demand answered", told)
    return list(lines.values()) if answers else lines_of(row)


def forget_answers(row: Deal) -> None:
    """Makes a re-opened deal's lines open again; the history keeps how they were answered."""
    DemandLine.update(is_satisfied=None, reason="").where(DemandLine.deal == row.id).execute()


def _checked(wish: Wish) -> Wish:
    what = " ".join(wish.what.split())
    if not what or len(what) > LONGEST_WHAT:
        raise _refusal(_("Write what the client wants, in %(n)s letters at most.", n=LONGEST_WHAT))
    if not (wish.quantity.is_finite() and 0 < wish.quantity < LARGEST):
        raise _refusal(_("“%(what)s”: the quantity must be above zero.", what=what))
    if wish.quantity != from_units(to_units(wish.quantity)):
        raise _refusal(_("“%(what)s”: write the quantity with four decimals at most.", what=what))
    if wish.price is not None and not (wish.price.is_finite() and 0 <= wish.price < LARGEST):
        raise _refusal(_("“%(what)s”: the price must be zero or more; leave it empty if it isn't known.", what=what))
    price = None if wish.price is None else from_units(to_units(wish.price))
    return Wish(what, wish.quantity, price, wish.wanted_on, wish.id)


def _refusal(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, fields={"demand": [sentence]})


def _columns(wish: Wish) -> dict:
    return {"what": wish.what, "quantity": wish.quantity, "price": wish.price, "wanted_on": wish.wanted_on}


def _write(row: Deal, before: Sequence[DemandLine], lines: Sequence[Wish]) -> None:
    kept = {one.id for one in lines if one.id is not None}
    if not kept <= {one.id for one in before}:
        raise NotFound(_("This deal has no such line of demand."))
    DemandLine.delete().where(DemandLine.deal == row.id, DemandLine.id.not_in(kept)).execute()
    for place, one in enumerate(lines):
        if one.id is None:
            DemandLine.create(deal=row.id, place=place, **_columns(one))
        else:
            DemandLine.update(place=place, **_columns(one)).where(DemandLine.id == one.id).execute()


def _differences(before: Sequence[DemandLine], after: Sequence[Wish]) -> dict[str, list]:
    """Returns {what: [before, after]} of the lines that differ, as texts."""
    old = {one.what: _told(one) for one in before}
    new = {one.what: _told(one) for one in after}
    names = dict.fromkeys([*old, *new])
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def _told(line: Wish | DemandLine) -> str:
    price = "" if line.price is None else f" × {line.price.normalize():f}"
    day = f", {line.wanted_on.isoformat()}" if line.wanted_on else ""
    return f"{line.quantity.normalize():f}{price}{day}"


def _set_potential(crm: CRM, row: Deal, potential: Decimal | None) -> None:
    row.potential = potential
    row.potential_base = in_company_currency(crm, potential, row.currency, crm.today())
    history.turn_period(row, rows.moment(crm, row, None))
