"""The one door for plugins: everything that a plugin needs from the core it imports from here.

Grouped by what one does with it; what is not here may change without notice.
"""

# Errors: each carries one sentence for the user.
from core.errors import (
    Conflict,
    CRMError,
    InvalidInput,
    NotAllowed,
    NotFound,
    PluginRefused,
    ProviderError,
)

# Contributions: what hooks return, and the mark of a hook implementation.
from core.hooks.contributions import (
    JobKind,
    MenuItem,
    Panel,
    Permission,
    Rate,
    RecordChange,
    RestRoutes,
    Routes,
    SettingsGroup,
)
from core.hooks.dispatch import marker as hook

# Words: translation, and how numbers, money and dates are written for the reader.
from core.i18n import (
    LANGUAGE_NAMES,
    format_date,
    format_moment,
    format_money,
    format_number,
    format_percent,
    gettext,
    language,
    lazy,
    ngettext,
    speaking,
)
from core.jobs import Job, Progress
from core.runtime import CRM

# Access: every query passes `visible_to`.
from core.users.access import require, visible_to
from core.users.models import Role, Team, User
from core.users.services import create_user, find_user, get_user

__all__ = [name for name in dir() if not name.startswith("_")]
