"""The kinds of import and their fields: names of the contract, how a cell of each is read, what may repeat."""

from dataclasses import dataclass

from core.api import LazyText, lazy


@dataclass(frozen=True)
class ImportField:
    """One field that a column may fill; `reader` names the way its cells are read (see `values.READERS`)."""

    key: str
    label: LazyText
    reader: str = "text"
    is_required: bool = False
    is_many: bool = False


@dataclass(frozen=True)
class ImportKind:
    """One kind of import; `entity` is whose properties its files may fill ("" for none)."""

    key: str
    label: LazyText
    entity: str
    permission: str
    fields: tuple[ImportField, ...]

    def field(self, key: str) -> ImportField | None:
        """Returns the field called `key`, or None."""
        return next((field for field in self.fields if field.key == key), None)


CLIENTS = ImportKind(
    "clients",
    lazy("Clients"),
    "client",
    "clients.write",
    (
        ImportField("name", lazy("Name"), is_required=True),
        ImportField("kind", lazy("Company or person"), "client_kind"),
        ImportField("tax_number", lazy("Tax number"), "tax_number"),
        ImportField("phone", lazy("Phone"), "phones", is_many=True),
        ImportField("email", lazy("E-mail"), "emails", is_many=True),
        ImportField("website", lazy("Website")),
        ImportField("country", lazy("Country"), "country"),
        ImportField("region", lazy("Region")),
        ImportField("city", lazy("City")),
        ImportField("postal_code", lazy("Postal code")),
        ImportField("address", lazy("Address")),
        ImportField("owner", lazy("Owner")),
        ImportField("source", lazy("Source")),
        ImportField("status", lazy("Status"), "client_status"),
        ImportField("categories", lazy("Categories"), "words", is_many=True),
        ImportField("language", lazy("Language"), "language"),
        ImportField("salutation", lazy("Salutation")),
        ImportField("note", lazy("Note"), "long_text"),
        ImportField("next_need_on", lazy("Next need"), "date"),
        ImportField("next_contact_on", lazy("Next contact"), "date"),
        ImportField("consent_email", lazy("Agrees to e-mails"), "yes_no"),
        ImportField("consent_sms", lazy("Agrees to SMS"), "yes_no"),
        ImportField("consent_phone", lazy("Agrees to calls"), "yes_no"),
        ImportField("refuses_email", lazy("Refuses e-mails"), "yes_no"),
        ImportField("refuses_phone", lazy("Refuses calls"), "yes_no"),
        ImportField("contact_name", lazy("Contact: name")),
        ImportField("contact_salutation", lazy("Contact: salutation")),
        ImportField("contact_position", lazy("Contact: position")),
        ImportField("contact_phone", lazy("Contact: phone"), "phones", is_many=True),
        ImportField("contact_email", lazy("Contact: e-mail"), "emails", is_many=True),
        ImportField("contact_birthday_on", lazy("Contact: birthday"), "date"),
    ),
)

DEALS = ImportKind(
    "deals",
    lazy("Deals"),
    "deal",
    "deals.write",
    (
        ImportField("number", lazy("Number")),
        ImportField("title", lazy("Title")),
        ImportField("client", lazy("Client")),
        ImportField("type", lazy("Deal type")),
        ImportField("stage", lazy("Stage")),
        ImportField("state", lazy("State (open, won, lost)"), "state"),
        ImportField("amount", lazy("Amount"), "money"),
        ImportField("potential", lazy("Potential"), "money"),
        ImportField("currency", lazy("Currency"), "currency"),
        ImportField("opened_at", lazy("Opened"), "moment"),
        ImportField("closed_at", lazy("Closed"), "moment"),
        ImportField("owner", lazy("Owner")),
        ImportField("source", lazy("Source")),
        ImportField("loss_reason", lazy("Loss reason")),
        ImportField("expected_on", lazy("Expected closing"), "date"),
        ImportField("note", lazy("Note"), "long_text"),
    ),
)

HISTORY = ImportKind(
    "stage-history",
    lazy("Stage history"),
    "",
    "deals.write",
    (
        ImportField("deal", lazy("Deal"), is_required=True),
        ImportField("stage", lazy("Stage"), is_required=True),
        ImportField("entered_at", lazy("Entered"), "moment", is_required=True),
        ImportField("left_at", lazy("Left"), "moment"),
        ImportField("user", lazy("Responsible")),
    ),
)

KINDS = {kind.key: kind for kind in (CLIENTS, DEALS, HISTORY)}
