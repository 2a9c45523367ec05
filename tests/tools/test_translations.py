"""Catalogs follow the code: new words come in, gone ones leave, what was translated stays."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from babel.support import Translations

from tools import translations


@pytest.fixture
def owner(tmp_path) -> Path:
    """Returns a plugin-like folder whose code says “Deal” and whose template says “Won deals”."""
    (tmp_path / "templates" / "sample").mkdir(parents=True)
    (tmp_path / "pages.py").write_text('title = _("Deal")\n', encoding="utf-8")
    page = "<h1>{{ _('Won deals') }}</h1>{{ ngettext('%(n)s deal', '%(n)s deals', count) }}"
    (tmp_path / "templates" / "sample" / "page.html").write_text(page, encoding="utf-8")
    translations.extract(tmp_path)
    return tmp_path


def catalog_of(owner: Path) -> Path:
    return owner / "translations" / "sq" / "LC_MESSAGES" / "messages.po"


def translate(owner: Path, words: str, said: str) -> None:
    path = catalog_of(owner)
    path.write_text(path.read_text().replace(f'msgid "{words}"\nmsgstr ""', f'msgid "{words}"\nmsgstr "{said}"'))


def words_of(owner: Path) -> dict[str, str]:
    with catalog_of(owner).open("rb") as file:
        return {str(message.id): message.string for message in read_po(file) if message.id}


def test_words_of_code_and_templates_are_found(owner):
    assert set(words_of(owner)) == {"Deal", "Won deals", "('%(n)s deal', '%(n)s deals')"}


def test_translation_survives_new_and_gone_words(owner):
    translate(owner, "Deal", "Marrëveshje")
    (owner / "templates" / "sample" / "page.html").write_text("{{ _('Lost deals') }}")
    translations.extract(owner)
    assert words_of(owner) == {"Deal": "Marrëveshje", "Lost deals": ""}


def test_similar_word_is_not_guessed(owner):
    translate(owner, "Won deals", "Marrëveshje të fituara")
    (owner / "templates" / "sample" / "page.html").write_text("{{ _('Won deal') }}")
    translations.extract(owner)
    assert words_of(owner)["Won deal"] == ""


def test_second_extraction_changes_nothing(owner):
    before = catalog_of(owner).read_text()
    translations.extract(owner)
    assert catalog_of(owner).read_text() == before


def test_compiled_catalog_speaks(owner):
    translate(owner, "Deal", "Marrëveshje")
    translations.compile_catalog(catalog_of(owner))
    spoken = Translations.load(owner / "translations", ["sq"])
    assert spoken.gettext("Deal") == "Marrëveshje"


def test_untranslated_words_are_told(owner):
    translate(owner, "Deal", "Marrëveshje")
    assert "Deal" not in translations.untranslated(catalog_of(owner))
    assert "Won deals" in translations.untranslated(catalog_of(owner))


def test_title_and_summary_of_a_plugin_are_words_too(owner):
    (owner / "plugin.toml").write_text('name = "sample"\ntitle = "Sample"\nversion = "1"\nsummary = "Shows how"\n')
    translations.extract(owner)
    assert {"Sample", "Shows how"} <= set(words_of(owner))
