"""REST of message templates: who writes to clients reads them; who may change them on their pages changes them here."""

from typing import Any

from flask import Response

from core.messages.message_templates import delete_template, get_template, save_template
from core.messages.models import MessageTemplate
from core.messages.schemas import TemplateSchema
from core.web.context import crm, needs
from core.web.rest import ID, Resource, answer, gone, guard, listing, rest_blueprint

blueprint = rest_blueprint("message templates", "Texts that are written again and again")
blueprints = (blueprint,)
TEMPLATES = Resource(
    "message-templates",
    MessageTemplate,
    TemplateSchema,
    lambda _reader: MessageTemplate.select(),
    search=lambda text: MessageTemplate.name.contains(text) | MessageTemplate.body.contains(text),
    order="name",
)


@blueprint.list("/message-templates", TEMPLATES)
@needs("clients.write")
def list_templates() -> Response:
    """Lists templates by name; `channel=` finds those of one channel, an empty channel is of all."""
    return listing(TEMPLATES)


@blueprint.post("/message-templates", TEMPLATES, TemplateSchema)
@needs("messages.templates")
def add_template(values: dict[str, Any]) -> Response:
    """Makes a template; the fields in braces must lead somewhere."""
    return answer(TEMPLATES, save_template(crm(), None, values), 201)


@blueprint.get(f"/message-templates/<{ID}:template_id>", TEMPLATES)
@needs("clients.write")
def get_one_template(template_id: int) -> Response:
    """Shows a template."""
    return answer(TEMPLATES, get_template(template_id))


@blueprint.change(f"/message-templates/<{ID}:template_id>", TEMPLATES)
@needs("messages.templates")
def patch_template(values: dict[str, Any], template_id: int) -> Response:
    """Changes a template; what was written by it stays."""
    template = get_template(template_id)
    with guard(TEMPLATES, template):
        template = save_template(crm(), template, values)
    return answer(TEMPLATES, template)


@blueprint.delete(f"/message-templates/<{ID}:template_id>")
@needs("messages.templates")
def remove_template(template_id: int) -> Response:
    """Deletes a template; what was written by it stays."""
    template = get_template(template_id)
    with guard(TEMPLATES, template):
        delete_template(crm(), template)
    return gone()
