"""The fields of every kind of record, and what is made of them: conditions, groups, choosers, words.

A *condition* is `{"field": "client.region", "op": "equal", "value": …}`; lists, segments, reports, favourites and
the REST API share them.
"""

from core.fields.conditions import alive, checked, condition, seen
from core.fields.groups import group_condition, group_expression, group_field
from core.fields.labels import describe, group_labels, options, titles, value_labels
from core.fields.operators import OPERATORS, operator_label
from core.fields.periods import PARTS, PERIODS, first_day, is_period, next_first_day, period_days, period_label
from core.fields.reach import Mark, is_led, led_to, marks_of
from core.fields.reading import Joins, read
from core.fields.texts import SAFE, as_text, from_text
from core.fields.tree import Entity, Field, Members, among, entity, label_of, property_field, resolve, tree
from core.once import once, remembering

__all__ = [
    "OPERATORS",
    "PARTS",
    "PERIODS",
    "SAFE",
    "Entity",
    "Field",
    "Joins",
    "Mark",
    "Members",
    "alive",
    "among",
    "as_text",
    "checked",
    "condition",
    "describe",
    "entity",
    "first_day",
    "from_text",
    "group_condition",
    "group_expression",
    "group_field",
    "group_labels",
    "is_led",
    "is_period",
    "label_of",
    "led_to",
    "marks_of",
    "next_first_day",
    "once",
    "operator_label",
    "options",
    "period_days",
    "period_label",
    "property_field",
    "read",
    "remembering",
    "resolve",
    "seen",
    "titles",
    "tree",
    "value_labels",
]
