# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with definition files, as sentences that name the file."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import plain
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

# Sentences that one error shows; the rest is counted.
_MOST_SHOWN = 10


class DefinitionsError(PoliciesError):
    """Definition files that cannot be used; the text holds one sentence for each problem."""


def problem(name: str, cause: str, next_step: str) -> DefinitionsError:
    """Return the error of one file, or of one place in it. ``name`` and ``cause`` may hold any text."""
    name, cause = plain(name, 600), plain(cause.rstrip(". "), 900)
    return DefinitionsError(f"definitions {name}: cannot read it: {cause}. {next_step}.")


def together(errors: t.Sequence[DefinitionsError]) -> DefinitionsError:
    """Return several errors as one."""
    shown = " ".join(str(error) for error in errors[:_MOST_SHOWN])
    more = len(errors) - _MOST_SHOWN
    return DefinitionsError(shown if more <= 0 else f"{shown} There are {more} more errors of this kind.")
