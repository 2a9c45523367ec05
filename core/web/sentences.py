"""What is wrong with a field, in plain words: marshmallow's messages are written for programmers."""

import re

from core.i18n import _, lazy

PLAIN = {
    "Missing data for required field.": lazy("Please fill this in."),
    "Field may not be null.": lazy("Please fill this in."),
    "Not a valid email address.": lazy("This is no e-mail address."),
    "Not a valid URL.": lazy("This is no web address; it begins with https://."),
    "Not a valid integer.": lazy("This is no whole number."),
    "Not a valid number.": lazy("This is no number."),
    "Not a valid date.": lazy("This is no date."),
    "Not a valid aware datetime.": lazy("This is no date with time and zone."),
    "Not a valid datetime.": lazy("This is no date with time."),
    "Not a valid boolean.": lazy("Yes or no, please."),
    "Not a valid string.": lazy("Text, please."),
    "Not a valid list.": lazy("A list, please."),
    "Unknown field.": lazy("There is no such field."),
    "Special numeric values (nan or infinity) are not permitted.": lazy("This is no number."),
}
PATTERNS = (
    (re.compile(r"^Must be one of: .*\.$", re.DOTALL), lazy("Please choose one of the list.")),
    (
        re.compile(r"^One or more of the choices you made was not in: .*\.$", re.DOTALL),
        lazy("Please choose of the list."),
    ),
    (re.compile(r"^Shorter than minimum length 1\.$"), lazy("Please fill this in.")),
    (re.compile(r"^Shorter than minimum length (?P<low>\d+)\.$"), lazy("At least %(low)s characters, please.")),
    (re.compile(r"^Longer than maximum length (?P<high>\d+)\.$"), lazy("At most %(high)s characters, please.")),
    (
        re.compile(r"^Length must be between (?P<low>\d+) and (?P<high>\d+)\.$"),
        lazy("From %(low)s to %(high)s characters, please."),
    ),
    (re.compile(r"^Must be greater than or equal to (?P<low>\S+)\.$"), lazy("At least %(low)s, please.")),
    (re.compile(r"^Must be greater than (?P<low>\S+)\.$"), lazy("More than %(low)s, please.")),
    (re.compile(r"^Must be less than or equal to (?P<high>\S+)\.$"), lazy("At most %(high)s, please.")),
    (re.compile(r"^Must be less than (?P<high>\S+)\.$"), lazy("Less than %(high)s, please.")),
)


def plain(sentence: object) -> str:
    """Returns a message of marshmallow in plain words of the reader's language; other sentences stay as they are."""
    text = str(sentence)
    if text in PLAIN:
        return str(PLAIN[text])
    for pattern, words in PATTERNS:
        if match := pattern.match(text):
            return _(words.message) % match.groupdict()
    return text
