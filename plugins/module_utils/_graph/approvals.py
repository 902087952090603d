# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multi-admin approval on the wire: the headers that ask for it, and the answers that speak of it. Pure.

A tenant can require that a second administrator approves a write. Its answers differ in status (400, 403, 409, 412 are
on record), so a header and the words of the answer decide.
"""

from __future__ import annotations

import base64
import re
import typing as t

from .._errors import Approval, ApprovalKind
from .._ids import is_guid

JUSTIFICATION_HEADER = "x-msft-approval-justification"
CODE_HEADER = "x-msft-approval-code"

_FORBIDDEN = 403
_REQUIRED_CODE = "approvalrequired"
# Quotes of JSON text inside of JSON text may be escaped.
_WANTED = re.compile(r"x-msft-approval-justification\S{0,8} is required", re.IGNORECASE)
_OPEN = re.compile(r"an active approval request already exists", re.IGNORECASE)
_FILED = re.compile(r"approval required\. request approval", re.IGNORECASE)
_CODE = re.compile(r"x-msft-approval-code\S{0,8}:\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)

Headers = t.Mapping[str, str]


def asking(reason: str) -> dict[str, str]:
    """Return the header by which a write asks for approval where the tenant wants it."""
    return {JUSTIFICATION_HEADER: base64.b64encode(reason.encode()).decode("ascii")}


def approved(code: str) -> dict[str, str]:
    """Return the header by which a write refers to the request that was approved."""
    return {CODE_HEADER: code}


def is_filed(told: Headers, sent: Headers) -> bool:
    """Tell whether an answer of any status says that a request was filed: one that has a code of its own."""
    return bool(told.get(CODE_HEADER)) and CODE_HEADER not in sent


def approval_in(status: int, code: str | None, texts: t.Iterable[str], told: Headers, sent: Headers) -> Approval | None:
    """Return what the answer to a write says about approval, None where it says nothing.

    ``code`` and ``texts`` are what its body says, ``told`` the headers of the answer, ``sent`` those of the call.
    """
    text = "\n".join(texts)
    if is_filed(told, sent) or _FILED.search(text):
        return Approval(ApprovalKind.FILED, _code_in(told.get(CODE_HEADER), text))
    if _OPEN.search(text):
        return Approval(ApprovalKind.OPEN, asked=JUSTIFICATION_HEADER in sent)
    if _WANTED.search(text):
        return Approval(ApprovalKind.WANTED)
    if CODE_HEADER in sent and status == _FORBIDDEN:
        return Approval(ApprovalKind.REFUSED, sent[CODE_HEADER])
    if (code or "").lower() == _REQUIRED_CODE:
        return Approval(ApprovalKind.FILED if JUSTIFICATION_HEADER in sent else ApprovalKind.WANTED)
    return None


def _code_in(header: str | None, text: str) -> str | None:
    """Return the code of a request; what is not a GUID is of no use to anybody."""
    found = _CODE.search(text)
    candidates = (str(header or "").strip(), found[1] if found else "")
    return next((candidate.lower() for candidate in candidates if is_guid(candidate)), None)
