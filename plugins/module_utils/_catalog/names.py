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
from .explain import NAMED_BY_ID, READ_PERMISSION, RULES

Documents = t.Sequence[t.Mapping[str, t.Any]]

_PLATFORM, _MANAGEMENT = "windows10andlater", "devices"
TAGS_PERMISSION = "DeviceManagementRBAC.Read.All"
TAGS = "/deviceManagement/roleScopeTags?$select=id,displayName"
_FORBIDDEN = 403
# Intune numbers its scope tags.
_TAG_ID = re.compile("[0-9]+")


@dataclass(frozen=True)
class _Kind:
    """What is looked for: its word, the call that lists all of them, what that needs, and why one does not fit.

    ``numbered``: each tenant counts its own, so that one number is another one elsewhere.
    """

    word: str
    path: str
    permission: str
    numbered: bool
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
    False,
    _unfit_filter,
)
_TAGS = _Kind("scope tag", TAGS, TAGS_PERMISSION, True, lambda _document: "")


class Names:
    """The assignment filters and scope tags of one tenant; each list is read once, where something is named."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._known: dict[str, list[t.Mapping[str, t.Any]] | UserError] = {}

    def look_up(self, filters: bool, tags: bool) -> None:
        """Read the lists that are needed and not known yet, at once. Raises UserError.

        That this login may not list scope tags is not an error yet: their ids can be used all the same.
        """
        self._read(filters, tags, (_TAGS,))

    def look_at(self, filters: bool, tags: bool) -> list[str]:
        """Read the lists in which names stand that are only shown; return a warning for each that may not be read.

        Raises UserError where one cannot be read for another reason.
        """
        self._read(filters, tags, (_FILTERS, _TAGS))
        wanted = [kind for kind, asked in ((_FILTERS, filters), (_TAGS, tags)) if asked]
        return [
            f"the names of {kind.word}s are left out, since this login may not list them: an app needs the permission "
            f"{kind.permission}"
            for kind in wanted
            if isinstance(self._known.get(kind.word), UserError)
        ]

    def _read(self, filters: bool, tags: bool, may_be_forbidden: t.Container[_Kind]) -> None:
        missing = [
            kind for kind, wanted in ((_FILTERS, filters), (_TAGS, tags)) if wanted and kind.word not in self._known
        ]
        operations = [kind.listing(self._client) for kind in missing]
        answers = list(self._client.many([operation.call for operation in operations]))
        for kind, operation, answer in zip(missing, operations, answers, strict=True):
            result = operation.understood(answer)
            if isinstance(result, UserError) and not (kind in may_be_forbidden and _is_forbidden(answer)):
                raise result
            self._known[kind.word] = result

    def filter_names(self, ids: t.Iterable[str]) -> dict[str, str]:
        """Return the names of filters by their ids, as far as they were read; see ``_named``."""
        return self._named(_FILTERS, ids)

    def tag_names(self, ids: t.Iterable[str]) -> dict[str, str]:
        """Return the names of scope tags by their ids, as far as they were read; see ``_named``."""
        return self._named(_TAGS, ids)

    def told(self, error: UserError) -> UserError:
        """Return an error about a filter or a tag that Graph names by its id with the name, where it was read."""

        def called(found: re.Match[str]) -> str:
            key = found["id"].lower()
            name = self._named(_FILTERS, [key]).get(key) or self._named(_TAGS, [key]).get(key)
            return found[0] if name is None else f"{found['word']} '{name}' ({found['id']})"

        return error.saying(NAMED_BY_ID.sub(called, str(error)))

    def _named(self, kind: _Kind, ids: t.Iterable[str]) -> dict[str, str]:
        """Return names by ids. Others that share a name are there, too: it does not tell which one is meant."""
        known = self._known.get(kind.word, [])
        if isinstance(known, UserError):
            return {}
        called = {one["id"].lower(): one.get("displayName") for one in known}
        names = {key: name for key, name in called.items() if isinstance(name, str) and name.strip()}
        used = {names[key] for each in ids if (key := each.lower()) in names}
        return {key: names[key] for key in sorted(names) if names[key] in used}

    @property
    def tags_refused(self) -> bool:
        """Whether Graph refused the list of scope tags."""
        return isinstance(self._known.get(_TAGS.word), UserError)

    def filter_id(self, text: str, name: str | None = None) -> str | UserError:
        """Return the id of the filter that a text names, in lower case, or why there is none that fits.

        One whose id this tenant does not have is the one with the ``name`` that it had elsewhere.
        """
        self.look_up(True, False)
        return self._id_of(_FILTERS, text, name)

    def tag_id(self, text: str, name: str | None = None) -> str | UserError:
        """Return the id of the scope tag that a text names, or why there is none. ``name`` is as in ``filter_id``."""
        self.look_up(False, True)
        return self._id_of(_TAGS, text, name)

    def _id_of(self, kind: _Kind, text: str, name: str | None) -> str | UserError:
        known = self._known[kind.word]
        if isinstance(known, UserError):
            return _unlisted_tag(text, known)
        by_id = [one for one in known if one["id"].lower() == text.lower()]
        by_name = [one for one in known if one.get("displayName") == (name or text)]
        subject = f"{kind.word} '{text}'" if name in (None, text) else f"{kind.word} '{name}' (id {text})"
        other = _other_number(kind, by_id, by_name, name)
        if other:
            return UserError(subject, "tell which one is meant", other, "Correct its number or its name")
        found = by_id or by_name
        # Each once: pages overlap where something moves in between.
        ids = sorted({one["id"].lower() for one in found})
        if len(ids) > 1:
            cause = f"{len(ids)} {kind.word}s have this name (ids {', '.join(ids)})"
            return UserError(subject, "tell which one is meant", cause, "Give the id of the one you mean")
        if not ids:
            step = f"Check the spelling, or give the id of the {kind.word}"
            if name is not None:
                step = "Make one with this name, or name another one in its place"
            return _unknown(kind, subject, name or text, known, step)
        unfit = kind.unfit(found[0])
        return UserError(subject, "use it", unfit, "Choose another filter") if unfit else ids[0]


def _other_number(kind: _Kind, by_id: Documents, by_name: Documents, name: str | None) -> str:
    """Return why a number and a name that were given together are not one and the same here, "" where they may be."""
    if name is None or not kind.numbered or not by_id or not by_name:
        return ""
    here, others = by_id[0], sorted({one["id"].lower() for one in by_name})
    if here["id"].lower() in others:
        return ""
    return f"here the number {here['id']} is '{here.get('displayName')}', and '{name}' is {' and '.join(others)}"


def _unlisted_tag(text: str, error: UserError) -> str | UserError:
    """Return a tag that is given by its id, and for a name the error: this login may not list scope tags."""
    if _TAG_ID.fullmatch(text) or is_guid(text):
        return text.lower()
    cause = f"this login may not list scope tags ({error.details.message if error.details else 'Graph refused it'})"
    step = f"Give the id of the tag, or grant the app {TAGS_PERMISSION} (a user needs a role with Roles/Read)"
    return UserError(f"scope tag '{text}'", "resolve the name", cause, step, error.details)


def _unknown(kind: _Kind, subject: str, text: str, known: Documents, step: str) -> UserError:
    near = sorted(
        str(one["displayName"]) for one in known if str(one.get("displayName") or "").casefold() == text.casefold()
    )
    cause = f"this tenant has no {kind.word} with this name or id, or this login cannot see it"
    if near:
        cause = f"no {kind.word} has exactly this name, but '{near[0]}' differs in case only"
    return UserError(subject, "find it", cause, step)


def _is_forbidden(answer: Answer | GraphError) -> bool:
    return not isinstance(answer, (Answer, NotGraphError)) and answer.status == _FORBIDDEN
