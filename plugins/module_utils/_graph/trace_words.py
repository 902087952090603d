# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of requests and answers is Graph's own, the same in every tenant: a trace shows it, and nothing else.

Each surface has such a table of its own. What no table names may be the tenant's.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


def _no_fact(_text: str) -> bool:
    return False


@dataclass(frozen=True)
class TraceWords:
    """``segments`` are names in paths, ``members`` names of JSON members, ``values`` the words that a member (or a
    parameter of a function) may have, in lower case. ``payloads`` are members, and ends of paths, that hold JSON of the
    user's own; ``payload_members`` is what is Microsoft's in there. ``is_fact`` tells texts that are Microsoft's
    wherever they stand.
    """

    segments: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    values: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    payloads: frozenset[str] = frozenset()
    payload_members: frozenset[str] = frozenset()
    is_fact: t.Callable[[str], bool] = _no_fact

    def __or__(self, other: TraceWords) -> TraceWords:
        names = self.values.keys() | other.values.keys()
        none: frozenset[str] = frozenset()
        return TraceWords(
            self.segments | other.segments,
            self.members | other.members,
            {name: self.values.get(name, none) | other.values.get(name, none) for name in names},
            self.payloads | other.payloads,
            self.payload_members | other.payload_members,
            lambda text: self.is_fact(text) or other.is_fact(text),
        )


def words(text: str) -> frozenset[str]:
    """Return the words of a text, which blanks part."""
    return frozenset(text.split())


# Microsoft Graph pages "JSON batching", "group", "directoryObject: getByIds" and "error responses".
GRAPH_WORDS = TraceWords(
    segments=words(
        "beta v1.0 $batch $metadata $entity $value groups directoryObjects getByIds "
        # Of the login service (OpenID Connect Discovery, section 4) and of managed identities.
        "oauth2 v2.0 token .well-known openid-configuration discovery keys metadata identity msi"
    ),
    members=words(
        "requests responses id method url headers body dependsOn status value error code message innerError innererror "
        "details target date request-id client-request-id ids types displayName description deletedDateTime "
        "createdDateTime groupTypes mail mailEnabled mailNickname membershipRule securityEnabled visibility "
        "@odata.type @odata.context @odata.nextLink @odata.count"
    ),
    values={
        "method": words("get post put patch delete"),
        "types": words("group user directoryobject"),
        "groupTypes": words("unified dynamicmembership"),
        "visibility": words("public private hiddenmembership"),
    },
)
