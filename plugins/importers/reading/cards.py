"""The columns into which the cards of address books are turned, whatever wrote them: the contract's field names."""

HEADER = [
    "name", "kind", "phone", "email", "website", "country", "region", "city", "postal_code", "address", "categories",
    "note", "contact_name", "contact_salutation", "contact_position", "contact_phone", "contact_email",
    "contact_birthday_on",
]  # fmt: skip
