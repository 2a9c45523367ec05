"""Which moments are taken at all, whoever sends them."""

from datetime import datetime

from marshmallow import ValidationError

from core.i18n import _


def check_moment(moment: datetime | None) -> None:
    """Raises ValidationError for a moment that no calendar of ours shows."""
    if moment is not None and not 1900 <= moment.year <= 2200:
        raise ValidationError(_("Give a moment between the years 1900 and 2200."))
