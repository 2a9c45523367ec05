"""The catalogues: every word of core and plugins is there in Albanian and Russian, and fits its place."""

import re
from datetime import date

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from core.i18n import LANGUAGE_NAMES, format_date, gettext, lazy, load_catalogues, ngettext, speaking
from tools import translations

PLACE = re.compile(r"%\(\w+\)[sd]")
CATALOGUES = [
    pytest.param(owner, language, id=f"{owner.name}-{language}")
    for owner in translations.owners()
    for language in translations.LANGUAGES
]


def catalogue(owner, language) -> Catalog:
    path = owner / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


@pytest.mark.parametrize(("owner", "language"), CATALOGUES)
def test_every_word_is_translated(owner, language):
    missing = [message.id for message in catalogue(owner, language) if message.id and not all(forms(message))]
    assert missing == []


@pytest.mark.parametrize(("owner", "language"), CATALOGUES)
def test_no_translation_is_a_guess(owner, language):
    assert [message.id for message in catalogue(owner, language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize(("owner", "language"), CATALOGUES)
def test_every_translation_has_the_places_of_its_original(owner, language):
    wrong = []
    for message in catalogue(owner, language):
        wanted = set(PLACE.findall(ids(message)[-1])) if message.id else set()
        for form in forms(message) if message.id else ():
            found = set(PLACE.findall(form))
            # One form of several may say the number in words: “one deal”.
            if found - wanted or (wanted - found and not (message.pluralizable and len(wanted - found) == 1)):
                wrong.append((message.id, form))
    assert wrong == []


@pytest.mark.parametrize(("owner", "language"), CATALOGUES)
def test_catalogue_has_exactly_the_words_in_use(owner, language, tmp_path):
    words = {message.id for message in catalogue(owner, language) if message.id}
    used = {message.id for message in translations.template_of(owner) if message.id}
    assert {"missing": sorted(map(str, used - words)), "gone": sorted(map(str, words - used))} == {
        "missing": [],
        "gone": [],
    }


@pytest.fixture
def catalogues(tmp_path):
    for language, words in {
        "sq": ("%(n)s klient", "%(n)s klientë"),
        "ru": ("%(n)s клиент", "%(n)s клиента", ""),
    }.items():
        path = tmp_path / "translations" / language / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        made = Catalog(locale=language)
        made.add("Deal", "Marrëveshja" if language == "sq" else "Сделка")
        made.add(("%(n)s client", "%(n)s clients"), words)
        with path.open("wb") as file:
            translations.write_po(file, made)
        translations.compile_catalog(path)
    load_catalogues([tmp_path / "translations"])
    yield
    load_catalogues([])


def test_word_is_said_in_the_readers_language(catalogues):
    label = lazy("Deal")
    said = []
    for language in LANGUAGE_NAMES:
        with speaking(language):
            said.append((gettext("Deal"), str(label)))
    assert said == [("Deal", "Deal"), ("Marrëveshja", "Marrëveshja"), ("Сделка", "Сделка")]


def test_broken_catalogue_is_named_and_the_others_are_read(catalogues, tmp_path, caplog):
    broken = tmp_path / "broken" / "sq" / "LC_MESSAGES" / "messages.mo"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no catalogue")
    load_catalogues([tmp_path / "broken", tmp_path / "translations"])
    with speaking("sq"):
        assert gettext("Deal") == "Marrëveshja"
    assert str(tmp_path / "broken") in caplog.text


def test_number_chooses_the_form_of_the_language(catalogues):
    with speaking("ru"):
        assert ngettext("%(n)s client", "%(n)s clients", 1) == "1 клиент"
        assert ngettext("%(n)s client", "%(n)s clients", 3) == "3 клиента"
    with speaking("en"):
        assert ngettext("%(n)s client", "%(n)s clients", 1) == "1 client"


def test_unknown_language_is_english(catalogues):
    with speaking("xx"):
        assert gettext("Deal") == "Deal"


def test_nothing_stays_nothing(catalogues):
    with speaking("ru"):
        assert gettext("") == ""


def test_a_date_with_a_full_stop_ends_a_sentence_with_one():
    with speaking("ru"):
        day = format_date(date(2026, 11, 28))
        assert day.endswith("г.")
        assert gettext("Nowhere kept, until %(day)s.", day=day) == f"Nowhere kept, until {day}"
        assert gettext("Nowhere kept, %(day)s and on.", day=day) == f"Nowhere kept, {day} and on."
        assert ngettext("%(n)s by %(day)s.", "%(n)s by %(day)s.", 2, day=day) == f"2 by {day}"
    assert gettext("Nowhere kept, until %(day)s.", day="Monday") == "Nowhere kept, until Monday."
