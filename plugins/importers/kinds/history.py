"""Writes the stage history of deals: visits that touch, periods with the responsible of each, where the deal stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.api import bulk, courses, lazy
from plugins.importers.errors import CellRefused
from plugins.importers.kinds.deal_types import DealTypes
from plugins.importers.kinds.writing import Outcome, Writing, resolve, without_rows, write_history
from plugins.importers.records.references import plain_name
from plugins.importers.sql import fetch_in
from plugins.importers.stream import Chunk
from plugins.importers.undo.images import keep_images, read_images, replace_parts

ROW = ("version_id", "stage_id", "place", "furthest", "stood_at", "entered_at", "opened_at")


@dataclass
class Stay:
    """One row of the file: a stay at a stage, with who was responsible."""

    row: int
    stage_id: int
    place: int
    entered_at: int
    left_at: int | None
    user_id: int | None


class HistoryWriter:
    """Settles the rows of each deal together; a chunk holds all rows of the deals it names."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.types = DealTypes(writing)

    def write(self, chunk: Chunk) -> Outcome:
        """Writes the history of a chunk's deals inside the caller's work."""
        outcome = Outcome()
        users = resolve(self.writing, chunk, "user", self.writing.references.user, outcome.errors)
        deals = self._deals(chunk, users, outcome)
        images = read_images(self.writing.crm, deals)
        kept = {}
        for deal_id, rows in deals.items():
            image = images[deal_id]
            if self.writing.options.on_duplicate == "skip" and not is_assumed(image):
                outcome.skipped += len(rows)
                continue
            try:
                self._settle(image, rows)
            except CellRefused as refused:
                outcome.errors += [(row["row"], self.writing.titles.get("stage", ""), refused.sentence) for row in rows]
                continue
            outcome.created += len(rows)
            kept[deal_id] = image
        if not self.writing.is_dry:
            self._save(kept)
        return outcome

    def _deals(self, chunk: Chunk, users: list, outcome: Outcome) -> dict[int, list[dict[str, Any]]]:
        """The chunk's rows by the deal they name, by number or, where that is unknown, by title."""
        names = [name for name in dict.fromkeys(chunk.values.get("deal", ())) if name]
        columns = "SELECT {}, id FROM core_deal WHERE deleted_at IS NULL AND"
        known: dict[str, list[int]] = {}
        for name, deal_id in fetch_in(self.writing.crm, columns.format("number") + " number IN ({marks})", names):
            known.setdefault(name, []).append(deal_id)
        missing = [name for name in names if name not in known]
        for name, deal_id in fetch_in(self.writing.crm, columns.format("title") + " title IN ({marks})", missing):
            known.setdefault(name, []).append(deal_id)
        found: dict[int, list[dict[str, Any]]] = {}
        for position in without_rows(chunk, outcome.errors):
            row = {name: column[position] for name, column in chunk.values.items()}
            row |= {"row": chunk.rows[position], "user_id": users[position]}
            ids = known.get(row["deal"], [])
            if len(ids) == 1:
                found.setdefault(ids[0], []).append(row)
                continue
            sentence = (
                lazy("there are several deals “%(name)s”. Write the number of the deal", name=row["deal"])
                if ids
                else lazy("there is no deal “%(name)s”. Import the deals first", name=row["deal"])
            )
            outcome.errors.append((row["row"], self.writing.titles.get("deal", ""), sentence))
        return found

    def _settle(self, image: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
        """Puts the rows' history into a deal's picture; raises CellRefused if it contradicts itself."""
        stays = self._stays(image, rows)
        closed_at = image["row"]["closed_at"]
        chain(stays, image["row"], closed_at)
        visits = merged_visits(stays)
        endings = [courses.Ending(values[1], values[2], values[14]) for values in image["closings"]]
        where = courses.standing([courses.Visit(*visit[1:5]) for visit in visits], endings)
        image["row"] |= {
            "stage_id": where.stage_id, "place": where.place, "furthest": where.furthest, "stood_at": where.stood_at,
            "entered_at": where.entered_at,
        }  # fmt: skip
        _put(image, stays, visits, endings)

    def _stays(self, image: dict[str, Any], rows: Sequence[dict[str, Any]]) -> list[Stay]:
        ladder = self.types.version(image["row"]["version_id"])
        found = []
        for row in rows:
            if plain_name(row["stage"]) not in ladder.steps:
                # The version may be lengthened, or a newer one has the stage: then the deal is led by that.
                ladder = self.types.find(str(ladder.type_id), has_stages=True)
                self.types.step(ladder, row["stage"])
        image["row"]["version_id"] = ladder.version_id
        for row in rows:
            stage_id, place = self.types.step(ladder, row["stage"])
            left = row.get("left_at")
            entered = bulk.to_microseconds(row["entered_at"])
            if left is not None and bulk.to_microseconds(left) < entered:
                raise CellRefused(lazy("the deal left the stage before it entered it. Correct one of the two dates"))
            found.append(
                Stay(row["row"], stage_id, place, entered, left and bulk.to_microseconds(left), row["user_id"])
            )
        return sorted(found, key=lambda stay: stay.entered_at)

    def _save(self, images: dict[int, dict[str, Any]]) -> None:
        writing = self.writing
        keep_images(writing, images)
        named = ", ".join(f"{name} = ?" for name in ROW)
        bulk.execute_many(
            writing.crm.database,
            f"UPDATE core_deal SET {named}, version = version + 1, changed_at = ? WHERE id = ?",
            [(*(image["row"][name] for name in ROW), writing.now, deal_id) for deal_id, image in images.items()],
        )
        replace_parts(writing.crm, images)
        bulk.ensure_stage_tasks(writing.crm, list(images))
        keep_images(writing, images, is_after=True)
        write_history(writing, "deal", "history imported", dict.fromkeys(images))


def is_assumed(image: dict[str, Any]) -> bool:
    """Tells whether a deal's history is only what its import assumed: none, or one stay from its opening on."""
    visits = image["visits"]
    return not visits or (len(visits) == 1 and visits[0][3] == image["row"]["opened_at"])


def chain(stays: list[Stay], deal: dict[str, Any], closed_at: int | None) -> None:
    """Makes stays touch, from the deal's opening to its closing; raises CellRefused where they overlap or go beyond."""
    if closed_at is not None and stays[-1].entered_at > closed_at:
        raise CellRefused(lazy("the deal entered a stage after it was closed. Correct one of the two dates"))
    deal["opened_at"] = min(deal["opened_at"], stays[0].entered_at)
    stays[0].entered_at = deal["opened_at"]
    for stay, following in zip(stays, stays[1:], strict=False):
        if stay.left_at is not None and stay.left_at > following.entered_at:
            raise CellRefused(
                lazy("the deal entered the next stage before it left the one before. Correct one of the two dates")
            )
        # What lies between two stays is not known; the deal counts as standing where it was seen last.
        stay.left_at = following.entered_at
    last = stays[-1]
    if closed_at is not None and last.left_at is not None and last.left_at > closed_at:
        raise CellRefused(lazy("the deal left a stage after it was closed. Correct one of the two dates"))
    last.left_at = closed_at


def merged_visits(stays: Sequence[Stay]) -> list[tuple]:
    """Returns (responsible, stage, place, entered, left) of each visit: a hand-over within a stage is no new one."""
    found: list[tuple] = []
    for stay in stays:
        if found and found[-1][1] == stay.stage_id:
            found[-1] = (stay.user_id or found[-1][0], *found[-1][1:4], stay.left_at)
        else:
            found.append((stay.user_id, stay.stage_id, stay.place, stay.entered_at, stay.left_at))
    return found


def _put(image: dict[str, Any], stays: Sequence[Stay], visits: list[tuple], endings: Sequence[courses.Ending]) -> None:
    """Puts visits and periods into the picture, and the closing stage into its closings."""
    row, deal_id = image["row"], image["id"]
    image["visits"] = []
    for number, (user_id, stage_id, place, entered, left) in enumerate(visits):
        following = visits[number + 1] if number + 1 < len(visits) else None
        outcome = ("passed" if following[2] > place else "returned") if following else row["state"]
        outcome = "" if outcome == "open" else outcome
        image["visits"].append([
            deal_id, stage_id, place, entered, left, outcome, user_id or row["owner_id"], row["potential"],
            row["potential_base"], None,
        ])  # fmt: skip
    cut = [courses.Visit(stay.stage_id, stay.place, stay.entered_at, stay.left_at) for stay in stays]
    owners = {(stay.entered_at, stay.left_at): stay.user_id for stay in stays}
    image["periods"] = []
    for period in courses.periods(row["opened_at"], cut, endings):
        user_id = next(
            (
                owner
                for (start, end), owner in owners.items()
                if start <= period.from_at and (end is None or period.from_at < end)
            ),
            None,
        )
        # An open deal belongs to its owner now, whoever was responsible for the stage when it came there.
        owner_id = row["owner_id"] if period.to_at is None else user_id or row["owner_id"]
        image["periods"].append([
            deal_id, period.from_at, period.to_at, period.stage_id, period.place, owner_id, row["potential_base"],
            False,
        ])  # fmt: skip
    if image["closings"]:
        last = image["closings"][-1]
        last[3], last[4] = row["stage_id"], row["place"]
