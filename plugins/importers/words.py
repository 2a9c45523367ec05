"""Words of three languages that stand for yes and no, states of deals, kinds of clients, and nothing at all."""

import unicodedata

_YES = "yes y true 1 + x ✓ po vërtetë да д истина verno верно ja oui"
_NO = "no n false 0 jo gabim нет н ложь nein non"
_NOTHING = "- – — -- n/a na #n/a null none nil nan ska nuk_ka нет_данных не_указано select"
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
_COMPANY = "company organisation organization business firm kompani kompania shoqëri biznes компания организация юрлицо юр._лицо юридическое_лицо ооо"
_PERSON = "person individual private contact person_fizik individ физлицо физ._лицо физическое_лицо частное_лицо человек ип"


def plain_word(text: str) -> str:
    """Returns a word made comparable: no case, accents or outer blanks; blanks inside become one underscore."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    return "_".join("".join(char for char in folded if not unicodedata.combining(char) or char == "\u0306").split())


def _table(**meanings: str) -> dict[str, object]:
    return {plain_word(word.replace("_", " ")): meaning for meaning, words in meanings.items() for word in words.split()}


YES_NO: dict[str, bool] = {word: meaning == "yes" for word, meaning in _table(yes=_YES, no=_NO).items()}
STATES: dict[str, str] = {str(word): str(meaning) for word, meaning in _table(open=_OPEN, won=_WON, lost=_LOST).items()}
CLIENT_KINDS: dict[str, str] = {
    str(word): str(meaning) for word, meaning in _table(company=_COMPANY, person=_PERSON).items()
}
NOTHING = frozenset(_table(nothing=_NOTHING))
