# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be read of a tenant, as values: who asks makes them, the surface reads them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from .._errors import UserError, plain
from .fields import Field
from .policy import Policy
from .unset import UNSET


@dataclass(frozen=True)
class Part:
    """A field of a live policy that the listing does not carry, and what is asked of it, where that is known."""

    policy: Policy
    field: Field
    asked: t.Any = dataclass_field(default=UNSET, compare=False)


@dataclass(frozen=True)
class Entity:
    """A policy as the listing shows it, read alone: a Policy, or None when there is none with its id."""

    policy: Policy


Readable = t.Union[Part, Entity]

# How long the error about several policies may be, but for the count of those that it does not name.
_LONGEST = 1900
_LONGEST_NAME = 300


def unreadable(errors: t.Sequence[tuple[Policy, UserError]]) -> UserError:
    """Return one error about all policies that cannot be read: the first cause whole, and the others by their names.

    What says the same of several, since it is not about a policy, is said alone.
    """
    first, error = errors[0]
    names = [plain(policy.named(), _LONGEST_NAME) for policy, other in errors if _is_more(first, error, policy, other)]
    others = list(dict.fromkeys(names))
    if not others:
        return error
    which = "another policy" if len(others) == 1 else f"{len(others)} other policies"
    text = f"{error} Nor can {which} be read"
    told = 0
    while told < len(others) and len(text) + len(others[told]) <= _LONGEST:
        text += f"{', ' if told else ': '}{others[told]}"
        told += 1
    more = f" and {len(others) - told} more" if 0 < told < len(others) else ""
    return error.saying(f"{text}{more}.")


def _is_more(first: Policy, error: UserError, policy: Policy, other: UserError) -> bool:
    """Tell whether an error is about another policy than the first one."""
    return policy.id != first.id and str(other) != str(error)
