"""Fields that ask how far closed deals came, as the funnel counts it: so each of its numbers opens as a list of deals.

A won deal reached and passed every stage of its own version; a lost one reached those up to where it was lost.
"""

from collections.abc import Callable
from typing import Any

from peewee import SQL, Expression, NodeList, Value, fn

from core.fields.tree import Field
from core.i18n import lazy
from core.stages.models import TypeStage

Test = Callable[[Any, str, Any, Any], Expression]


def _climbed(outcome: Callable[[Any, Any], Expression]) -> Test:
    """Returns the test that some stage asked for has a place in the deal's version where `outcome` holds."""

    def test(source: Any, op: str, operand: Any, user: Any) -> Expression:
        step = TypeStage.alias()
        where = [step.version == source.type_version, outcome(source, step)]
        if op != "not_empty":
            where.append(step.stage << (operand if isinstance(operand, list) else [operand]))
        return fn.EXISTS(step.select(Value(1)).where(*where))

    return test


def _reached(source: Any, step: Any) -> Expression:
    return (source.state == "won") | ((source.state == "lost") & (fn.COALESCE(source.place, 0) >= step.place))


def _passed(source: Any, step: Any) -> Expression:
    return (source.state == "won") | ((source.state == "lost") & (fn.COALESCE(source.place, 0) > step.place))


def _lost_at(source: Any, step: Any) -> Expression:
    return (source.state == "lost") & (fn.COALESCE(source.place, 0) == step.place)


def _stood_at(source: Any, step: Any) -> Expression:
    bit = NodeList((source.stood_at, SQL(">>"), step.place.cast("integer"), SQL("& 1")), parens=True)
    return (bit == 1) | _lost_at(source, step)


def _skipped(source: Any, step: Any) -> Expression:
    return _passed(source, step) & ~_stood_at(source, step)


FUNNEL_FIELDS = (
    Field("reached", lazy("Closed, reached stage"), "link", target="stage", test=_climbed(_reached)),
    Field("passed", lazy("Closed, passed stage"), "link", target="stage", test=_climbed(_passed)),
    Field("lost_at", lazy("Lost at stage"), "link", target="stage", test=_climbed(_lost_at)),
    Field("skipped", lazy("Closed, skipped stage"), "link", target="stage", test=_climbed(_skipped)),
    Field("stood_at", lazy("Stood at stage"), "link", target="stage", test=_climbed(_stood_at)),
)
