# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fingerprint of the live state a plan was made from, and what moved since. Pure.

It is a text: a prefix, and for each policy the plan touches a digest of its id and one of each of its aspects. So two
of them tell not only that the tenant moved but where; the texts of the policies cannot be read from it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import typing as t

from .._graph.errors import UserError
from .._office.payload import Opaque
from .._office.policy import PAYLOAD_FIELDS, Assignment, Policy
from .._office.unset import UNSET
from .compare import flatten, is_keyed

_PREFIX = "m365.apps-1:"
# Bytes of a digest. Short, since the text travels through variables: 35 characters a policy.
_ID_DIGEST = 5
_ASPECT_DIGEST = 3
_ASPECTS = ("display_name", "description", "kind", "priority", *PAYLOAD_FIELDS.values(), "groups")
_ENTRY = _ID_DIGEST + _ASPECT_DIGEST * len(_ASPECTS)


def fingerprint(touched: t.Iterable[Policy]) -> str:
    """Return the fingerprint of these live policies; their order means nothing."""
    entries = sorted(_id_digest(policy) + b"".join(_aspects(policy)) for policy in touched)
    return _PREFIX + base64.urlsafe_b64encode(b"".join(entries)).decode("ascii")


def refuse_moved(expected: str, touched: t.Sequence[Policy], live: t.Sequence[Policy]) -> None:
    """Refuse when the state differs from the one a plan was made from. Raises UserError that says what moved."""
    before = _read(expected)
    moved = []
    for policy in touched:
        then = before.pop(_id_digest(policy), None)
        if then is None:
            moved.append(f"{policy.named()} is new to the plan")
            continue
        changed = [name for name, one, other in zip(_ASPECTS, then, _aspects(policy), strict=True) if one != other]
        if changed:
            moved.append(f"{policy.named()} has another {' and '.join(changed)}")
    names = {_id_digest(policy): policy.named() for policy in live}
    moved += [f"{names[key]} is no longer part of it" for key in before if key in names]
    gone = sum(key not in names for key in before)
    if gone:
        moved.append(f"{gone} of its policies {'is' if gone == 1 else 'are'} gone")
    if moved:
        shown = "; ".join(moved[:10]) + (f"; and {len(moved) - 10} more" if len(moved) > 10 else "")
        raise UserError(
            "the plan",
            "apply it",
            f"the tenant has moved since it was made: {shown}",
            "Plan again and look at what changed",
        )


def _read(text: str) -> dict[bytes, tuple[bytes, ...]]:
    try:
        data = base64.b64decode(text.removeprefix(_PREFIX), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b"?"
    if not text.startswith(_PREFIX) or len(data) % _ENTRY:
        raise UserError(
            "expect_fingerprint",
            "use it",
            "it is not a fingerprint of this version",
            "Take plan.fingerprint of a check run",
        )
    entries = (data[start : start + _ENTRY] for start in range(0, len(data), _ENTRY))
    return {entry[:_ID_DIGEST]: _split(entry[_ID_DIGEST:]) for entry in entries}


def _split(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[start : start + _ASPECT_DIGEST] for start in range(0, len(data), _ASPECT_DIGEST))


def _aspects(policy: Policy) -> tuple[bytes, ...]:
    values: list[t.Any] = [policy.display_name, policy.description, policy.odata_type, policy.priority]
    values += [_payload(getattr(policy, field)) for field in PAYLOAD_FIELDS.values()]
    values.append(_groups(policy.assignments))
    return tuple(_digest(repr(value), _ASPECT_DIGEST) for value in values)


def _payload(payload: t.Any) -> t.Any:
    """Return a value that is the same for payloads of the same meaning."""
    if payload is UNSET:
        return "unread"
    if isinstance(payload, Opaque) or not payload:
        return payload or ()
    members = payload if is_keyed(payload) else [payload]
    try:
        texts = sorted(json.dumps(member, sort_keys=True) for member in members)
    except RecursionError:
        texts = ["["]
    # A list further in may be keyed too, so that the text is not the only one with this meaning: go leaf by leaf.
    if any("[" in text for text in texts):
        return sorted((repr(path), repr(value)) for path, value in flatten(payload).items())
    return type(payload).__name__, texts


def _groups(assignments: t.Any) -> t.Any:
    if assignments is UNSET:
        return "unread"
    return sorted(assignment.key for assignment in t.cast(tuple[Assignment, ...], assignments))


def _id_digest(policy: Policy) -> bytes:
    return _digest(str(policy.id), _ID_DIGEST)


def _digest(text: str, size: int) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:size]
