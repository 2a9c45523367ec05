"""Contacts exported by Outlook as CSV, in English and Russian: columns found by name, whatever their order.

Rows come out under the contract's field names, as from vCards.
"""

from collections.abc import Iterator

from plugins.importers.reading.cards import HEADER
from plugins.importers.reading.table import Row, Sheet, shown

# What the columns mean; the Russian names are compared with single blanks, since Outlook writes some with two.
COLUMNS = {
    "salutation": ("title", "обращение"),
    "first": ("first name", "имя"),
    "middle": ("middle name", "отчество"),
    "last": ("last name", "фамилия"),
    "company": ("company", "организация"),
    "position": ("job title", "должность"),
    "country": ("business country/region", "business country", "страна или регион (раб. адрес)"),
    "region": ("business state", "область (раб. адрес)"),
    "city": ("business city", "город (раб. адрес)"),
    "postal_code": ("business postal code", "индекс (раб. адрес)"),
    "street": ("business street", "улица (раб. адрес)"),
    "home_country": ("home country/region", "home country", "страна или регион (дом. адрес)"),
    "home_region": ("home state", "область (дом. адрес)"),
    "home_city": ("home city", "город (дом. адрес)"),
    "home_postal_code": ("home postal code", "почтовый код (дом.)"),
    "home_street": ("home street", "улица (дом. адрес)"),
    "company_phone": ("company main phone", "основной телефон организации"),
    "phone_1": ("business phone", "рабочий телефон"),
    "phone_2": ("business phone 2", "телефон раб. 2"),
    "phone_3": ("mobile phone", "телефон переносной"),
    "phone_4": ("primary phone", "основной телефон"),
    "phone_5": ("home phone", "домашний телефон"),
    "phone_6": ("other phone", "другой телефон"),
    "email_1": ("e-mail address", "адрес эл. почты"),
    "email_2": ("e-mail 2 address", "адрес 2 эл. почты"),
    "email_3": ("e-mail 3 address", "адрес 3 эл. почты"),
    "birthday": ("birthday", "день рождения"),
    "website": ("web page", "веб-страница"),
    "categories": ("categories", "категории"),
    "note": ("notes", "заметки"),
}
MARKS = ({"first name", "last name", "business phone"}, {"имя", "фамилия", "рабочий телефон"})
NO_DATE = ("0.0.00", "0/0/00", "0.0.0000", "0/0/0000")


def is_outlook(header: Row) -> bool:
    """Tells whether a header line is that of an Outlook export."""
    names = {_plain(cell) for cell in header}
    return any(marks <= names for marks in MARKS)


def read_outlook(sheet: Sheet) -> Sheet:
    """Returns the sheet turned into the contract's field names."""

    def rows() -> Iterator[Row]:
        source = sheet.rows()
        places = _places(next(source))
        yield list(HEADER)
        for row in source:
            yield _row({name: shown(row[place]) for name, place in places.items() if place < len(row)})

    return Sheet(sheet.name, rows, sheet.height, len(HEADER), is_titled=True)


def _places(header: Row) -> dict[str, int]:
    by_name = {_plain(cell): place for place, cell in reversed(list(enumerate(header)))}
    found = {}
    for meaning, names in COLUMNS.items():
        place = next((by_name[name] for name in names if name in by_name), None)
        if place is not None:
            found[meaning] = place
    return found


def _row(values: dict[str, str]) -> Row:
    company = values.get("company", "")
    person = " ".join(filter(None, (values.get(part, "") for part in ("first", "middle", "last"))))
    phones = "; ".join(dict.fromkeys(filter(None, (values.get(f"phone_{number}", "") for number in range(1, 7)))))
    emails = "; ".join(dict.fromkeys(filter(None, (values.get(f"email_{number}", "") for number in range(1, 4)))))
    if not any((company, person, phones, emails)):
        return [""] * len(HEADER)
    birthday = values.get("birthday", "")
    where = "" if any(values.get(part) for part in ("street", "city", "country")) else "home_"
    row = {
        "name": company or person or emails,
        "kind": "company" if company else "person",
        "address": values.get(f"{where}street", ""),
        "note": values.get("note", ""),
        "website": values.get("website", ""),
        "categories": values.get("categories", ""),
    }
    row |= {part: values.get(f"{where}{part}", "") for part in ("country", "region", "city", "postal_code")}
    if company:
        row |= {
            "phone": values.get("company_phone", ""),
            "contact_name": person or (phones or emails) and company,
            "contact_salutation": values.get("salutation", ""),
            "contact_position": values.get("position", ""),
            "contact_phone": phones,
            "contact_email": emails,
            "contact_birthday_on": "" if birthday in NO_DATE else birthday,
        }
    else:
        row |= {"phone": phones, "email": emails}
    return [row.get(field, "") for field in HEADER]


def _plain(cell: object) -> str:
    return shown(cell).casefold()
