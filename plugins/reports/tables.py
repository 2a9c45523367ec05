"""The core's tables as reports read them: only the columns that they count, group and filter by."""

from peewee import Table

DEAL = Table(
    "core_deal",
    tuple(
        (
            "id number title client_id deal_type_id version_id state stage_id place furthest stood_at on_hold_until"
            " owner_id source_id currency potential_base amount_base loss_reason_id properties opened_at closed_at"
            " deleted_at"
        ).split()
    ),
)
SPAN = Table(
    "core_deal_period", tuple("deal_id from_at to_at stage_id place owner_id potential_base is_on_hold".split())
)
CLIENT = Table("core_client", tuple("id name region city country status kind source_id owner_id properties".split()))
