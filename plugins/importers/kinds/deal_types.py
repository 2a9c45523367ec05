"""Deal types and stages named by rows: found by name or number, made and lengthened where that is allowed.

A type that an import made is lengthened in place, in the order in which the file first names its stages: it belongs to
the file. A type that people made gets a new version instead, so that none of its old figures changes.
"""

from dataclasses import dataclass, field

from core.api import DealType, Stage, TypeStage, gettext, ladders, lazy
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.writing import Writing
from plugins.importers.models import Made
from plugins.importers.records.references import plain_name
from plugins.importers.sql import change, fetch

MOST_STAGES = 60


@dataclass
class Ladder:
    """The stages of one version of a type: (stage id, place) by plain name, in order."""

    type_id: int
    version_id: int
    name: str
    mode: str
    currency: str
    owner_id: int | None
    is_ours: bool
    steps: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def first(self) -> tuple[int, int] | None:
        """The first stage, or None for a type without stages."""
        return next(iter(self.steps.values()), None)


class DealTypes:
    """The types and stages of one running import."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self._by_name: dict[str, Ladder] | None = None
        self._by_version: dict[int, Ladder] = {}

    def find(self, name: str | None, *, has_stages: bool) -> Ladder:
        """Returns the type of this name or number, or the one that is meant when none is named; raises CellRefused."""
        known = self._known()
        if name is None:
            return self._unnamed(has_stages=has_stages)
        found = known.get(plain_name(name))
        if found is None:
            if not self.writing.references.create_missing:
                raise CellRefused(
                    lazy("there is no deal type “%(name)s”. Make it first, or import with “create missing”", name=name)
                )
            found = known[plain_name(name)] = self._make_type(name)
        return found

    def step(self, ladder: Ladder, name: str) -> tuple[int, int]:
        """Returns (stage id, place) of a stage of the type, by name or number from 1; raises CellRefused."""
        key = plain_name(name)
        if key in ladder.steps:
            return ladder.steps[key]
        if key.isdigit() and 1 <= int(key) <= len(ladder.steps):
            return list(ladder.steps.values())[int(key) - 1]
        if not self.writing.references.create_missing:
            known = ", ".join(self.stage_names(ladder)) or gettext("none")
            raise CellRefused(
                lazy(
                    "“%(stage)s” is no stage of the type “%(type)s”; its stages are %(known)s. Correct the cell, "
                    "add the "
                    "stage to the type, or import with “create missing”",
                    stage=name,
                    type=ladder.name,
                    known=known,
                )
            )
        return self._add_step(ladder, name)

    def version(self, version_id: int) -> Ladder:
        """Returns the stages of any version, also of one that is not the present one any more."""
        self._known()
        if version_id not in self._by_version:
            rows = fetch(
                self.writing.crm,
                "SELECT t.id, t.name, t.mode, t.currency, t.default_owner_id FROM core_deal_type t"
                " JOIN core_deal_type_version v ON v.deal_type_id = t.id WHERE v.id = ?",
                (version_id,),
            )
            type_id, name, mode, currency, owner_id = rows[0]
            self._by_version[version_id] = self._ladder(type_id, version_id, name, mode, currency, owner_id)
        return self._by_version[version_id]

    def stage_names(self, ladder: Ladder) -> list[str]:
        """Returns the names of the type's stages, in order."""
        rows = fetch(
            self.writing.crm,
            "SELECT s.name FROM core_type_stage t JOIN core_stage s ON s.id = t.stage_id WHERE t.version_id = ? "
            "ORDER BY t.place",
            (ladder.version_id,),
        )
        return [name for (name,) in rows]

    def _known(self) -> dict[str, Ladder]:
        if self._by_name is None:
            self._by_name = {}
            for type_id, version_id, name, mode, currency, owner_id in fetch(
                self.writing.crm,
                "SELECT id, published_version_id, name, mode, currency, default_owner_id FROM core_deal_type"
                " WHERE is_used AND published_version_id IS NOT NULL ORDER BY id DESC",
            ):
                ladder = self._ladder(type_id, version_id, name, mode, currency, owner_id)
                self._by_name[plain_name(name)] = ladder
                self._by_name.setdefault(str(type_id), ladder)
                self._by_version[version_id] = ladder
        return self._by_name

    def _ladder(
        self, type_id: int, version_id: int, name: str, mode: str, currency: str, owner_id: int | None
    ) -> Ladder:
        steps = fetch(
            self.writing.crm,
            "SELECT s.name, s.id, t.place FROM core_type_stage t JOIN core_stage s ON s.id = t.stage_id"
            " WHERE t.version_id = ? ORDER BY t.place",
            (version_id,),
        )
        is_ours = Made.select().where(Made.entity == "deal_type", Made.entity_id == type_id).exists()
        is_only = fetch(
            self.writing.crm, "SELECT COUNT(*) FROM core_deal_type_version WHERE deal_type_id = ?", (type_id,)
        ) == [(1,)]
        named = {plain_name(stage): (stage_id, place) for stage, stage_id, place in steps}
        return Ladder(type_id, version_id, name, mode, currency or "", owner_id, is_ours and is_only, named)

    def _unnamed(self, *, has_stages: bool) -> Ladder:
        """Without a type in the file: the only one there is, or (if that is allowed) one of the file's own."""
        fitting = {ladder.type_id: ladder for ladder in self._known().values() if has_stages or not ladder.steps}
        if self.writing.references.create_missing and (has_stages or not fitting):
            name = gettext("Imported deals")
            return self._by_name.get(plain_name(name)) or self.find(name, has_stages=has_stages)
        known = fitting or {ladder.type_id: ladder for ladder in self._known().values()}
        if len(known) != 1:
            raise CellRefused(
                lazy(
                    "no deal type is named, and there are several. Name one as default value: [options.defaults] "
                    "type = “…”"
                )
            )
        return next(iter(known.values()))

    def _make_type(self, name: str) -> Ladder:
        """A type without stages; the first stage that a row names makes it a manual one."""
        references = self.writing.references
        if self.writing.is_dry:
            return Ladder(references.dry_id(), references.dry_id(), name, "none", "", None, True)
        made = ladders.create_deal_type(self.writing.crm, name, mode="none")
        references.remember("deal_type", made.id)
        references.remember("version", made.published_version_id)
        ladder = Ladder(made.id, made.published_version_id, made.name, "none", "", None, True)
        self._by_version[ladder.version_id] = ladder
        return ladder

    def _add_step(self, ladder: Ladder, name: str) -> tuple[int, int]:
        place = len(ladder.steps)
        if place >= MOST_STAGES:
            raise CellRefused(
                lazy("a deal type can have at most %(limit)s stages. Is this the right column?", limit=MOST_STAGES)
            )
        if self.writing.is_dry:
            ladder.steps[plain_name(name)] = (self.writing.references.dry_id(), place)
            return ladder.steps[plain_name(name)]
        stage = ladders.find_stage(name)
        if stage is None:
            stage = ladders.create_stage(self.writing.crm, name)
            self.writing.references.remember("stage", stage.id)
        if ladder.is_ours:
            self._lengthen(ladder, stage, place)
        else:
            self._publish(ladder, stage)
        ladder.steps[plain_name(name)] = (stage.id, place)
        return ladder.steps[plain_name(name)]

    def _lengthen(self, ladder: Ladder, stage: Stage, place: int) -> None:
        made = TypeStage.create(version=ladder.version_id, stage=stage, place=place, probability=stage.probability)
        self.writing.references.remember("type_stage", made.id)
        if ladder.mode == "none":
            change(self.writing.crm, "UPDATE core_deal_type SET mode = 'manual' WHERE id = ?", (ladder.type_id,))
            ladder.mode = "manual"

    def _publish(self, ladder: Ladder, stage: Stage) -> None:
        """A new version with one more stage; deals that come from now on are led by it."""
        deal_type = DealType.get_by_id(ladder.type_id)
        if deal_type.mode == "none":
            raise CellRefused(
                lazy(
                    "deals of the type “%(type)s” have no stages. Empty the cell, or name another type",
                    type=ladder.name,
                )
            )
        steps = [ladders.step_of_row(step) for step in ladders.steps_of(deal_type)]
        version = ladders.publish(self.writing.crm, deal_type, [*steps, stage])
        self.writing.references.remember("version", version.id)
        self._by_version.pop(ladder.version_id, None)
        ladder.version_id = version.id
        self._by_version[version.id] = ladder
