"""What the user gave stays: the libraries on which Hinka stands, however quick or new another one may be."""

import tomllib

import pytest

from tests.architecture.source import files, imports, text, tree

GIVEN = ("pluggy", "flask", "peewee", "marshmallow", "weasyprint")


@pytest.mark.parametrize("library", GIVEN)
def test_a_given_library_is_required_and_used(library):
    required = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    assert any(one.startswith(library) for one in required)
    used = {name.partition(".")[0] for path in files("core", "plugins") for name, _line in imports(tree(path))}
    assert library in used
