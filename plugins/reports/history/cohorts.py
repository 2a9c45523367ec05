"""The report *cohorts*: what became of the deals opened in each month, with the share that is still open.

When more and more deals come in, the young ones are still open: the share won of all closed deals then looks bad, and
that of all opened ones worse. A cohort says which share can still be won, and compares like with like: what was won
within the first 90 days, of cohorts all of whose deals have had them.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from peewee import SQL, Case, Expression, Value, fn

from core.api import CRM, Deal, Report, TypeStage, User, bulk, format_number, format_percent, lazy
from core.api import gettext as _
from plugins.reports.dimensions import by_type
from plugins.reports.document import COUNT, MONEY, SHARE, TEXT, Chart, Column, Document, Figure, Note, Row, Table
from plugins.reports.facts import grouped, keyed, total
from plugins.reports.funnel.common import key_order, stage_words, type_words
from plugins.reports.funnel.data import money
from plugins.reports.funnel.ladders import Frame
from plugins.reports.history.behind import Behind
from plugins.reports.history.past import as_text, of_key
from plugins.reports.history.shares import Share, shares_chart
from plugins.reports.history.writing import Asked, ask, in_usual_period, make_document
from plugins.reports.settings.parameters import TABLE, Settings

NAME = "cohorts"
TITLE = lazy("Cohorts of deals by their opening")
USUAL_PERIOD, USUAL_BY = "last_12_months", "month"
SOON_DAYS = 90
DAY_US = 86_400_000_000
EVERYWHERE = 1 << 20
WORDS = {
    "opened": lazy("Opened"),
    "open": lazy("Still open"),
    "won": lazy("Deals won"),
    "lost": lazy("Deals lost"),
    "won_soon": lazy("Won within 90 days"),
    "reached": lazy("Came to the stage"),
}


class Cohort(NamedTuple):
    """Deals opened together: how many, what became of them, when, and what the won ones brought."""

    opened: int = 0
    open: int = 0
    won: int = 0
    lost: int = 0
    won_soon: int = 0
    won_amount: int = 0
    last_opened: int = 0

    def __add__(self, other: "Cohort") -> "Cohort":
        *sums, last = (one + two for one, two in zip(self, other, strict=True))
        return Cohort(*sums, max(self.last_opened, other.last_opened))


@dataclass(frozen=True)
class Counted:
    """The cohorts by key, and how many of each came how far, by type, version and place."""

    asked: Asked
    frames: Sequence[Frame]
    cohorts: Mapping[Hashable, Cohort]
    heights: Mapping[tuple[Hashable, int, int], int]  # key, version, furthest place

    def reached(self, frame: Frame, key: Hashable) -> dict[int, tuple[int, int]]:
        """Returns, by stage of a type, how many deals of a cohort came there or beyond, of how many that could.

        A stage that was added to the type later could be reached only by deals of its later versions.
        """
        found: dict[int, tuple[int, int]] = {}
        for ladder in frame.ladders:
            for (other, version, height), deals in self.heights.items():
                if (other, version) == (key, ladder.version_id):
                    for place, step in enumerate(ladder.steps):
                        came, could = found.get(step.stage_id, (0, 0))
                        found[step.stage_id] = came + deals * (height >= place), could + deals
        return found

    @property
    def keys(self) -> list[Hashable]:
        """The keys in order of time, or of their names."""
        return sorted(self.cohorts, key=partial(key_order, self.asked.dimension))


def make(crm: CRM, user: User | None, settings: Settings) -> Document:
    """Returns the finished report."""
    settings = _usual(crm, settings)
    counted = _count(crm, user, settings)
    now = bulk.to_microseconds(crm.clock.now())
    rows = [
        {settings.by: counted.asked.dimension.label(key), **_values(counted.cohorts[key], now)} for key in counted.keys
    ]
    whole = sum(counted.cohorts.values(), Cohort())
    staged = [frame for frame in counted.frames if any(stage_id is not None for stage_id, _name in frame.stages)]
    return make_document(
        crm,
        user,
        settings,
        title=TITLE,
        tables=[_table(counted, now), *(_stage_table(counted, frame, len(staged) > 1) for frame in staged)],
        rows=rows,
        totals=_values(whole, now),
        figures=[
            Figure("opened", _("Opened deals"), whole.opened, link=counted.asked.link("opened")),
            Figure("open", _("Still open"), whole.open, link=counted.asked.link("open")),
            Figure("won", _("Deals won"), whole.won, link=counted.asked.link("won")),
            Figure("lost", _("Deals lost"), whole.lost, link=counted.asked.link("lost")),
        ],
        draw=partial(_charts, counted),
        notes=[
            Note(_("What is still open can still be won: judge a young month by what was won within 90 days.")),
            Note(_("That share is shown only where every deal of the row was opened at least 90 days ago.")),
        ],
        is_empty=not counted.cohorts,
    )


def _usual(crm: CRM, settings: Settings) -> Settings:
    settings = in_usual_period(crm, settings, USUAL_PERIOD)
    return settings if settings.by else replace(settings, by=USUAL_BY)


def _ask(crm: CRM, user: User | None, settings: Settings) -> Asked:
    asked = ask(crm, user, settings, "opened_at")
    return asked if asked.dimension else replace(asked, dimension=by_type(crm))


def _count(crm: CRM, user: User | None, settings: Settings) -> Counted:
    asked = _ask(crm, user, settings)
    height = Case(None, [(Deal.state == "won", EVERYWHERE)], fn.COALESCE(Deal.furthest, 0))
    is_soon = (Deal.state == "won") & (Deal.closed_at - Deal.opened_at <= SOON_DAYS * DAY_US)
    counts = [Deal.state == state for state in ("open", "won", "lost")]
    sums = [
        fn.COUNT(SQL("*")),
        *(fn.SUM(Case(None, [(condition, 1)], 0)) for condition in (*counts, is_soon)),
        total(Case(None, [(Deal.state == "won", Deal.amount_base)])),
        fn.MAX(Deal.opened_at),
    ]
    query = grouped(_opened(asked), [Deal.version_id, height], sums, asked.dimension, Deal)
    cohorts: dict[Hashable, Cohort] = {}
    heights: dict[tuple[Hashable, int, int], int] = {}
    for version, place, key, *numbers in keyed(asked.scope.rows(query), 2, asked.dimension):
        cohort = Cohort(*(int(number or 0) for number in numbers))
        cohorts[key] = cohorts.get(key, Cohort()) + cohort
        heights[key, version, place] = heights.get((key, version, place), 0) + cohort.opened
    frames = asked.frames({version for _key, version, _place in heights})
    return Counted(asked.named(cohorts), frames, cohorts, heights)


def _opened(asked: Asked) -> Any:
    period, scope = asked.settings.period, asked.scope
    query = Deal.select(Deal.id).where(Deal.deleted_at.is_null(), Deal.version_id << scope.version_ids)
    if period.first:
        query = query.where(Deal.opened_at >= scope.moment(period.first))
    if period.until:
        query = query.where(Deal.opened_at < scope.moment(period.until))
    where = scope.where(Deal)
    return query.where(*where) if where else query


def _values(cohort: Cohort, now: int) -> dict[str, Any]:
    """Returns the numbers by their names; the share won soon is None while some deals are younger than that."""
    is_ripe = cohort.last_opened + SOON_DAYS * DAY_US <= now
    opened = cohort.opened or 1
    return {
        "opened": cohort.opened,
        "open": cohort.open,
        "won": cohort.won,
        "lost": cohort.lost,
        "open_share": cohort.open / opened,
        "won_share": cohort.won / opened,
        "win_rate": cohort.won / (cohort.won + cohort.lost) if cohort.won + cohort.lost else None,
        "won_soon": cohort.won_soon if is_ripe else None,
        "won_soon_share": cohort.won_soon / opened if is_ripe else None,
        "won_amount": money(cohort.won_amount),
    }


def _table(counted: Counted, now: int) -> Table:
    columns = (
        Column("name", counted.asked.dimension.title, TEXT),
        Column("opened", WORDS["opened"], COUNT),
        Column("open", WORDS["open"], COUNT),
        Column("won", WORDS["won"], COUNT),
        Column("lost", WORDS["lost"], COUNT),
        Column("open_share", _("still open"), SHARE, _("Of all opened")),
        Column("won_share", _("won"), SHARE, _("Of all opened")),
        Column("won_soon_share", _("won within 90 days"), SHARE, _("Of all opened")),
        Column("win_rate", _("Won of the closed"), SHARE),
        Column("won_amount", _("Won amount"), MONEY),
    )
    rows = [
        Row(
            {"name": counted.asked.dimension.label(key) or _("None"), **_values(counted.cohorts[key], now)},
            partial(_links, counted, key),
        )
        for key in counted.keys
    ]
    return Table("cohorts", _("What became of them"), columns, tuple(rows))


def _links(counted: Counted, key: Hashable) -> dict[str, str]:
    cohort = counted.cohorts[key]
    told = {what: counted.asked.link(what, key=as_text(key)) for what in ("opened", "open", "won", "lost")}
    found = {what: link for what, link in told.items() if link and getattr(cohort, what)}
    return found | ({"won_amount": found["won"]} if "won" in found else {})


def _stage_table(counted: Counted, frame: Frame, is_one_of_many: bool) -> Table:
    stages = [(stage_id, name) for stage_id, name in frame.stages if stage_id is not None]
    group = _("Share that came so far")
    columns = [
        Column("name", counted.asked.dimension.title, TEXT),
        Column("opened", WORDS["opened"], COUNT),
        *(Column(f"stage_{stage_id}", stage_words(name), SHARE, group) for stage_id, name in stages),
        Column("won", WORDS["won"], SHARE, group),
    ]
    rows = []
    for key in counted.keys:
        versions = {ladder.version_id for ladder in frame.ladders}
        own = {height: deals for (other, version, height), deals in counted.heights.items()
               if other == key and version in versions}  # fmt: skip
        opened = sum(deals for (other, version, _height), deals in counted.heights.items()
                     if other == key and version in versions)  # fmt: skip
        if not opened:
            continue
        reached = counted.reached(frame, key)
        values = {f"stage_{stage_id}": came / could for stage_id, (came, could) in reached.items()}
        values |= {"name": counted.asked.dimension.label(key) or _("None"), "opened": opened}
        values["won"] = own.get(EVERYWHERE, 0) / opened
        rows.append(Row(values, partial(_stage_links, counted, frame, key, reached)))
    title = type_words(frame) if is_one_of_many else _("How far they came")
    return Table(f"stages-{frame.type_ids[0]}", title, tuple(columns), tuple(rows))


def _stage_links(
    counted: Counted, frame: Frame, key: Hashable, reached: Mapping[int, tuple[int, int]]
) -> dict[str, str]:
    cells = {stage_id: (frame.type_ids[0], stage_id, key) for stage_id, (came, _could) in reached.items() if came}
    links = {f"stage_{stage_id}": counted.asked.link("reached", cell) for stage_id, cell in cells.items()}
    links["opened"] = counted.asked.link("opened", (frame.type_ids[0], None, key))
    return {name: link for name, link in links.items() if link}


def _charts(counted: Counted) -> tuple[Chart, ...]:
    shares = []
    for key in counted.keys:
        cohort = counted.cohorts[key]
        parts = (cohort.won, cohort.open, cohort.lost)
        words = f"{format_number(cohort.opened)} · {format_percent(cohort.open / cohort.opened)}"
        shares.append(Share(counted.asked.dimension.label(key) or _("None"), parts, words))
    chart = shares_chart(shares, (str(WORDS["won"]), str(WORDS["open"]), str(WORDS["lost"])))
    described = "; ".join(f"{share.name}: {share.words}" for share in shares)
    note = _("beside: how many, and the share still open")
    return (Chart("cohorts", _("What became of the deals opened"), chart, described, note),)


def _find(crm: CRM, user: User | None, settings: Settings, cell: Mapping[str, str], source: Any) -> Expression:
    asked = _ask(crm, user, _usual(crm, settings))
    query = _opened(asked)
    if "type" in cell:
        query = query.where(Deal.deal_type == int(cell["type"]))
    if cell["what"] == "reached":
        step = (TypeStage.version == Deal.version_id) & (TypeStage.stage == int(cell["stage"]))
        came = (Deal.state == "won") | (fn.COALESCE(Deal.furthest, 0) >= TypeStage.place)
        query = query.where(fn.EXISTS(TypeStage.select(Value(1)).where(step, came)))
    elif cell["what"] != "opened":
        query = query.where(Deal.state == cell["what"])
    if "key" not in cell:
        return source.id << query
    query, key = asked.dimension.apply(query, Deal)
    return source.id << of_key(asked.scope, asked.dimension, query, key, cell["key"])


BEHIND = Behind(_find, lambda cell: f"{TITLE}, {WORDS[cell['what']]}")
REPORT = Report(
    NAME,
    TITLE,
    make,
    TABLE,
    lazy("What became of the deals opened in each month, and which share is still open."),
    "users-group",
    "funnels",
    usual_by=USUAL_BY,
    usual_period=USUAL_PERIOD,
)
