# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings that Microsoft removed since the catalog was made: known when Graph refuses a write that holds them.

Graph is not asked for definitions that the catalog knows before a write, since that would cost calls as long as they
are there. After a refusal it is, so that all that are gone are named.
"""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._policy.writes import Create, PolicyWrite, Result, Update
from .fields import SETTINGS
from .keys import name_of
from .known import KnownDefinitions
from .problems import listed
from .settings import Settings

_REFUSED = 400
_STEP = "Take them out of settings; this write changed nothing"


def with_removed(writes: t.Sequence[PolicyWrite], results: t.Sequence[Result], known: KnownDefinitions) -> list[Result]:
    """Return the results; those of refused writes name the settings that the tenant does not know any more."""
    held = {place: _settings_of(write) for place, write in enumerate(writes) if _is_refused(results[place])}
    wanted = list(dict.fromkeys(setting.id for settings in held.values() for setting in settings.values()))
    missing = known.missing(wanted) if wanted else frozenset()
    told = list(results)
    for place, settings in held.items():
        gone = [setting.id for setting in settings.values() if setting.id.lower() in missing]
        if gone:
            told[place] = Result(error=_error(writes[place], t.cast(UserError, results[place].error), gone, known))
    return told


def _error(write: PolicyWrite, error: UserError, gone: t.Sequence[str], known: KnownDefinitions) -> UserError:
    policy = write.draft if isinstance(write, Create) else t.cast(Update, write).policy
    names = listed((name_of(each, known.catalog) for each in gone), most=8)
    which = f"the setting {names}" if len(gone) == 1 else f"the settings {names}"
    cause = f"this tenant's Graph does not know {which}, so Microsoft removed or renamed what the catalog in hand has"
    action = "create it" if isinstance(write, Create) else "update it"
    return error.saying(str(UserError(policy.named(), action, cause, _STEP)))


def _is_refused(result: Result) -> bool:
    """Tell whether Graph may have refused what a write holds, and not that nobody approved it, or that it is gone."""
    error = result.error
    if error is None or error.details is None or error.approval is not None or error.absent:
        return False
    return error.details.status == _REFUSED


def _settings_of(write: PolicyWrite) -> Settings:
    """Return the settings that a write sends; an update of a policy's metadata sends none."""
    if isinstance(write, Create):
        return t.cast(Settings, write.draft.value(SETTINGS) or Settings())
    return t.cast(Settings, write.fields.get(SETTINGS, Settings())) if isinstance(write, Update) else Settings()
