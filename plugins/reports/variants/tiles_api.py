"""REST of the home page's tiles, which are each user's own: list, put there, size, move, take away."""

from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from core.api import InvalidInput, NotFound, gone, needs, present_crm, present_user, rest_blueprint
from core.api import gettext as _
from plugins.reports.registry import all_reports, get_report
from plugins.reports.variants import tiles

blueprint = rest_blueprint("reports_tiles", "The reports on one's home page")
PLACE = "/reports/tiles/<key>"


class Arranged(Schema):
    """The size of a tile, and its place from 0."""

    size = fields.String(validate=validate.OneOf(list(tiles.SIZES)))
    place = fields.Integer(validate=validate.Range(0, tiles.MOST))


class NewTile(Schema):
    """A report as it usually is, or saved settings by their number."""

    report = fields.String(load_default="")
    variant = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**53 - 1))
    size = fields.String(load_default=tiles.SMALL, validate=validate.OneOf(list(tiles.SIZES)))

    @validates_schema
    def check_one(self, values: dict[str, Any], **_rest: Any) -> None:
        """Refuses a tile that shows nothing, or two things."""
        if bool(values["report"]) == bool(values["variant"]):
            raise ValidationError(_("Name a report, or saved settings."), "report")


class TileSchema(Schema):
    """A tile; `key` is what it is called by: a number, or the report of a usual one until the first change."""

    key = fields.String(required=True)
    report = fields.String(required=True)
    variant = fields.Integer(required=True, allow_none=True)
    title = fields.String(required=True)
    size = fields.String(required=True)
    place = fields.Integer(required=True)


@blueprint.shows("/reports/tiles", TileSchema, many=True)
@needs("reports.read")
def list_tiles() -> Response:
    """Lists the tiles of the token's user in order; who has chosen none has those that the role usually needs."""
    return jsonify(_shown())


@blueprint.does("/reports/tiles", TileSchema, NewTile, status=201)
@needs("reports.read")
def add_tile(values: dict[str, Any]) -> tuple[Response, int]:
    """Puts a report or saved settings at the end of the home page."""
    try:
        report = get_report(present_crm(), values["report"]).name if values["report"] else ""
        made = tiles.add_tile(present_crm(), present_user(), report, values["variant"], values["size"])
    except NotFound as error:
        field = "variant" if values["variant"] else "report"
        raise InvalidInput(error.message, fields={field: [error.message]}) from None
    return jsonify(_one(made.id)), 201


@blueprint.does(PLACE, TileSchema, Arranged)
@needs("reports.read")
def arrange_tile(values: dict[str, Any], key: str) -> Response:
    """Gives a tile another size or place."""
    return jsonify(_one(tiles.arrange_tile(present_crm(), present_user(), key, **values).id))


@blueprint.route(PLACE, methods=["DELETE"])
@blueprint.response(204)
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(operationId="remove_tile")
@needs("reports.read")
def remove_tile(key: str) -> Response:
    """Takes a tile away from the home page."""
    tiles.remove_tile(present_crm(), present_user(), key)
    return gone()


def _shown() -> list[dict[str, Any]]:
    titles = {report.name: str(report.title) for report in all_reports(present_crm())}
    found = [tile for tile in tiles.tiles_of(present_user()) if tile.report in titles]
    return [
        {
            "key": tile.key,
            "report": tile.report,
            "variant": tile.variant.id if tile.variant else None,
            "title": tile.variant.name if tile.variant else titles[tile.report],
            "size": tile.size,
            "place": place,
        }
        for place, tile in enumerate(found)
    ]


def _one(tile_id: int) -> dict[str, Any]:
    found = next((one for one in _shown() if one["key"] == str(tile_id)), None)
    if found is None:
        raise NotFound(tiles.none_such())
    return found
