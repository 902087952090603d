# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignment filters and scope tags: from what a user calls one to the id of the one that is meant."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._errors import Failure, UserError
from .._graph.client import GraphClient
from .._graph.errors import GraphError, NotGraphError
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .._ids import is_guid
from .explain import READ_PERMISSION, RULES

_PLATFORM, _MANAGEMENT = "windows10andlater", "devices"
_TAGS_PERMISSION = "DeviceManagementRBAC.Read.All"
_FORBIDDEN = 403
# Intune numbers its scope tags.
_TAG_ID = re.compile("[0-9]+")


@dataclass(frozen=True)
class _Kind:
    """What is looked for: its word, the call that lists all of them, what that needs, and why one does not fit."""

    word: str
    path: str
    permission: str
    unfit: t.Callable[[t.Mapping[str, t.Any]], str]

    def listing(self, client: GraphClient) -> Operation:
        """Return the read of all of them."""
        subject = f"the list of {self.word}s"
        return Operation(
            Call("GET", self.path),
            subject,
            "read it",
            self.permission,
            lambda answer: [self._read(item) for item in client.all_items(answer)],
            rules=RULES,
        )

    def _read(self, item: t.Any) -> t.Mapping[str, t.Any]:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str) or not item["id"]:
            raise NotGraphError(Failure(f"a {self.word} in the answer has no id", method="GET"))
        return item


def _unfit_filter(document: t.Mapping[str, t.Any]) -> str:
    """Return why a filter does not fit Office policies, "" where it does."""
    platform = str(document.get("platform") or "")
    managed = str(document.get("assignmentFilterManagementType") or "")
    if platform and platform.lower() != _PLATFORM:
        return f"it is for the platform {platform}, and these policies are for windows10AndLater"
    if managed and managed.lower() != _MANAGEMENT:
        return f"it is for managed {managed}, and these policies are for managed devices"
    return ""


_FILTERS = _Kind(
    "assignment filter",
    "/deviceManagement/assignmentFilters?$select=id,displayName,platform,assignmentFilterManagementType",
    READ_PERMISSION,
    _unfit_filter,
)
_TAGS = _Kind(
    "scope tag", "/deviceManagement/roleScopeTags?$select=id,displayName", _TAGS_PERMISSION, lambda _document: ""
)


class Names:
    """The assignment filters and scope tags of one tenant; each list is read once, where something is named."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._known: dict[str, list[t.Mapping[str, t.Any]] | UserError] = {}

    def look_up(self, filters: bool, tags: bool) -> None:
        """Read the lists that are needed and not known yet, at once. Raises UserError.

        That this login may not list scope tags is not an error yet: their ids can be used all the same.
        """
        missing = [
            kind for kind, wanted in ((_FILTERS, filters), (_TAGS, tags)) if wanted and kind.word not in self._known
        ]
        operations = [kind.listing(self._client) for kind in missing]
        answers = list(self._client.many([operation.call for operation in operations]))
        for kind, operation, answer in zip(missing, operations, answers, strict=True):
            result = operation.understood(answer)
            if isinstance(result, UserError) and not (kind is _TAGS and _is_forbidden(answer)):
                raise result
            self._known[kind.word] = result

    @property
    def tags_refused(self) -> bool:
        """Whether Graph refused the list of scope tags."""
        return isinstance(self._known.get(_TAGS.word), UserError)

    def filter_id(self, text: str) -> str | UserError:
        """Return the id of the filter that a text names, in lower case, or why there is none that fits."""
        self.look_up(True, False)
        return self._id_of(_FILTERS, text)

    def tag_id(self, text: str) -> str | UserError:
        """Return the id of the scope tag that a text names, or why there is none."""
        self.look_up(False, True)
        return self._id_of(_TAGS, text)

    def _id_of(self, kind: _Kind, text: str) -> str | UserError:
        known = self._known[kind.word]
        if isinstance(known, UserError):
            return _unlisted_tag(text, known)
        by_id = [one for one in known if one["id"].lower() == text.lower()]
        found = by_id or [one for one in known if one.get("displayName") == text]
        # Each once: pages overlap where something moves in between.
        ids = sorted({one["id"].lower() for one in found})
        subject = f"{kind.word} '{text}'"
        if len(ids) > 1:
            cause = f"{len(ids)} {kind.word}s have this name (ids {', '.join(ids)})"
            return UserError(subject, "tell which one is meant", cause, "Give the id of the one you mean")
        if not ids:
            return _unknown(kind, subject, text, known)
        unfit = kind.unfit(found[0])
        return UserError(subject, "use it", unfit, "Choose another filter") if unfit else ids[0]


def _unlisted_tag(text: str, error: UserError) -> str | UserError:
    """Return a tag that is given by its id, and for a name the error: this login may not list scope tags."""
    if _TAG_ID.fullmatch(text) or is_guid(text):
        return text.lower()
    cause = f"this login may not list scope tags ({error.details.message if error.details else 'Graph refused it'})"
    step = f"Give the id of the tag, or grant the app {_TAGS_PERMISSION} (a user needs a role with Roles/Read)"
    return UserError(f"scope tag '{text}'", "resolve the name", cause, step, error.details)


def _unknown(kind: _Kind, subject: str, text: str, known: t.Iterable[t.Mapping[str, t.Any]]) -> UserError:
    near = sorted(
        str(one["displayName"]) for one in known if str(one.get("displayName") or "").casefold() == text.casefold()
    )
    cause = f"this tenant has no {kind.word} with this name or id, or this login cannot see it"
    if near:
        cause = f"no {kind.word} has exactly this name, but '{near[0]}' differs in case only"
    return UserError(subject, "find it", cause, f"Check the spelling, or give the id of the {kind.word}")


def _is_forbidden(answer: Answer | GraphError) -> bool:
    return not isinstance(answer, (Answer, NotGraphError)) and answer.status == _FORBIDDEN
