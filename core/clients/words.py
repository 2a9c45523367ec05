"""The fixed words about clients: kinds, statuses, channels of consent, and what a property can hold."""

from core.i18n import lazy

KINDS = {"company": lazy("Company"), "person": lazy("Person")}
STATUSES = {
    "prospect": lazy("Prospect"),
    "active": lazy("Active"),
    "dormant": lazy("Dormant"),
    "former": lazy("Former client"),
}
STATUS_COLOURS = {"prospect": "blue", "active": "green", "dormant": "yellow", "former": "secondary"}
CHANNELS = {"phone": lazy("Phone"), "email": lazy("E-mail"), "sms": lazy("SMS")}
PROPERTY_KINDS = {
    "text": lazy("Text"),
    "number": lazy("Number"),
    "money": lazy("Money"),
    "date": lazy("Date"),
    "choice": lazy("Choice"),
    "multichoice": lazy("Several choices"),
    "bool": lazy("Yes or no"),
    "user": lazy("User"),
}
COLOURS = {
    "blue": lazy("Blue"),
    "green": lazy("Green"),
    "orange": lazy("Orange"),
    "red": lazy("Red"),
    "purple": lazy("Purple"),
    "teal": lazy("Teal"),
    "yellow": lazy("Yellow"),
    "secondary": lazy("Grey"),
}
