"""vCards 2.1, 3.0 and 4.0: each property decoded from its bytes by its own charset, then read by vobject.

A card becomes a row under the contract's field names: a company with its contact, or a person without company.
"""

import quopri
import re
from collections.abc import Iterator
from pathlib import Path

import vobject
from vobject.base import Component, ParseError, VObjectError

from core.api import lazy
from plugins.importers.errors import ImportRefused
from plugins.importers.reading.cards import HEADER
from plugins.importers.reading.table import Book, Row, Sheet
from plugins.importers.reading.text import guess_encoding

# Pictures, keys and marks of the sending program: large or broken, and nothing of them belongs to a client.
DROPPED = ("PHOTO", "LOGO", "SOUND", "KEY", "AGENT", "PROFILE", "X-", "LABEL", "SOURCE", "NAME", "MAILER", "UID", "REV")
_PROPERTY = re.compile(rb"^(?:[\w-]+\.)?([A-Za-z0-9-]+)((?:;[^:\"]*(?:\"[^\"]*\")?[^:\"]*)*):")
_CHARSET = re.compile(r"(?i);CHARSET=\"?([\w.-]+)\"?")
_QUOTED = re.compile(r"(?i);(ENCODING=)?QUOTED-PRINTABLE")
_BASE64 = re.compile(rb"(?i);(ENCODING=)?(BASE64|B)(?=[;:])")


def read_vcards(path: Path) -> Book:
    """Returns the cards of a file as one sheet with the contract's field names as header."""
    content = path.read_bytes()
    fallback = guess_encoding(content, path)
    if fallback.startswith("utf-16"):
        content = content.decode("utf-16").encode()
        fallback = "utf-8"
    text = "".join(line + "\r\n" for line in decoded_lines(content.removeprefix(b"\xef\xbb\xbf"), fallback))
    rows = [_row(card) for card in _cards(text)]
    if not rows:
        raise ImportRefused(lazy("The file holds no readable card. Export the contacts again, as vCard 3.0 or CSV."))
    return Book(
        "vcard",
        (
            Sheet(
                "",
                lambda: iter([list(HEADER), *(list(row) for row in rows)]),
                len(rows) + 1,
                len(HEADER),
                is_titled=True,
            ),
        ),
        encoding=fallback,
    )


def decoded_lines(content: bytes, fallback: str) -> Iterator[str]:
    """Returns each property on a line of its own, unfolded, decoded by its own charset, without the dropped ones."""
    for line in _unfolded(content):
        match = _PROPERTY.match(line)
        if match is None:
            continue
        name = match[1].decode("ascii").upper()
        if name.startswith(DROPPED) and name != "NOTE":
            continue
        head, value = line[: match.end() - 1].decode("ascii", "replace"), line[match.end() :]
        charset = _CHARSET.search(head)
        encoding = charset[1] if charset else fallback
        head = _CHARSET.sub("", head)
        if _QUOTED.search(head):
            head, value = _QUOTED.sub("", head), quopri.decodestring(value)
        yield f"{head}:{_decode(value, encoding, fallback)}"


def _unfolded(content: bytes) -> Iterator[bytes]:
    """Joins folded lines: by a leading blank, by a trailing = of quoted-printable, and whole base64 blocks."""
    waiting = b""
    for line in re.split(rb"\r\n|\r|\n", content):
        if waiting and _QUOTED.search(waiting.split(b":")[0].decode("ascii", "replace")) and waiting.endswith(b"="):
            waiting = waiting[:-1] + line
        elif line[:1] in (b" ", b"\t"):
            waiting += line[1:]
        elif waiting and _BASE64.search(waiting) and not _PROPERTY.match(line):
            waiting += line
        else:
            if waiting:
                yield waiting
            waiting = line
    if waiting:
        yield waiting


def _decode(value: bytes, encoding: str, fallback: str) -> str:
    try:
        text = value.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        text = value.decode(fallback, "replace")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n").replace("\0", "")


def _cards(text: str) -> Iterator[Component]:
    for block in re.findall(r"(?is)BEGIN:VCARD.*?END:VCARD", text):
        try:
            yield from vobject.readComponents(block + "\r\n", ignoreUnreadable=True)
        except (ParseError, VObjectError, ValueError):
            # One broken card doesn't take the others with it; its row says that there is no name.
            yield vobject.vCard()


def _row(card: Component) -> Row:
    organisation = next((_one(part, ", ") for part in _first(card, "org") or [] if _one(part)), "")
    person = _person(card)
    phones = "; ".join(_values(card, "tel", without="FAX"))
    emails = "; ".join(_values(card, "email"))
    is_company = bool(organisation) and organisation != person
    values = {
        "name": organisation or person or emails,
        "kind": "company" if organisation else "person",
        "website": next(iter(_values(card, "url")), "").replace("\\:", ":"),
        "categories": "; ".join(_categories(card)),
        "note": str(_first(card, "note") or ""),
        **_address(card),
    }
    if is_company and person:
        values |= {
            "contact_name": person,
            "contact_salutation": str(getattr(_first(card, "n"), "prefix", "") or ""),
            "contact_position": str(_first(card, "title") or ""),
            "contact_phone": phones,
            "contact_email": emails,
            "contact_birthday_on": str(_first(card, "bday") or ""),
        }
    else:
        values |= {"phone": phones, "email": emails}
    return [values.get(field, "") for field in HEADER]


def _person(card: Component) -> str:
    full = " ".join(str(_first(card, "fn") or "").split())
    if full:
        return full
    name = _first(card, "n")
    parts = (getattr(name, part, "") for part in ("given", "additional", "family")) if name else ()
    return " ".join(" ".join(part) if isinstance(part, list) else part for part in parts if part).strip()


def _address(card: Component) -> dict[str, str]:
    address = _first(card, "adr")
    if address is None or isinstance(address, str):
        return {"address": address or ""}
    parts = {"country": "country", "region": "region", "city": "city", "postal_code": "code"}
    found = {field: _one(getattr(address, part)) for field, part in parts.items()}
    street = (_one(address.box), _one(address.extended), _one(address.street))
    return found | {"address": ", ".join(part for part in street if part)}


def _categories(card: Component) -> list[str]:
    found = _first(card, "categories")
    return [str(word).strip() for word in (found if isinstance(found, list) else [found]) if word]


def _values(card: Component, name: str, without: str = "") -> list[str]:
    found: list[str] = []
    for line in card.contents.get(name, ()):
        types = {str(kind).upper() for kind in (*line.params.get("TYPE", ()), *line.singletonparams)}
        value = str(line.value).strip()
        if value and without not in types and value not in found:
            found.append(value.removeprefix("tel:").removeprefix("mailto:"))
    return found


def _first(card: Component, name: str) -> object:
    lines = card.contents.get(name)
    return lines[0].value if lines else None


def _one(part: object, joint: str = " ") -> str:
    if isinstance(part, list):
        return joint.join(" ".join(str(one).split()) for one in part)
    return " ".join(str(part or "").split())
