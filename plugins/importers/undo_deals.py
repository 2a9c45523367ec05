"""Takes back imported deals and stage history."""

from .undoing import Undoing


def delete_deals(undoing: Undoing) -> None:
    """Deletes the deals that the import made."""


def restore_deals(undoing: Undoing) -> None:
    """Puts deals back as they were."""
