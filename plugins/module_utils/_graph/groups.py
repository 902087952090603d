# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra groups: from a display name to the one group that has it, from an id to a group that exists."""

from __future__ import annotations

import contextlib
import typing as t
from urllib.parse import quote, urlencode

from .._errors import Failure, UserError
from .._ids import NamedId, is_guid, unfit_for_path
from .client import GraphClient
from .documents import Document
from .errors import GraphError, NotGraphError
from .explain import explained, is_missing
from .first_page import first_page_of
from .messages import Answer, Call

# Group reads are served by the released version, whatever version serves officeConfiguration.
_VERSION = "v1.0"
PERMISSION = "GroupMember.Read.All"
_FIELDS = "id,displayName"
# Groups that a warning names.
_SHOWN = 5


class GroupDirectory:
    """Looks groups up in Entra; each name or id is asked for once."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._by_name: dict[str, str | UserError] = {}
        self._by_id: dict[str, UserError | None] = {}
        self._names: dict[str, str] = {}
        # Those that could not be looked up for want of a permission.
        self._unseen: set[str] = set()
        self._gone: set[str] = set()
        self._unread: list[str] = []
        self._unnamed: list[str] = []

    @property
    def warnings(self) -> list[str]:
        """Sentences on the groups that could not be looked up since the app may not read groups, if there are any."""
        if not self._unread:
            return list(self._unnamed)
        more = f" and {len(self._unread) - _SHOWN} more" if len(self._unread) > _SHOWN else ""
        shown = f"{', '.join(self._unread[:_SHOWN])}{more}"
        who = f"group {shown} was" if len(self._unread) == 1 else f"groups {shown} were"
        used = f"{who} not looked up before use, since the app lacks the permission {PERMISSION}"
        return [used, *self._unnamed]

    def look_up(self, names: t.Iterable[str], ids: t.Iterable[str] = ()) -> None:
        """Ask for all these names and ids at once; id_of and check then answer from memory. Raises nothing."""
        new_names = [name for name in dict.fromkeys(names) if name not in self._by_name]
        new_ids = [group_id for group_id in dict.fromkeys(ids) if group_id not in self._by_id]
        if not new_names and not new_ids:
            return
        unfit = {group_id: error for group_id in new_ids if (error := _unfit(group_id)) is not None}
        self._by_id.update(unfit)
        new_ids = [group_id for group_id in new_ids if group_id not in unfit]
        calls = [_by_name(name) for name in new_names] + [_by_id(group_id) for group_id in new_ids]
        answers = list(self._client.many(calls))
        for name, answer in zip(new_names, answers, strict=False):
            self._by_name[name] = self._named(name, answer)
        for group_id, answer in zip(new_ids, answers[len(new_names) :], strict=True):
            self._by_id[group_id] = self._known(group_id, answer)

    def id_of(self, name: str) -> str:
        """Return the id (lower-case GUID) of the one group with this display name.

        Graph's ``eq`` ignores case, so the hits are checked to the letter. Raises UserError for none or several.
        """
        self.look_up([name])
        found = self._by_name[name]
        if isinstance(found, UserError):
            raise found
        return found

    def check(self, group_id: str) -> None:
        """Raise UserError when no group has this id.

        Where the app may not read groups, the id is taken as given and a warning is kept: assigning by id needs no
        directory permission (Graph page "permissions reference").
        """
        self.look_up([], [group_id])
        error = self._by_id[group_id]
        if error is not None:
            raise error
        self._use(group_id)

    def name_of(self, group_id: str) -> str | None:
        """Return the display name of a group that was looked up, None where it is not known: nothing hangs on it."""
        return self._names.get(group_id)

    def is_gone(self, group_id: str) -> bool:
        """Tell whether the directory has no group with this id; one that may not be read counts as there.

        Raises UserError where it cannot be read for another reason.
        """
        self.look_up([], [group_id])
        error = self._by_id[group_id]
        if error is not None and group_id not in self._gone:
            raise error
        self._use(group_id)
        return group_id in self._gone

    def _use(self, group_id: str) -> None:
        """Keep in mind that a group is used, for the warning where it could not be looked up."""
        if group_id in self._unseen:
            self._unseen.discard(group_id)
            self._unread.append(group_id)

    def names(self, ids: t.Iterable[str]) -> dict[str, str | None]:
        """Return the display name of each group, None for one that is not there any more. Raises UserError.

        Nothing hangs on a name, so where the app may not read groups they are None, too, and a warning is kept.
        """
        wanted = sorted(set(ids))
        for group_id in wanted:
            unfit = _unfit(group_id)
            if unfit is not None:
                raise unfit
        answers = self._client.many([_by_id(group_id) for group_id in wanted])
        pairs = list(zip(wanted, answers, strict=True))
        unread = [group_id for group_id, answer in pairs if _is_forbidden(answer)]
        if unread:
            count = f"{len(unread)} group{'s' if len(unread) > 1 else ''}"
            self._unnamed.append(f"the names of {count} are left out, since the app lacks the permission {PERMISSION}")
        return {group_id: None if group_id in unread else _name_in(group_id, answer) for group_id, answer in pairs}

    def _known(self, group_id: str, answer: Answer | GraphError) -> UserError | None:
        """Return why a group cannot be assigned, None when it can."""
        subject = _subject(group_id)
        if isinstance(answer, Answer):
            with contextlib.suppress(UserError):
                self._names |= {group_id: name} if (name := _name_in(group_id, answer)) is not None else {}
            return None
        if _is_forbidden(answer):
            self._unseen.add(group_id)
            return None
        if is_missing(answer):
            self._gone.add(group_id)
            cause, step = "the directory holds no group with this id", "Check the id; a new group may take a minute"
            return UserError(subject, "assign it", cause, step, answer.failure, absent=True)
        return _error(subject, answer)

    def _named(self, name: str, answer: Answer | GraphError) -> str | UserError:
        """Return the id of the one group with this name, or why there is none."""
        subject = f"group '{name}'"
        try:
            if not isinstance(answer, Answer):
                raise answer
            found: list[dict[str, t.Any]] = self._client.all_items(answer)
            if not all(isinstance(group, dict) and is_guid(str(group.get("id"))) for group in found):
                raise NotGraphError(Failure("a group in the answer has no id that is a GUID", method="GET"))
        except GraphError as error:
            return _error(subject, error)
        # Each once: pages overlap where groups move in between.
        ids = list(dict.fromkeys(str(group["id"]).lower() for group in found if group.get("displayName") == name))
        if len(ids) == 1:
            self._by_id[ids[0]] = None
            self._names[ids[0]] = name
            return ids[0]
        if ids:
            cause = f"{len(ids)} groups have it (ids {', '.join(sorted(ids))})"
            return UserError(subject, "resolve the name", cause, "Give the id of the one you mean")
        near = sorted(str(group.get("displayName")) for group in found)
        cause = f"no group has exactly this name, but '{near[0]}' differs in case only" if near else "no group has it"
        return UserError(subject, "resolve the name", cause, "Check the spelling, or give the group's id")


def _named_of(documents: list[Document], _more: bool) -> bool:
    return all(isinstance(document.get("displayName"), str) for document in documents)


# The read that tells whether groups come with their names, as far as there are any.
A_GROUP = first_page_of(
    Call("GET", f"/groups?$top=1&$select={_FIELDS}", _VERSION), "the list of groups", PERMISSION, _named_of
)


def _by_name(name: str) -> Call:
    quoted = name.replace("'", "''")
    query = urlencode({"$filter": f"displayName eq '{quoted}'", "$select": _FIELDS}, quote_via=quote, safe="$,")
    return Call("GET", f"/groups?{query}", _VERSION)


def _unfit(group_id: str) -> UserError | None:
    """Return why there can be no group with this id, None when there can."""
    cause = unfit_for_path(group_id)
    if not cause:
        return None
    step = "Remove the assignment that has it"
    return UserError(_subject(group_id), "look it up", f"the id of a group {cause}", step)


def _subject(group_id: str) -> str:
    """Return how messages name a group that is asked for by its id."""
    return f"group '{group_id.display_name}' (id {group_id})" if isinstance(group_id, NamedId) else f"group {group_id}"


def _by_id(group_id: str) -> Call:
    return Call("GET", f"/groups/{quote(group_id, safe='')}?$select={_FIELDS}", _VERSION)


def _name_in(group_id: str, answer: Answer | GraphError) -> str | None:
    """Return the name in the answer to a look-up by id, None where there is no such group. Raises UserError."""
    try:
        if not isinstance(answer, Answer):
            raise answer
        group = answer.json()
        if not isinstance(group, dict) or not isinstance(group.get("displayName"), str):
            raise NotGraphError(Failure("the answer holds no group with a displayName", method="GET"))
    except GraphError as error:
        if is_missing(error):
            return None
        raise _error(f"group {group_id}", error) from error
    return str(group["displayName"])


def _is_forbidden(answer: Answer | GraphError) -> bool:
    """Tell whether Graph itself refuses the look-up for want of a permission."""
    return not isinstance(answer, (Answer, NotGraphError)) and answer.status == 403


def _error(subject: str, error: GraphError) -> UserError:
    try:
        with explained(subject, "look it up", PERMISSION):
            raise error
    except UserError as explanation:
        return explanation
