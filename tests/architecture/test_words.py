"""What somebody typed is shown as it was typed: only words of ours are translated, and these stand in the code."""

import ast
import re

from tests.architecture.source import files, text

CALLS = ("_", "gettext", "lazy", "LazyText")
# Words of ours that are kept as data: titles of plugins, names of standard roles, messages of a library.
OURS = {
    "core/i18n.py": {"self.message"},
    "core/users/models.py": {"self.name"},
    "core/users/roles_pages.py": {"plugin.title"},
    "core/web/measured.py": {"crm.manifests[plugin].title"},
    "core/web/search.py": {"plugin.title"},
    "core/web/sentences.py": {"words.message"},
    "core/web/templates/admin/plugin.html": {"plugin.title", "plugin.summary"},
    "core/web/templates/admin/plugin_parts.html": {"name"},
    "core/web/templates/admin/plugins.html": {"plugin.title", "plugin.summary"},
}
IN_TEMPLATE = re.compile(r"(?<![\w.])_\(\s*([A-Za-z][\w.\[\]]*)")


def translated_in_code(source: str) -> set[str]:
    """Returns what is translated without being written there as a text."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args)
    named = (node for node in calls if isinstance(node.func, ast.Name) and node.func.id in CALLS)
    return {ast.unparse(node.args[0]) for node in named if not isinstance(node.args[0], ast.Constant)}


def translated_in_template(source: str) -> set[str]:
    return set(IN_TEMPLATE.findall(source))


def test_names_that_were_typed_are_not_translated():
    read = {".py": translated_in_code, ".html": translated_in_template}
    found = {path: read[suffix](text(path)) for suffix in read for path in files("core", "plugins", suffixes=(suffix,))}
    assert {path: names - OURS.get(path, set()) for path, names in found.items() if names - OURS.get(path, set())} == {}


def test_a_translated_name_would_be_found():
    assert translated_in_code('_("Stage"); _(stage.name); lazy(name)') == {"stage.name", "name"}
    assert translated_in_template('{{ _("Stage") }} {{ _(stage.name) or label }} {{ t_(x) }}') == {"stage.name"}
