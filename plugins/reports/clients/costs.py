"""What won deals cost: which property of a deal holds it, a setting of the plugin, and the sum of it in SQL.

The property is of the kind money and in the deal's currency, like its amount, with which it is turned into the
company's.
"""

from typing import Any

from marshmallow import Schema
from marshmallow import fields as shapes
from peewee import SQL, Case, fn

from core.api import CRM, Deal, SettingsGroup, fields, lazy

GROUP = "reports"
UNITS = "10000.0"  # in which the database keeps money


def _choices() -> list[tuple[str, Any]]:
    from core.api import present_crm  # only the web needs it

    deals = fields.entity(present_crm(), "deal")
    return [("", "—"), *((one.json_key, one.label) for one in deals.fields if one.json_key and one.kind == "money")]


class ReportsSettings(Schema):
    """What the reports have to know of the company."""

    cost_property = shapes.String(
        load_default="cost",
        metadata={
            "label": lazy("Property of a deal that holds what it costs us"),
            "help": lazy("A property of the kind “money”, in the deal's currency; the margin report is made from it."),
            "choices": _choices,
            "widget": "select",
        },
    )


SETTINGS = SettingsGroup(GROUP, lazy("Reports"), ReportsSettings)


def cost_field(crm: CRM) -> Any:
    """Returns the field of deals that holds their cost, or None where there is no such property."""
    key = crm.settings.get(GROUP)["cost_property"]
    deals = fields.entity(crm, "deal").fields
    return next((one for one in deals if one.json_key == key and one.kind == "money"), None)


def cost_units(crm: CRM, field: Any, deal: Any = Deal) -> Any:
    """Returns the cost of a deal in the company's currency, as whole units of money, or NULL where it isn't known.

    It takes the rate at which the amount was turned, or the potential where nothing was paid; `deal` is the model or
    the alias in the query.
    """
    one = SQL("1.0")
    rate = Case(
        None,
        [
            (deal.currency == crm.currency, one),
            (deal.amount > 0, one * deal.amount_base / deal.amount),
            (deal.potential > 0, one * deal.potential_base / deal.potential),
        ],
    )
    return fn.ROUND(field.of(deal) * SQL(UNITS) * rate).cast("bigint")
