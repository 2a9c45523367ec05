"""What plugins propose as the result of a stage: accepted with its proof by one press, or put aside."""

from collections.abc import Callable

from werkzeug.wrappers import Response

from core.i18n import Text, _
from core.process import services as process
from core.process.models import Evidence
from core.runtime import CRM
from core.tasks.pages.answers import answered
from core.tasks.pages.blueprint import blueprint, shown_task
from core.users.models import User
from core.web.context import crm, needs, user


@blueprint.post("/<int:task_id>/proofs/<int:proof_id>/accept")
@needs("clients.write")
def accept_proof(task_id: int, proof_id: int) -> Response:
    """Takes what is proposed into the result; if that was all that was missing, the task is done."""
    return _decide(task_id, proof_id, process.accept_evidence, _("Taken into the result."))


@blueprint.post("/<int:task_id>/proofs/<int:proof_id>/reject")
@needs("clients.write")
def reject_proof(task_id: int, proof_id: int) -> Response:
    """Puts what is proposed aside: it shows nothing."""
    return _decide(task_id, proof_id, process.reject_evidence, _("Put aside."))


def _decide(task_id: int, proof_id: int, decide: Callable[[CRM, User, Evidence], Evidence], message: Text) -> Response:
    task = shown_task(task_id)
    decide(crm(), user(), process.get_evidence(task, proof_id))
    return answered(task, message)
