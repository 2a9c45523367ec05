"""vCards and Outlook's CSV come in as clients with contacts, whatever their charset."""

import pytest

from core.clients.models import Client, Contact, ContactPoint
from plugins.importers.reading.book import read_book

CARD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Leka;Ana\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ana L=C3=ABka\r\n"
    "ORG:Hoxha SHPK;Sales\r\nTITLE:Director\r\nTEL;WORK;VOICE:069 234 5678\r\nTEL;WORK;FAX:069 234 5679\r\n"
    "EMAIL;INTERNET:ana@hoxha.al\r\nPHOTO;ENCODING=BASE64:\r\n AAAA\r\n\r\nEND:VCARD\r\n"
)
OUTLOOK = '"Title","First Name","Last Name","Company","Business Phone","Mobile Phone","E-mail Address","Birthday"\n'


def rows(path):
    found = list(read_book(path).sheets[0].rows())
    return [{name: cell for name, cell in zip(found[0], row, strict=True) if cell} for row in found[1:]]


def test_card_of_a_company_becomes_client_and_contact(crm, importing, write):
    importing("clients", write(CARD, "ana.vcf"))
    assert (Client.get().name, Client.get().kind) == ("Hoxha SHPK", "company")
    assert (Contact.get().name, Contact.get().position) == ("Ana Lëka", "Director")
    assert {point.value for point in ContactPoint.select()} == {"+355692345678", "ana@hoxha.al"}


def test_broken_card_does_not_take_the_others_with_it(write):
    broken = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Beni\r\nADR:a;b;c;d;e;f;g;h;i\r\nEND:VCARD\r\n"
    names = [row.get("name") or row.get("contact_name") for row in rows(write(broken + CARD, "two.vcf"))]
    assert names[-1] == "Hoxha SHPK"
    assert len(names) == 2


def test_outlook_in_english(crm, importing, write):
    text = (
        OUTLOOK
        + '"Ms.","Ana","Leka","Hoxha SHPK","069 234 5678","","ana@hoxha.al","0/0/00"\n'
        + '"","Beni","Kola","","","069 234 5679","",""\n'
    )
    importing("clients", write(text, "outlook.csv"))
    assert [(client.name, client.kind) for client in Client.select().order_by(Client.id)] == [
        ("Hoxha SHPK", "company"),
        ("Beni Kola", "person"),
    ]
    assert (Contact.get().salutation, Contact.get().birthday_on) == ("Ms.", None)


@pytest.mark.shared
def test_russian_outlook_header_is_known_with_its_doubled_blanks(shared, write):
    header = (shared / "data/outlook/outlook_contacts_header_ru.cp1251.csv").read_bytes().rstrip()
    titles = header.decode("cp1251").replace('"', "").split(",")
    cells = {"Имя": "Анна", "Фамилия": "Лека", "Организация": "Ромашка", "Рабочий телефон": "+7 916 123-45-67",
             "Адрес эл. почты": "anna@romashka.ru", "День рождения": "0.0.00",
             "Город (раб. адрес)": "Москва"}  # fmt: skip
    line = ",".join(f'"{cells.get(title, "")}"' for title in titles)
    found = rows(write(header + b"\r\n" + line.encode("cp1251") + b"\r\n", "outlook.csv"))
    assert found == [
        {"name": "Ромашка", "kind": "company", "city": "Москва", "contact_name": "Анна Лека",
         "contact_phone": "+7 916 123-45-67", "contact_email": "anna@romashka.ru"}
    ]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("eds_outlook_cp1251_v21.vcf", {"name": "Василий Пупкин", "address": "Ленина д. 1"}),
        ("ezvcard_outlook-2003.vcf", {"name": "Company, The", "contact_name": "John Doe III", "city": "Austin"}),
        ("ezvcard_outlook-2007.vcf", {"name": "TheCompany", "contact_name": "Mr. Michael Angstadt Jr."}),
        ("ezvcard_John_Doe_MS_OUTLOOK.vcf", {"name": "IBM", "contact_email": "john.doe@ibm.cm"}),
        ("ezvcard_John_Doe_LOTUS_NOTES.vcf", {"name": "IBM", "contact_email": "john.doe@ibm.com; billy_bob@gmail.com"}),
        ("ezvcard_gmail-list.vcf", {"name": "Arnold Smith", "email": "asmithk@gmail.com"}),
        ("ezvcard_issue114.vcf", {"name": "Dummy GmbH", "contact_phone": "+49 1234 56789; +49 9876 54321"}),
    ],
)
def test_cards_of_real_programs(shared, name, first):
    row = rows(shared / "data/outlook/vcf" / name)[0]
    assert first.items() <= row.items()


@pytest.mark.shared
def test_every_card_file_comes_in(crm, importing, shared):
    for path in sorted((shared / "data/outlook/vcf").iterdir()):
        batch = importing("clients", path)
        assert batch.rows == batch.created + batch.updated + batch.skipped + batch.rejected
        assert batch.created or path.name in ("eds_mixed_charsets.vcf",) or batch.skipped, path.name
