"""Asks an API what its description allows, and what it forbids, and holds the answers against the description."""

from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
QUICKLY = settings(
    max_examples=3, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def conform(operations: Iterable[Any], mode: GenerationMode, headers: dict[str, str]) -> None:
    """Asks each operation a few times; fails at an answer of ours that its description does not know."""
    for operation in operations:

        @QUICKLY
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        ask()
