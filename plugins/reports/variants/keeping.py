"""Saves, finds and deletes variants: named settings of a report, private, for a team, or for everybody."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode

from peewee import Expression, IntegrityError

from core.api import CRM, InvalidInput, NotAllowed, NotFound, User, lazy, ngettext, write_history
from core.api import gettext as _
from plugins.reports.engine.facts import known_facts
from plugins.reports.models import Variant
from plugins.reports.registry import find_report, get_report, read_pairs
from plugins.reports.settings.mending import usable
from plugins.reports.settings.naming import named, numbered
from plugins.reports.variants.files import forget
from plugins.reports.variants.models import Default, Schedule, Sending, Tile

SHARE = "reports.share"
LONGEST_NAME = 80
MINE, TEAM, ALL = "mine", "team", "all"
AUDIENCES = {MINE: lazy("For me"), TEAM: lazy("For my team"), ALL: lazy("For everybody")}


def save_variant(
    crm: CRM,
    user: User,
    report: str,
    name: str,
    pairs: Sequence[tuple[str, str]],
    *,
    audience: str | None = None,
    is_new: bool = False,
) -> Variant:
    """Returns the variant with these settings; one of the same name and owner gets the new ones, unless it `is_new`.

    Without an audience such a one keeps its own, a new one is for its owner alone.
    Raises InvalidInput for an empty name, one in use, or settings that can't be used, NotAllowed if the user may not
    share.
    """
    name = _checked_name(name)
    pairs = _checked_settings(crm, user, report, pairs)
    with _one_of_a_name(name), crm.work():
        if is_new:
            _check_free(report, user.id, name)
        now = crm.clock.now()
        variant = Variant.get_or_none(Variant.report == report, Variant.owner == user.id, Variant.name == name)
        if variant is None:
            variant = Variant(report=report, owner=user.id, name=name, created_at=now)
        if audience is not None and audience != audience_of(variant):
            variant.is_shared, variant.team_id = _seen_by(user, audience)
        variant.settings, variant.changed_at = [list(pair) for pair in pairs], now
        variant.save()
        write_history(crm, "reports_variant", variant.id, "saved", {"name": [None, name]})
    return variant


def change_variant(
    crm: CRM,
    user: User,
    variant_id: int,
    *,
    name: str | None = None,
    audience: str | None = None,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> Variant:
    """Returns the variant with what is given: another name, other readers, other settings.

    Raises InvalidInput for a name in use or settings that can't be used, NotAllowed for another's or to share.
    """
    variant = _own(user, variant_id)
    name = _checked_name(variant.name if name is None else name)
    if pairs is not None:
        variant.settings = [list(pair) for pair in _checked_settings(crm, user, variant.report, pairs)]
    with _one_of_a_name(name), crm.work():
        _check_free(variant.report, variant.owner_id, name, variant.id)
        write_history(crm, "reports_variant", variant.id, "changed", {"name": [variant.name, name]})
        variant.name, variant.changed_at = name, crm.clock.now()
        # Left as it is, an audience stays its owner's: the team of who changes the name may be another.
        if audience is not None and audience != audience_of(variant):
            variant.is_shared, variant.team_id = _seen_by(user, audience)
        variant.save()
    return variant


def delete_variant(crm: CRM, user: User, variant_id: int) -> Variant:
    """Deletes a variant of the user's own, or a shared one if the user may share, and returns it.

    With it go the tiles, defaults and schedules that show it.
    """
    variant = _own(user, variant_id)
    with crm.work():
        schedules = Schedule.select(Schedule.id).where(Schedule.variant == variant.id)
        forget(crm, list(Sending.select().where(Sending.schedule.in_(schedules))))
        for model in (Schedule, Default, Tile):
            model.delete().where(model.variant == variant.id).execute()
        variant.delete_instance()
        write_history(crm, "reports_variant", variant_id, "deleted", {"name": [variant.name, None]})
    return variant


def shown_by(variant: Variant) -> list[str]:
    """Returns what shows a variant and goes when it is deleted, in sentences."""
    schedules = Schedule.select().where(Schedule.variant == variant.id).count()
    tiles = Tile.select().where(Tile.variant == variant.id).count()
    said = [
        (schedules, ngettext("%(n)s schedule goes too.", "%(n)s schedules go too.", schedules)),
        (tiles, ngettext("%(n)s tile goes too.", "%(n)s tiles go too.", tiles)),
    ]
    return [sentence for count, sentence in said if count]


def get_variant(user: User, variant_id: int) -> Variant:
    """Returns a variant that the user may see; raises NotFound."""
    variant = find_seen(user, variant_id)
    if variant is None:
        raise NotFound(_("There are no such saved settings; perhaps they were deleted."))
    return variant


def find_seen(user: User, variant_id: int) -> Variant | None:
    """Returns a variant that the user may see, or None."""
    variant = Variant.get_or_none(Variant.id == variant_id)
    return variant if variant is not None and is_seen(user, variant) else None


def find_variant(report: str, name: str, user: User | None = None) -> Variant:
    """Returns the variant of a report by its name, the user's own first (None: any); raises NotFound."""
    found = Variant.select().where(Variant.report == report, Variant.name == name.strip()).order_by(Variant.id)
    seen = [one for one in found if user is None or is_seen(user, one)]
    if not seen:
        raise NotFound(_("There are no settings “%(name)s” of the report %(report)s.", name=name, report=report))
    return next((one for one in seen if user is not None and one.owner_id == user.id), seen[0])


