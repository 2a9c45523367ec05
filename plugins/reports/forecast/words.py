"""What the methods of a forecast are called, what its report card says in a sentence, money as one says it."""

from decimal import Decimal
from typing import Any

from core.api import format_date, format_number, format_percent, lazy, ngettext
from core.api import gettext as _
from plugins.reports.forecast.bounds import BAYES, FOUR_RATES, LEAST_CLOSED, LEAST_MONTHS, OWN, TEMPLATE
from plugins.reports.forecast.learning import Card
from plugins.reports.funnel.data import money

# A change below one in a hundred is not worth a word.
LEAST_SHOWN = 0.01
METHOD_WORDS = {
    OWN: lazy("own statistics"),
    TEMPLATE: lazy("percentages of the template"),
    FOUR_RATES: lazy("mean of four rates, as in 1C"),
    BAYES: lazy("naive Bayes, as in Odoo"),
}


def card_words(card: Card) -> tuple[str, ...]:
    """Returns how far the forecast may be trusted: what the last check found, or how much history is missing."""
    basis = card.basis
    if not basis.is_enough:
        closed, months = max(LEAST_CLOSED - basis.closed, 0), max(LEAST_MONTHS - len(basis.months), 0)
        missing = []
        if closed:
            missing.append(ngettext("%(n)s closed deal", "%(n)s closed deals", closed))
        if months:
            missing.append(ngettext("%(n)s month", "%(n)s months", months))
        words = _("The history is too short to learn from: %(missing)s are missing. Until then the template decides.",
                  missing=", ".join(missing))  # fmt: skip
        return (words,)
    if card.body is None:
        return (_("It was not checked against past months yet; that is done every night."),)
    return (check_words(card), _("Last checked on %(day)s.", day=format_date(card.made_at)))


def check_words(card: Card) -> str:
    """Returns in one sentence how right forecasts of past months were."""
    found = card_figures(card.body)
    if found["bias"] is None:
        return _("Nothing was won in the months that were checked, so nobody can say how right forecasts are.")
    direction = _("%(share)s too high") if found["bias"] >= 0 else _("%(share)s too low")
    months = ngettext("Checked over %(n)s month", "Checked over %(n)s months", found["months"])
    return _("%(months)s: %(bias)s, %(coverage)s of the months within the range.",
             months=months, bias=direction % {"share": format_percent(abs(found["bias"]), 1)},
             coverage=format_percent(found["coverage"], 0))  # fmt: skip


def correction_words(card: Card) -> str:
    """Returns what earlier months put right in the forecast, in one sentence; nothing where they changed nothing."""
    right = card.correction
    parts = [
        (_("wins of open deals"), right.get("speed", 1.0)),
        (_("wins of new deals"), right.get("inflow", 1.0)),
        (_("width of the range"), right.get("width", 1.0)),
    ]
    changed = [f"{name} {_signed(value - 1)}" for name, value in parts if abs(value - 1) >= LEAST_SHOWN]
    if right.get("slope", 1.0) != 1.0:
        changed.append(_("chances by the curve of the report card"))
    return _("Corrected by the errors of earlier months: %(changed)s.", changed=", ".join(changed)) if changed else ""


def before_words(card: Card) -> str:
    """Returns what the check would have found had no month been put right by those before it; nothing if unknown."""
    months = card.body["months"] if card.body else []
    if not months or "before" not in months[0]:
        return ""
    found = card_figures({"months": [{**month, **month["before"]} for month in months]})
    if found["bias"] is None:
        return ""
    return _("Each month is corrected by the errors of those before it. Without that: sums %(bias)s, %(coverage)s of "
             "the months within the range, log loss %(loss)s.",
             bias=_signed(found["bias"]), coverage=format_percent(found["coverage"], 0),
             loss=format_number(card.body["before"]["log_loss"], 4))  # fmt: skip


def card_figures(body: dict) -> dict[str, Any]:
    """Returns the bias of all months together, the share of months within their range, and how many there are.

    Where the months brought nothing there is no bias: None.
    """
    months = body["months"]
    said, was = sum(month["expected"] for month in months), sum(month["brought"] for month in months)
    within = sum(month["low"] <= month["brought"] <= month["high"] for month in months)
    return {
        "months": len(months),
        "bias": said / was - 1 if was else None,
        "coverage": within / len(months) if months else 0.0,
    }


def cents(units: float) -> Decimal:
    """Returns database units, perhaps a fraction of one, as money in whole cents."""
    return money(round(units / 100) * 100)


def rounded(units: float) -> str:
    """Returns money as a director says it: with three figures that count."""
    value = float(money(units))
    digits = len(str(abs(int(value))))
    return format_number(Decimal(round(value, min(3 - digits, 0))), 0)


def _signed(share: float) -> str:
    return f"{'+' if share >= 0 else '−'}{format_percent(abs(share), 0 if abs(share) >= 0.1 else 1)}"
