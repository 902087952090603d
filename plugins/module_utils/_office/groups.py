# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra groups: from a display name to the one group that has it, from an id to a group that exists."""

from __future__ import annotations

import typing as t

from .._graph.client import GraphClient
from .._graph.errors import Failure, GraphError, NotGraphError, UserError
from .explain import explained, is_absent

# Group reads are served by the released version, whatever version serves officeConfiguration.
_VERSION = "v1.0"
_PERMISSION = "GroupMember.Read.All"


class GroupDirectory:
    """Looks groups up in Entra; each name or id is asked for once."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._by_name: dict[str, str] = {}
        self._known: set[str] = set()
        self.warnings: list[str] = []

    def id_of(self, name: str) -> str:
        """Return the id (lower-case GUID) of the one group with this display name.

        Graph's ``eq`` ignores case, so the hits are checked to the letter. Raises UserError for none or several.
        """
        if name not in self._by_name:
            self._by_name[name] = self._look_up(name)
        return self._by_name[name]

    def check(self, group_id: str) -> None:
        """Raise UserError when no group has this id.

        Where the app may not read groups, the id is taken as given and a warning is kept: assigning by id needs no
        directory permission (Graph page "permissions reference").
        """
        if group_id in self._known:
            return
        subject = f"group {group_id}"
        with explained(subject, "look it up", _PERMISSION):
            try:
                self._client.get(f"/groups/{group_id}", _VERSION, {"$select": "id,displayName"})
            except GraphError as error:
                if error.status == 403 and not isinstance(error, NotGraphError):
                    self._known.add(group_id)
                    self.warnings.append(
                        f"{subject} was not looked up before use, since the app lacks the permission {_PERMISSION}"
                    )
                    return
                if is_absent(error):
                    raise UserError(
                        subject,
                        "assign it",
                        "the directory holds no group with this id",
                        "Check the id; a new group may take a minute to be seen",
                        error.failure,
                    ) from error
                raise
        self._known.add(group_id)

    def _look_up(self, name: str) -> str:
        subject = f"group '{name}'"
        quoted = name.replace("'", "''")
        with explained(subject, "look it up", _PERMISSION):
            query = {"$filter": f"displayName eq '{quoted}'", "$select": "id,displayName"}
            found: list[dict[str, t.Any]] = self._client.pages("/groups", _VERSION, query)
            if not all(isinstance(group, dict) and group.get("id") for group in found):
                raise NotGraphError(Failure("a group in the answer has no id", method="GET"))
        ids = [str(group["id"]).lower() for group in found if group.get("displayName") == name]
        if len(ids) == 1:
            self._known.add(ids[0])
            return ids[0]
        if ids:
            raise UserError(
                subject,
                "resolve the name",
                f"{len(ids)} groups have it (ids {', '.join(sorted(ids))})",
                "Give the id of the one you mean",
            )
        near = sorted(str(group.get("displayName")) for group in found)
        hint = f"no group has exactly this name, but '{near[0]}' differs in case only" if near else "no group has it"
        raise UserError(subject, "resolve the name", hint, "Check the spelling, or give the group's id")
