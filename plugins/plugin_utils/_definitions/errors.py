# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with definition files, as sentences that name the file."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import plain
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

# Problems that the text of one error shows; the rest is counted.
_MOST_SHOWN = 20


class DefinitionsError(PoliciesError):
    """Definition files that cannot be used. ``problems`` are what is wrong, a text each; the error's own text is of
    the first ones. ``readable`` are policies of these files that lint can look at all the same: those of other items,
    and those whose misspelled options are taken as they are probably meant.
    """

    readable: tuple[dict[str, t.Any], ...] = ()

    def __init__(self, *problems: str) -> None:
        more = len(problems) - _MOST_SHOWN
        counted = [f"There {'is' if more == 1 else 'are'} {more} more of this kind."] if more > 0 else []
        super().__init__(" ".join([*problems[:_MOST_SHOWN], *counted]))
        self.problems = problems


def problem(name: str, cause: str, next_step: str) -> DefinitionsError:
    """Return the error of one file, or of one place in it. ``name`` and ``cause`` may hold any text."""
    name, cause = plain(name, 600), plain(cause.rstrip(". "), 900)
    return DefinitionsError(f"definitions {name}: cannot read it: {cause}. {next_step}.")


def together(errors: t.Sequence[DefinitionsError]) -> DefinitionsError:
    """Return several errors as one."""
    found = DefinitionsError(*(text for error in errors for text in error.problems))
    found.readable = tuple(policy for error in errors for policy in error.readable)
    return found
