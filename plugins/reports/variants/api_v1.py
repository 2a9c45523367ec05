"""REST of saved settings: list, make, change, share, delete, and with which of them one's report begins."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from core.api import (
    RECORD_ID,
    Resource,
    User,
    answer,
    gone,
    guard,
    listing,
    needs,
    present_crm,
    present_user,
    rest_blueprint,
)
from plugins.reports.models import Variant
from plugins.reports.variants import defaults, keeping
from plugins.reports.variants.models import Default

blueprint = rest_blueprint("reports_variants", "Settings of reports under names")


class VariantFacts(Schema):
    """What can be changed of saved settings; `params` are the report's parameters, each with its values."""

    name = fields.String(required=True, validate=validate.Length(1, keeping.LONGEST_NAME))
    audience = fields.String(load_default=keeping.MINE, validate=validate.OneOf(list(keeping.AUDIENCES)))
    params = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), load_default=dict)


class VariantSchema(VariantFacts):
    """Saved settings; with `is_default` the report begins with them for the user of the token."""

    id = fields.Integer(dump_only=True)
    report = fields.String(required=True)
    owner = fields.Integer(dump_only=True, attribute="owner_id")
    is_default = fields.Boolean(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)


class DefaultSchema(Schema):
    """Whether the report begins with these settings."""

    is_default = fields.Boolean(load_default=True)


def _seen(reader: User) -> Any:
    return Variant.select().where(keeping.seen_by(reader))


def _more(variants: Sequence[Any]) -> dict[int, dict[str, Any]]:
    ids = [one.id for one in variants]
    mine = Default.select(Default.variant).where(Default.user == present_user().id, Default.variant.in_(ids))
    begun = {key for (key,) in mine.tuples()}
    return {
        one.id: {
            "audience": keeping.audience_of(one),
            "params": _params(keeping.written_pairs(present_crm(), present_user(), one)),
            "is_default": one.id in begun,
        }
        for one in Variant.select().where(Variant.id.in_(ids))
    }


VARIANTS = Resource("variants", Variant, VariantSchema, _seen, order="name", more=_more)


@blueprint.list("/reports/variants", VARIANTS)
@needs("reports.read")
def list_variants() -> Response:
    """Lists the settings that one sees: own ones, those of the team, everybody's; `?report=` of one report."""
    return listing(VARIANTS)


@blueprint.post("/reports/variants", VARIANTS, VariantSchema)
@needs("reports.read")
def add_variant(values: dict[str, Any]) -> Response:
    """Saves settings of a report under a name."""
    made = keeping.save_variant(
        present_crm(), present_user(), values["report"], values["name"], _pairs(values["params"]),
        audience=values["audience"], is_new=True,
    )  # fmt: skip
    return answer(VARIANTS, made, 201)


@blueprint.get(f"/reports/variants/<{RECORD_ID}:variant_id>", VARIANTS)
@needs("reports.read")
def show_variant(variant_id: int) -> Response:
    """Shows saved settings."""
    return answer(VARIANTS, keeping.get_variant(present_user(), variant_id))


@blueprint.change(f"/reports/variants/<{RECORD_ID}:variant_id>", VARIANTS, VariantFacts)
@needs("reports.read")
def change_variant(values: dict[str, Any], variant_id: int) -> Response:
    """Changes name, readers or parameters of saved settings."""
    given = {name: values[name] for name in ("name", "audience") if name in values}
    pairs = _pairs(values["params"]) if "params" in values else None
    with guard(VARIANTS, keeping.get_variant(present_user(), variant_id)):
        changed = keeping.change_variant(present_crm(), present_user(), variant_id, pairs=pairs, **given)
    return answer(VARIANTS, changed)


@blueprint.post(f"/reports/variants/<{RECORD_ID}:variant_id>/default", VARIANTS, DefaultSchema, status=200)
@needs("reports.read")
def begin_with_variant(values: dict[str, Any], variant_id: int) -> Response:
    """Lets the report begin with these settings for the user of the token, or no more."""
    wanted = values["is_default"]
    variant = defaults.begin_with(present_crm(), present_user(), variant_id, is_default=wanted)
    return answer(VARIANTS, variant)


@blueprint.delete(f"/reports/variants/<{RECORD_ID}:variant_id>")
@needs("reports.read")
def delete_variant(variant_id: int) -> Response:
    """Deletes saved settings, with the tiles, defaults and schedules that show them."""
    with guard(VARIANTS, keeping.get_variant(present_user(), variant_id)):
        keeping.delete_variant(present_crm(), present_user(), variant_id)
    return gone()


def _pairs(params: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in params.items() for value in values]


def _params(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
