"""Settings of the plugin, and the forms of gateways."""

import re

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates, validates_schema

from core.api import gettext as _
from core.api import lazy
from plugins.sms.providers import KINDS
from plugins.sms.providers.tls import certificates_in, context_of, has_private_key

MOST_PARTS = 200
SENDER = re.compile(r"\+?\d{3,15}|[A-Za-z0-9 ._&-]{1,11}")


class SmsSettings(Schema):
    """Rules that hold for every gateway."""

    most_parts = fields.Integer(
        load_default=6,
        validate=validate.Range(1, MOST_PARTS),
        metadata={
            "label": lazy("Most parts of a message"),
            "help": lazy("A longer text is refused while it is written."),
        },
    )
    quiet_from = fields.Integer(
        load_default=21,
        validate=validate.Range(0, 24),
        metadata={"label": lazy("Nothing is sent from (hour)"), "help": lazy("By the client's own clock.")},
    )
    quiet_to = fields.Integer(
        load_default=8,
        validate=validate.Range(0, 24),
        metadata={"label": lazy("until (hour)"), "help": lazy("The same hour twice: messages go at any time.")},
    )
    stop_words = fields.String(
        load_default="STOP, СТОП, NDAL, NDALO",
        metadata={
            "label": lazy("Words by which a client wants no more SMS"),
            "help": lazy("With commas between them."),
        },
    )


class GatewaySchema(Schema):
    """One way to the network."""

    name = fields.String(
        required=True, validate=validate.Length(1, 60), metadata={"label": lazy("Name"), "placeholder": "Vodafone"}
    )
    kind = fields.String(
        required=True,
        validate=validate.OneOf(list(KINDS), list(KINDS.values())),
        metadata={"label": lazy("Kind"), "choices": tuple(KINDS.items())},
    )
    address = fields.String(
        required=True,
        validate=validate.Length(1, 300),
        metadata={
            "label": lazy("Address"),
            "placeholder": "smpp.example.com:2775",
            "help": lazy(
                "SMPP: host:port, with smpps:// in front for TLS. HTTP: the address that messages are sent to."
            ),
            "wide": True,
        },
    )
    login = fields.String(load_default="", metadata={"label": lazy("Login (system_id, account)")})
    secret = fields.String(
        load_default="",
        metadata={
            "label": lazy("Password or token"),
            "help": lazy("It is kept encrypted and never shown. Left empty, the one that is kept stays."),
            "secret": True,
        },
    )
    sender = fields.String(
        load_default="",
        metadata={
            "label": lazy("Sender"),
            "placeholder": "Hinka",
            "help": lazy(
                "A number, or a name of at most 11 Latin letters and digits that your provider has registered."
            ),
        },
    )
    prefixes = fields.String(
        load_default="",
        metadata={
            "label": lazy("Numbers beginning with"),
            "placeholder": "+355 +383",
            "help": lazy(
                "With blanks between them; empty: all numbers. If this gateway fails, the next one that fits is taken."
            ),
        },
    )
    per_second = fields.Integer(
        load_default=10, validate=validate.Range(1, 1000), metadata={"label": lazy("Messages a second")}
    )
    place = fields.Integer(
        load_default=1,
        validate=validate.Range(0, 1000),
        metadata={"label": lazy("Order"), "help": lazy("The lowest comes first.")},
    )
    is_active = fields.Boolean(load_default=True, metadata={"label": lazy("In use")})
    authority = fields.String(
        load_default="",
        validate=validate.Length(max=100_000),
        metadata={
            "label": lazy("Your provider's certificate authority"),
            "placeholder": "-----BEGIN CERTIFICATE-----",
            "help": lazy(
                "Only if your provider signs certificates itself: the text of the file that it gave you (PEM). Then no "
                "other authority is trusted. Empty: the public ones are."
            ),
            "group": lazy("SMPP with TLS"),
            "widget": "textarea",
        },
    )

    @validates("authority")
    def check_authority(self, authority: str, **_about: object) -> None:
        """Raises ValidationError for what is no certificate, and for a private key beside one."""
        if has_private_key(authority):
            raise ValidationError(
                _("There is a private key in it, which nobody else may have: enter the certificates alone.")
            )
        try:
            context_of(authority)
        except ValueError as error:
            sentence = _("This is no certificate: it begins with %(begin)s.", begin="-----BEGIN CERTIFICATE-----")
            raise ValidationError(sentence) from error

    @post_load
    def keep_certificates(self, values: dict, **_about: object) -> dict:
        """Returns the values with nothing but certificates as the authority."""
        if values.get("authority"):
            values["authority"] = certificates_in(values["authority"])
        return values

    @validates_schema
    def check_sender(self, values: dict, **_about: object) -> None:
        """Raises ValidationError for a sender that no network takes."""
        if values.get("sender") and not SENDER.fullmatch(values["sender"]):
            raise ValidationError(
                _("A name has at most 11 Latin letters, digits or blanks; a number has 3 to 15 digits."), "sender"
            )
        strange = [one for one in values.get("prefixes", "").split() if not re.fullmatch(r"\+\d{1,10}", one)]
        if strange:
            raise ValidationError(
                _("“%(one)s” is no beginning of a number; write it like +355.", one=strange[0]), "prefixes"
            )
