"""The report *hanging*: which open deals hang, whose they are, at which stages, why, and what money hangs with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from peewee import Expression

from core.api import CRM, Deal, Hung, Report, User, fields, find_hanging, format_number, lazy
from core.api import gettext as _
from plugins.reports.charts.ranking import Rank, ranking_chart
from plugins.reports.document import COUNT, MONEY, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.funnel.common import stage_words, type_words
from plugins.reports.funnel.ladders import Frame
from plugins.reports.history.behind import Behind
from plugins.reports.history.past import as_text
from plugins.reports.history.writing import Asked, ask, make_document
from plugins.reports.links import Linker, as_query
from plugins.reports.settings.parameters import STANDING, Settings
from plugins.reports.tables.writing import MOST_RANKED
from plugins.reports.words import compact

NAME = "hanging"
TITLE = lazy("Where deals hang")
REASONS = {"late": lazy("over the limit"), "old": lazy("longer than usual"), "idle": lazy("no next step")}
Place = tuple[int, int | None]  # type and stage


@dataclass(frozen=True)
class HungThere:
    """A deal that hangs, with the type and stage where it does."""

    hung: Hung
    place: Place
    version_id: int


@dataclass(frozen=True)
class Counted:
    """The deals that hang, by manager and by stage, and what managers are called."""

    asked: Asked
    standing: Sequence[HungThere]
    on_hold: Mapping[int | None, int]
    names: Mapping[int, str]

    def by(self, key: Any) -> dict[Any, list[HungThere]]:
        """Returns the deals by what `key` says of each."""
        found: dict[Any, list[HungThere]] = defaultdict(list)
        for one in self.standing:
            found[key(one)].append(one)
        return found

    def name(self, owner_id: int | None) -> str:
        """Returns what a manager is called."""
        return _("Nobody") if owner_id is None else self.names[owner_id]


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    return write(crm, user, settings, count(crm, user, settings))


def write(crm: CRM, user: User | None, settings: Settings, counted: Counted) -> Document:
    """Returns the report of what was counted."""
    frames = counted.asked.frames({one.version_id for one in counted.standing})
    owners = counted.by(lambda one: one.hung.owner_id)
    places = counted.by(lambda one: one.place)
    order = sorted(owners, key=lambda owner: (-_sum(owners[owner]), counted.name(owner)))
    stages = [(frame, (frame.type_ids[0], stage_id), name) for frame in frames for stage_id, name in frame.stages]
    cells = counted.by(lambda one: (one.place, one.hung.owner_id))
    rows = [
        {"type": frame.type, "stage": name, "owner": counted.name(owner), **_values(cells[place, owner])}
        for frame, place, name in stages
        for owner in order
        if (place, owner) in cells
    ]
    whole = _values(counted.standing)
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        subtitle=_("Open deals as they stand now"),
        tables=[_owner_table(counted, owners, order), _stage_table(counted, places, stages, len(frames) > 1)],
        rows=rows,
        totals={**whole, "on_hold": sum(counted.on_hold.values())},
        figures=[
            Figure("count", _("Hanging deals"), whole["count"], link=counted.asked.link("count")),
            Figure("potential", _("Potential, %(currency)s", currency=crm.currency), whole["potential"], MONEY,
                   link=counted.asked.link("count")),
            *(Figure(key, words, whole[key], link=counted.asked.link(key)) for key, words in _reason_words().items()),
        ],
        draw=partial(_charts, counted, owners, places, stages, len(frames) > 1, crm.currency),
        notes=[
            Note(_("A deal hangs when it stands at its stage over the limit, longer than four of five won deals did,"
                   " or has neither an open task nor a planned interaction. It may hang for several reasons.")),
            Note(_("Deals on hold hang on purpose and stand apart: %(n)s.", n=sum(counted.on_hold.values()))),
        ],
        is_empty=not counted.standing,
    )  # fmt: skip


def _reason_words() -> dict[str, str]:
    return {"late": _("Over the limit"), "old": _("Longer than usual"), "idle": _("No next step")}


def count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    """Returns the deals that hang."""
    asked = ask(crm, user, settings, "opened_at")
    versions = Deal.version_id << asked.scope.version_ids
    where = [versions, *(asked.scope.where(Deal) if settings.conditions else ())]
    found = find_hanging(crm, user, where[0] if len(where) == 1 else where[0] & where[1])
    columns = (Deal.id, Deal.deal_type, Deal.stage, Deal.version_id)
    hung = {one.deal_id: one for one in found.found}
    rows = Deal.select(*columns).where(Deal.state == "open", Deal.deleted_at.is_null(), versions).tuples()
    standing = [
        HungThere(hung[deal_id], (type_id, stage_id), version_id)
        for deal_id, type_id, stage_id, version_id in rows
        if deal_id in hung
    ]
    owners = fields.titles(crm, "user", [share.owner_id for share in found.shares if share.owner_id])
    return Counted(asked, standing, {share.owner_id: share.on_hold for share in found.shares}, owners)


def _sum(standing: Sequence[HungThere]) -> Decimal:
    return sum((one.hung.potential for one in standing), Decimal(0))


def _values(standing: Sequence[HungThere]) -> dict[str, Any]:
    counts = {key: sum(key in one.hung.mark.reasons for one in standing) for key in REASONS}
    return {"count": len(standing), "potential": _sum(standing), **counts}


def _columns(first: Column) -> tuple[Column, ...]:
    why = _("Why")
    return (
        first,
        Column("count", _("Hanging"), COUNT),
        Column("potential", _("Potential"), MONEY),
        *(Column(key, words, COUNT, why) for key, words in REASONS.items()),
    )


def _owner_table(counted: Counted, owners: Mapping[int | None, list[HungThere]], order: Sequence[int | None]) -> Table:
    rows = [
        Row(
            {"name": counted.name(owner), **_values(owners[owner]), "on_hold": counted.on_hold.get(owner, 0)},
            partial(_owner_links, counted, owners[owner], owner),
        )
        for owner in order
    ]
    columns = (*_columns(Column("name", _("Manager"), TEXT)), Column("on_hold", _("On hold"), COUNT))
    return Table("managers", _("By manager"), columns, tuple(rows))


def _stage_table(
    counted: Counted,
    places: Mapping[Place, list[HungThere]],
    stages: Sequence[tuple[Frame, Place, str | None]],
    is_many: bool,
) -> Table:
    rows, heading = [], None
    for frame, place, name in stages:
        if is_many and frame is not heading:
            rows.append(Row({"stage": type_words(frame)}, is_heading=True))
        heading = frame
        values = _values(places.get(place, ()))
        links = partial(_links, counted.asked, values, type=place[0], stage=as_text(place[1]))
        rows.append(Row({"stage": stage_words(name), **values}, links))
    return Table("stages", _("Stage by stage"), _columns(Column("stage", _("Stage"), TEXT)), tuple(rows))


def _links(asked: Asked, values: Mapping[str, Any], **cell: Any) -> dict[str, str]:
    found = {what: link for what in ("count", *REASONS) if values[what] and (link := asked.link(what, **cell))}
    return found | ({"potential": found["count"]} if "count" in found else {})


def _owner_links(counted: Counted, standing: Sequence[HungThere], owner: int | None) -> dict[str, str]:
    found = _links(counted.asked, _values(standing), owner=as_text(owner))
    held = Linker(counted.asked.crm, counted.asked.settings).open_whole(is_on_hold=True)
    whose = {"field": "owner", "op": "equal", "value": owner} if owner else {"field": "owner", "op": "empty"}
    return found | ({"on_hold": as_query([*held, whose])} if counted.on_hold.get(owner) else {})


def _charts(
    counted: Counted,
    owners: Mapping[int | None, list[HungThere]],
    places: Mapping[Place, list[HungThere]],
    stages: Sequence[tuple[Frame, Place, str | None]],
    is_many: bool,
    currency: str,
) -> tuple[Chart, ...]:
    money = [
        Rank(counted.name(owner), float(_sum(own)), f"{compact(_sum(own))} · {format_number(len(own))}",
             counted.asked.link("count", owner=as_text(owner)))
        for owner, own in owners.items()
    ]  # fmt: skip
    deals = [
        Rank(
            f"{type_words(frame)}: {stage_words(name)}" if is_many else stage_words(name),
            len(places[place]),
            f"{format_number(len(places[place]))} · {compact(_sum(places[place]))}",
            counted.asked.link("count", type=place[0], stage=as_text(place[1])),
        )
        for frame, place, name in stages
        if place in places
    ]
    hangs = _("Potential that hangs, %(currency)s", currency=currency)
    return _chart("managers", hangs, money), _chart("stages", _("Deals that hang, by stage"), deals)


def _chart(key: str, title: str, ranks: Sequence[Rank]) -> Chart:
    shown = sorted((rank for rank in ranks if rank.value), key=lambda rank: -rank.value)[:MOST_RANKED]
    described = "; ".join(f"{rank.label}: {rank.words}" for rank in shown)
    return Chart(key, title, ranking_chart(shown, room=1.9), described, has_own_axis=True)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    what, ids = cell["what"], []
    for one in count(crm, user, settings).standing:
        is_meant = what == "count" or what in one.hung.mark.reasons
        is_theirs = cell.get("owner", as_text(one.hung.owner_id)) == as_text(one.hung.owner_id)
        is_there = "type" not in cell or (cell["type"], cell["stage"]) == (str(one.place[0]), as_text(one.place[1]))
        ids += [one.hung.deal_id] if is_meant and is_theirs and is_there else []
    return fields.among(source.id, ids)


BEHIND = Behind(_find, lambda cell: f"{TITLE}, {REASONS[cell['what']]}" if cell["what"] in REASONS else str(TITLE))
REPORT = Report(
    NAME,
    TITLE,
    make,
    STANDING,
    lazy("Which open deals hang, whose they are, why, and how much money hangs with them."),
    "clock-exclamation",
    "process",
)
