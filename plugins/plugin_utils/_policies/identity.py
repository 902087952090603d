# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policy is meant, by the rule of the modules: its id in any case, else its display name compared exactly. Pure.

Everything on the controller that compares policies (backup, restore, gate, findings, reports) asks here.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._ids import id_key
from ansible_collections.m365.apps.plugins.module_utils._policy import identity as rule

Document = t.Mapping[str, t.Any]


class Identity(t.NamedTuple):
    """What tells policies apart: ``by`` is "id" or "name", ``key`` the id in one case or the name as it is."""

    by: str
    key: str


def identity(document: Document) -> Identity | None:
    """Return the identity of a definition or a config: its id decides, its name counts where it has none.

    Values of any type are compared as the text that the modules make of them. None where it has neither.
    """
    if document.get("id") not in (None, ""):
        return Identity("id", id_key(document["id"]))
    if document.get("display_name") not in (None, ""):
        return Identity("name", str(document["display_name"]))
    return None


class PolicyIndex:
    """Policies that are found by their identity, in the order in which they were given."""

    def __init__(self, documents: t.Iterable[Document]) -> None:
        self._by_id: dict[str, list[Document]] = {}
        self._by_name: dict[str, list[Document]] = {}
        for document in documents:
            if document.get("id") not in (None, ""):
                self._by_id.setdefault(id_key(document["id"]), []).append(document)
            self._by_name.setdefault(str(document.get("display_name") or ""), []).append(document)

    def with_id(self, policy_id: t.Any) -> list[Document]:
        """Return the policies with this id, whatever its case."""
        return self._by_id.get(id_key(policy_id), [])

    def named(self, name: t.Any) -> list[Document]:
        """Return the policies with exactly this display name."""
        return self._by_name.get(str(name), [])

    def find(self, document: Document) -> list[Document]:
        """Return the policies that a document means: by its id where it has one, else by its name."""
        wanted = identity(document)
        if wanted is None:
            return []
        return self.with_id(wanted.key) if wanted.by == "id" else self.named(wanted.key)


def chosen_by(names: t.Iterable[t.Any]) -> t.Callable[[Document], bool]:
    """Return what tells of a policy whether any of these names or ids is its own."""
    is_own = rule.chosen_by(names)
    return lambda document: is_own(document.get("display_name"), document.get("id"))