def variants_of(user: User, report: str = "") -> list[Variant]:
    """Returns the variants that the user sees, own ones first, by name."""
    query = Variant.select(Variant, User).join(User).where(seen_by(user))
    if report:
        query = query.where(Variant.report == report)
    return sorted(query, key=lambda variant: (variant.owner_id != user.id, variant.name.casefold()))


def all_variants(report: str = "") -> list[Variant]:
    """Returns everybody's variants, of one report or of all, with their owners, by report and name."""
    query = Variant.select(Variant, User).join(User).order_by(Variant.report, Variant.name, Variant.id)
    return list(query.where(Variant.report == report) if report else query)


def seen_by(user: User) -> Expression:
    """Returns the condition of the variants that a user may see."""
    seen = (Variant.owner == user.id) | Variant.is_shared
    return seen | (Variant.team_id == user.team_id) if user.team_id is not None else seen


def is_seen(user: User, variant: Variant) -> bool:
    """Tells whether a user may see a variant."""
    is_of_team = variant.team_id is not None and variant.team_id == user.team_id
    return variant.is_shared or variant.owner_id == user.id or is_of_team


def audience_of(variant: Variant) -> str:
    """Returns for whom a variant is."""
    return ALL if variant.is_shared else TEAM if variant.team_id else MINE


def audiences_of(user: User, variant: Variant) -> dict[str, str]:
    """Returns for whom a user can let a variant be, as choices; one of somebody else can be that person's alone."""
    alone = _("For %(name)s alone", name=variant.owner.name)
    return AUDIENCES if variant.owner_id == user.id else {**AUDIENCES, MINE: alone}


def pairs_of(variant: Variant) -> list[tuple[str, str]]:
    """Returns the settings of a variant as the parameters of its report."""
    return [(str(name), str(value)) for name, value in variant.settings]


def written_pairs(crm: CRM, user: User, variant: Variant) -> list[tuple[str, str]]:
    """Returns the settings of a variant with the names of today, as people and programs read them."""
    report, pairs = find_report(crm, variant.report), pairs_of(variant)
    return pairs if report is None else named(crm, user, pairs, known_facts(crm, report, pairs)[1])


def query_of(variant: Variant) -> str:
    """Returns the variant's settings as the query of an address, with the number of the variant."""
    return urlencode([*pairs_of(variant), ("variant", str(variant.id))])


def _own(user: User, variant_id: int) -> Variant:
    variant = get_variant(user, variant_id)
    if variant.owner_id != user.id and not user.can(SHARE):
        raise NotAllowed(_("These settings belong to somebody else."))
    return variant


def _seen_by(user: User, audience: str) -> tuple[bool, int | None]:
    if audience == MINE:
        return False, None
    if audience not in AUDIENCES:
        raise InvalidInput(_("Choose for whom these settings are."))
    if not user.can(SHARE):
        raise NotAllowed(_("You may not share settings with others: save them for yourself."))
    if audience == TEAM and user.team_id is None:
        raise InvalidInput(_("You are in no team; save the settings for yourself or for everybody."))
    return audience == ALL, user.team_id if audience == TEAM else None


def _checked_settings(crm: CRM, user: User, name: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Returns the settings as they are kept; raises InvalidInput for what can't be used."""
    report = get_report(crm, name)
    read_pairs(crm, user, report, pairs)
    _usable, lost = usable(crm, user, report, pairs)
    if lost:
        raise InvalidInput(lost[0], fields={"params": lost})
    return numbered(crm, user, report.parameters, pairs, known_facts(crm, report, pairs)[1])


def _check_free(report: str, owner_id: int, name: str, but: int | None = None) -> None:
    """Raises InvalidInput if other settings of the report bear this name, of the same owner."""
    twin = Variant.get_or_none(Variant.report == report, Variant.owner == owner_id, Variant.name == name)
    if twin is not None and twin.id != but:
        raise _taken(name)


@contextmanager
def _one_of_a_name(name: str) -> Iterator[None]:
    """Says in a sentence that two gave the same name at the same moment: the database keeps the first."""
    try:
        yield
    except IntegrityError:
        raise _taken(name) from None


def _taken(name: str) -> InvalidInput:
    sentence = _("There are settings called “%(name)s” already.", name=name)
    return InvalidInput(sentence, fields={"name": [sentence]})


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Give the settings a name of at most %(n)s characters.", n=LONGEST_NAME)
        raise InvalidInput(sentence, fields={"name": [sentence]})
    return name
