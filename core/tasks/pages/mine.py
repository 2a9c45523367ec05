"""“My tasks”, and the list of all tasks that one sees."""

from flask import make_response, request
from peewee import Expression
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from core.fields import describe, entity, resolve
from core.process import services as process
from core.tasks import mine
from core.tasks.lists import TASKS
from core.tasks.pages.answers import row_again
from core.tasks.pages.blueprint import blueprint, shown_task
from core.tasks.words import DUES
from core.web.context import crm, needs, user
from core.web.lists.filters import condition_of
from core.web.lists.show import show
from core.web.lists.source import Source
from core.web.lists.state import State, read_state
from core.web.pages import go_to, is_htmx, page


@blueprint.route("/", methods=["GET", "POST"])
@blueprint.route("/my/<part>", methods=["GET", "POST"])
@needs("clients.read")
def index(part: str = mine.TO_DO) -> Response | str:
    """Shows what the user is to do, or another part of it, under the filters of the list."""
    if part not in mine.PARTS:
        raise NotFound
    if request.method == "POST" or request.args.get("part"):
        return show(TASKS)
    state = read_state(TASKS, request.args, request.path)
    if path := request.args.get("add"):
        field = resolve(crm(), entity(crm(), TASKS.entity), path).field
        return go_to(state.with_condition(condition_of(field, path, request.args)).url())
    return _shown(part, state)


@blueprint.get("/my/<part>/numbers")
@needs("clients.read")
def numbers(part: str) -> str:
    """Shows the parts with their numbers anew, under the same filters."""
    state = read_state(TASKS, request.args, request.path)
    return page("tasks/_parts.html", **_parts(part, state))


@blueprint.get("/<int:task_id>/row")
@needs("clients.read")
def row(task_id: int) -> str:
    """Shows a row anew."""
    return row_again(shown_task(task_id), task_id)


@blueprint.route("/all", methods=["GET", "POST"])
@needs("clients.read")
def all_tasks() -> Response | str:
    """Shows the list of all tasks that the user sees."""
    return show(TASKS)


def _shown(part: str, state: State) -> Response:
    found, has_more = mine.page_of(crm(), user(), part, state.page, _where(state))
    template = "tasks/mine_body.html" if is_htmx() else "tasks/mine.html"
    response = make_response(
        page(
            template,
            groups=_in_groups(part, found),
            proofs=process.proposed_on(found),
            has_more=has_more,
            list_page=TASKS,
            state=state,
            chips=_chips(state),
            **_parts(part, state),
        )
    )
    # The same address is a whole page or a part of one.
    response.vary.add("HX-Request")
    if is_htmx():
        response.headers["HX-Replace-Url" if "typed" in request.args else "HX-Push-Url"] = state.url(page=state.page)
    return response


def _parts(part: str, state: State) -> dict:
    return {
        "part": part,
        "parts": mine.PARTS,
        "numbers": mine.numbers(crm(), user(), _where(state)),
        "query": state.query(),
    }


def _where(state: State) -> Expression | None:
    """Returns the condition of what is searched and filtered, or None where nothing is."""
    return Source(crm(), TASKS, state, user()).where if state.q or state.conditions else None


def _chips(state: State) -> list[tuple[str, str]]:
    words = describe(crm(), entity(crm(), TASKS.entity), state.conditions, user())
    return [(text, state.without([one])) for text, one in zip(words, state.conditions, strict=True)]


def _in_groups(part: str, found: list) -> list[tuple]:
    """Returns what is to be done by when it is due, each group under its heading; other parts as one group."""
    if part != mine.TO_DO:
        return [("", found)] if found else []
    return [(label, some) for name, label in DUES.items() if (some := [task for task in found if task.due == name])]
