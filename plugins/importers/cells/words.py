"""Words of three languages that stand for yes and no, states of deals, kinds of clients, and nothing at all."""

import unicodedata
from functools import lru_cache

from babel import Locale

_YES = "yes y true 1 + x ✓ po vërtetë да д истина verno верно ja oui"
_NO = "no n false 0 jo gabim нет н ложь nein non"
_NOTHING = (
    "- – — -- n/a na #n/a null none nil nan unknown not_available select ska nuk_ka i_panjohur "
    "нет_данных не_указано неизвестно"
)
_OPEN = (
    "open in_progress in-progress active new pending ongoing negotiation engaging prospecting qualified "
    "hapur e_hapur në_proces në_vazhdim aktive e_re открыта открыт открыто открытая в_работе в_процессе активна новая"
)
_WON = (
    "won win closed_won success successful sold converted fituar e_fituar fitore shitur mbyllur_me_sukses "
    "выиграна выигран выиграно выигранная успех успешно успешная продано сделка_состоялась оплачено"
)
_LOST = (
    "lost loss closed_lost failed unsuccessful dead rejected humbur e_humbur dështuar refuzuar "
    "проиграна проигран проиграно проигранная отказ потеряна неуспешно неуспешная сорвана закрыта_и_не_реализована"
)
_PROSPECT = "prospect lead potential new klient_potencial i_mundshëm potencial потенциальный новый лид перспективный"
_ACTIVE = "active client customer current aktiv aktive активный действующий клиент постоянный"
_DORMANT = "dormant sleeping inactive passive joaktiv pasiv në_gjumë спящий неактивный пассивный"
_FORMER = "former_client former lost ex ish_klient i_mëparshëm humbur бывший_клиент бывший потерян ушел"
_ENGLISH = "en english anglisht английский en_us en-us en-gb"
_ALBANIAN = "sq albanian shqip албанский sq-al"
_RUSSIAN = "ru russian rusisht русский ru-ru"
_COMPANY = (
    "company organisation organization business firm kompani kompania shoqëri biznes "
    "компания организация юрлицо юр._лицо юридическое_лицо ооо"
)
_PERSON = (
    "person individual private contact person_fizik individ физлицо физ._лицо физическое_лицо частное_лицо человек ип"
)


def plain_word(text: str) -> str:
    """Returns a word made comparable: no case, accents or outer blanks; blanks inside become one underscore."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    return "_".join("".join(char for char in folded if not unicodedata.combining(char) or char == "\u0306").split())


def _table(**meanings: str) -> dict[str, object]:
    return {
        plain_word(word.replace("_", " ")): meaning for meaning, words in meanings.items() for word in words.split()
    }


YES_NO: dict[str, bool] = {word: meaning == "yes" for word, meaning in _table(yes=_YES, no=_NO).items()}
STATES: dict[str, str] = {str(word): str(meaning) for word, meaning in _table(open=_OPEN, won=_WON, lost=_LOST).items()}
CLIENT_KINDS: dict[str, str] = {
    str(word): str(meaning) for word, meaning in _table(company=_COMPANY, person=_PERSON).items()
}
NOTHING = frozenset(word.replace("_", " ") for word in _NOTHING.split())
CLIENT_STATUSES: dict[str, str] = {
    str(word): str(meaning)
    for word, meaning in _table(prospect=_PROSPECT, active=_ACTIVE, dormant=_DORMANT, former=_FORMER).items()
}
LANGUAGES: dict[str, str] = {
    str(word): str(meaning) for word, meaning in _table(en=_ENGLISH, sq=_ALBANIAN, ru=_RUSSIAN).items()
}
COUNTRY_LANGUAGES = ("en", "sq", "ru", "de", "fr", "it")
# How people write them beside the names that locales know.
MORE_COUNTRIES = {
    "usa": "US", "u.s.a.": "US", "united_states_of_america": "US", "сша": "US", "uk": "GB", "england": "GB",
    "great_britain": "GB", "англия": "GB", "рф": "RU", "российская_федерация": "RU", "shba": "US", "kosova": "XK",
    "maqedonia": "MK", "macedonia": "MK", "czech_republic": "CZ", "чехия": "CZ", "белоруссия": "BY", "uae": "AE",
    "shqiperia": "AL", "kosovo": "XK", "italia": "IT", "greqia": "GR", "gjermania": "DE", "franca": "FR",
    "austria": "AT",
    "turqia": "TR", "zvicra": "CH", "serbia": "RS", "mali_i_zi": "ME", "maqedonia_e_veriut": "MK", "kroacia": "HR",
}  # fmt: skip


def country_code(text: str) -> str:
    """Returns the two letters of a country's name or code; "" where it is none."""
    return _countries().get(plain_word(text), "")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = {plain_word(name): code for name, code in MORE_COUNTRIES.items()}
    for language in COUNTRY_LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(plain_word(name), code)
                found.setdefault(code.lower(), code)
    return found
