"""REST of plugins: which there are, which run, and why others don't."""

from flask import Response, jsonify
from marshmallow import Schema, fields

from core.web.context import crm, needs
from core.web.rest import rest_blueprint

blueprint = rest_blueprint("plugins", "What this instance is extended with")
blueprints = (blueprint,)


class PluginSchema(Schema):
    """A plugin; `reason` says why one that is switched on doesn't run."""

    name = fields.String(dump_only=True)
    title = fields.String(dump_only=True)
    version = fields.String(dump_only=True)
    is_running = fields.Boolean(dump_only=True)
    reason = fields.String(dump_only=True)


@blueprint.shows("/plugins", PluginSchema, many=True)
@needs("admin.plugins")
def list_plugins() -> Response:
    """Lists the plugins that were found."""
    running = {plugin.name for plugin in crm().plugins}
    reasons = {refusal.plugin: f"{refusal.reason} {refusal.remedy}".strip() for refusal in crm().refusals}
    found = [
        {
            "name": name,
            "title": manifest.title,
            "version": manifest.version,
            "is_running": name in running,
            "reason": "" if name in running else reasons.get(name, ""),
        }
        for name, manifest in sorted(crm().manifests.items())
    ]
    return jsonify(found)
