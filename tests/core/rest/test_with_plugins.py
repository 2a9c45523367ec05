"""The API with all plugins of the house: their paths are described, guarded and refused like the core's."""

import pytest

from tests.core.rest import test_description, test_guards
from tests.core.rest.test_description import description  # noqa: F401 - a fixture

test_every_path_refuses_who_has_no_token = test_guards.test_every_path_refuses_who_has_no_token
test_reader_changes_nothing = test_guards.test_reader_changes_nothing
test_description_names_every_path = test_description.test_description_is_openapi_3_1_and_names_every_path
test_every_operation_has_a_name = test_description.test_every_operation_has_a_name_a_summary_and_failures


@pytest.fixture
def enabled_plugins():
    return ("importers", "reports")
