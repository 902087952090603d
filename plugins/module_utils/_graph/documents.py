# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every surface reads from JSON answers in the same way, and the paths of its policies."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._errors import Failure, UserError
from .._ids import unfit_for_path
from .errors import NotGraphError
from .messages import Answer

Document = dict[str, t.Any]


def path_of(collection: str, policy_id: str | None, *parts: str) -> str:
    """Return the path of a policy, or of something below it. Raises UserError for what cannot be an id."""
    unfit = unfit_for_path(str(policy_id))
    if unfit:
        step = "Give an id as office_client_config_info shows it"
        raise UserError(f"policy {policy_id}", "use its id", f"an id {unfit}", step)
    return "/".join((collection, quote(str(policy_id), safe=""), *parts))


def json_object(item: t.Any, what: str = "an entry of the answer") -> Document:
    """Return an object of an answer. Raises NotGraphError when it is something else."""
    if not isinstance(item, dict):
        raise broken(f"{what} is {type(item).__name__}, not an object")
    return item


def document_of(answer: Answer) -> Document:
    """Return the object that an answer is. Raises NotGraphError when it is something else."""
    return json_object(answer.json())


def new_collection(answer: Answer) -> list[t.Any] | None:
    """Return the collection that an action's answer shows as it is now, None where it shows none."""
    document = None if answer.is_empty else answer.json()
    told = document.get("value") if isinstance(document, dict) else None
    return told if isinstance(told, list) else None


def broken(cause: str) -> NotGraphError:
    """Return the error of an answer whose JSON is not what Graph documents."""
    return NotGraphError(Failure(cause, method="GET"))
