"""The settings of Pigeon."""

from marshmallow import Schema, fields

from core.api import lazy


class PigeonSettings(Schema):
    """Where Pigeon is, and the token that it gave us."""

    url = fields.String(load_default="", metadata={"label": lazy("Address of Pigeon")})
    token = fields.String(load_default="", metadata={"label": lazy("Token"), "secret": True})
