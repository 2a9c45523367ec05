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
    "Not a valid utf-8 string.": lazy("Text, please."),
    "Not a valid list.": lazy("A list, please."),
    "Not a valid tuple.": lazy("A list, please."),
    "Not a valid mapping type.": lazy("An object with names and values, please."),
    "Not a valid time.": lazy("This is no time of day."),
    "Not a valid naive datetime.": lazy("This is no date with time."),
    "Not a valid period of time.": lazy("This is no length of time."),
    "Not a valid UUID.": lazy("This is no UUID."),
    "Not a valid IP address.": lazy("This is no IP address."),
    "Not a valid IPv4 address.": lazy("This is no IP address."),
    "Not a valid IPv6 address.": lazy("This is no IP address."),
    "Not a valid IP interface.": lazy("This is no IP interface."),
    "Not a valid IPv4 interface.": lazy("This is no IP interface."),
    "Not a valid IPv6 interface.": lazy("This is no IP interface."),
    "Number too large.": lazy("This number is too large."),
    "Invalid type.": lazy("This is of the wrong kind."),
    "Invalid input type.": lazy("An object with names and values, please."),
    "Invalid input.": lazy("This can't be taken."),
    "Invalid value.": lazy("This can't be taken."),
    "String does not match expected pattern.": lazy("This is not written as it should be."),
    "Unknown field.": lazy("There is no such field."),
    "Special numeric values (nan or infinity) are not permitted.": lazy("This is no number."),
}
_ONE_OF = re.compile(r"^Must be one of: (?P<choices>.*)\.$", re.DOTALL)
_SOME_OF = re.compile(r"^One or more of the choices you made was not in: (?P<choices>.*)\.$", re.DOTALL)
PATTERNS = (
    (_ONE_OF, lazy("Please choose one of the list.")),
    (_SOME_OF, lazy("Please choose of the list.")),
    (
        re.compile(r"^One or more of the choices you made was in: (?P<choices>.*)\.$", re.DOTALL),
        lazy("Leave these out: %(choices)s."),
    ),
    (re.compile(r"^Length must be (?P<length>\d+)\.$"), lazy("Exactly %(length)s characters, please.")),
    (re.compile(r"^Must be equal to (?P<other>.*)\.$"), lazy("This must be %(other)s.")),
    (re.compile(r"^.* cannot be formatted as an? \w+\.$", re.DOTALL), lazy("This can't be taken.")),
    (re.compile(r"^Shorter than minimum length 1\.$"), lazy("Please fill this in.")),
    (re.compile(r"^Shorter than minimum length (?P<low>\d+)\.$"), lazy("At least %(low)s characters, please.")),
    (re.compile(r"^Longer than maximum length (?P<high>\d+)\.$"), lazy("At most %(high)s characters, please.")),
    (
        re.compile(r"^Length must be between (?P<low>\d+) and (?P<high>\d+)\.$"),
        lazy("From %(low)s to %(high)s characters, please."),
    ),
    (
        re.compile(r"^Must be greater than or equal to (?P<low>\S+) and less than or equal to (?P<high>\S+)\.$"),
        lazy("From %(low)s to %(high)s, please."),
    ),
    (
        re.compile(r"^Must be greater than (or equal to )?(?P<low>\S+) and less than (or equal to )?(?P<high>\S+)\.$"),
        lazy("Between %(low)s and %(high)s, please."),
    ),
    (re.compile(r"^Must be greater than or equal to (?P<low>\S+)\.$"), lazy("At least %(low)s, please.")),
    (re.compile(r"^Must be greater than (?P<low>\S+)\.$"), lazy("More than %(low)s, please.")),
    (re.compile(r"^Must be less than or equal to (?P<high>\S+)\.$"), lazy("At most %(high)s, please.")),
    (re.compile(r"^Must be less than (?P<high>\S+)\.$"), lazy("Less than %(high)s, please.")),
)


# A program sees no list to choose from: it is told what there is.
FOR_PROGRAMS = ((_ONE_OF, lazy("Use one of: %(choices)s.")), (_SOME_OF, lazy("Use some of: %(choices)s.")))


def plain(sentence: object, *, is_for_program: bool = False) -> str:
    """Returns a message of marshmallow in plain words of the reader's language; other sentences stay as they are."""
    text = str(sentence)
    if text in PLAIN:
        return str(PLAIN[text])
    for pattern, words in (*(FOR_PROGRAMS if is_for_program else ()), *PATTERNS):
        if match := pattern.match(text):
            return _(words.message) % match.groupdict()
    return text
