"""A list as a chart: how many records, or the sum of an amount, by a group; every bar opens its list."""

from dataclasses import dataclass, replace

from flask import Response, jsonify

from core.fields import label_of
from core.i18n import _
from core.web.lists.groups import Group, choices_of_groups, group_label, groups_of
from core.web.lists.groups import part_of as part_of_time
from core.web.lists.source import Source

MOST_BARS = 40
BAR_HEIGHT = 26
COLOUR = "#0f766e"


@dataclass(frozen=True)
class Choices:
    """What the graph shows and what else it could: (label, address, is_chosen) of groups and measures."""

    groups: list[tuple[str, str, bool]]
    measures: list[tuple[str, str, bool]]
    url: str


def choices(source: Source) -> Choices:
    """Returns the groups and measures to choose from, and the address of the chart's specification."""
    state = source.state
    group = _group(source)
    offered = choices_of_groups(source)
    if group not in [path for path, _label in offered]:
        offered = [(group, group_label(source, group)), *offered]
    measures = [("", _("How many"))]
    measures += [(path, label_of(source.crm, source.entity, path)) for path in source.list_page.sums]
    return Choices(
        groups=[(label, state.url(groups=(path,)), path == group) for path, label in offered],
        measures=[(label, state.url(measure=path), path == state.measure) for path, label in measures],
        url=state.url() + "&part=graph",
    )


def specification(source: Source) -> Response:
    """Returns the chart as a Vega-Lite specification, with its data."""
    measure, path = source.state.measure, _group(source)
    grouped = replace(source, state=replace(source.state, groups=(path,)))
    found = groups_of(grouped, most=MOST_BARS)
    is_time = bool(part_of_time(source, path))
    if is_time:
        found = found[::-1]
    values = [_bar(group, measure) for group in found]
    title = label_of(source.crm, source.entity, measure) if measure else _("How many")
    labels = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 220}}
    numbers = {"field": "value", "type": "quantitative", "title": title, "axis": {"tickMinStep": 1, "tickCount": 6}}
    return jsonify(
        {
            "data": {"values": values},
            "mark": {"type": "bar", "color": COLOUR, "tooltip": {"content": "data"}, "cursor": "pointer"},
            "width": "container",
            "height": 360 if is_time else max(120, BAR_HEIGHT * len(values)),
            "encoding": {
                "x" if is_time else "y": {**labels, "axis": {**labels["axis"], "labelAngle": -40 if is_time else 0}},
                "y" if is_time else "x": numbers,
                "href": {"field": "url"},
                "tooltip": [
                    {"field": "label", "title": group_label(source, path)},
                    {"field": "value", "title": title, "format": ",.0f"},
                ],
            },
        }
    )


def _bar(group: Group, measure: str) -> dict:
    value = group.count if not measure else float(group.sums.get(measure) or 0)
    return {"label": group.label, "value": value, "url": group.url}


def _group(source: Source) -> str:
    return source.state.groups[0] if source.state.groups else choices_of_groups(source)[0][0]
