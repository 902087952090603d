# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON of requests and answers with stand-ins: shapes, types and nulls stay, and texts only where a table has them."""

from __future__ import annotations

import base64
import binascii
import json
import re
import typing as t

from .._graph.trace_words import TraceWords, words
from .._json import bounded_json
from .sentences import Sentences
from .stand_ins import StandIns, is_few_digits
from .urls import Urls

# In the place of a text that is base64 of JSON: the JSON, so that everybody can read what is in a trace.
BASE64 = "trace:base64"
_TYPE = re.compile(r"#?(?:Collection\()?#?(?:microsoft\.[A-Za-z0-9._]{1,120}|(?:Edm\.)?[A-Z][A-Za-z0-9]{1,20})\)?")
_OWN_TYPE = re.compile(r"#?microsoft\.(?:graph|management)\.[A-Za-z0-9._]{1,120}")
_PERMISSION = re.compile(r"[A-Z][A-Za-z]{2,60}\.Read(?:Write)?(?:\.[A-Z][A-Za-z]{1,20}){0,2}")
# A member of an answer that no table has: new ones are what a trace is to tell of. Tenants have no such names.
_MEMBER = re.compile(r"[@#_]?[A-Za-z][A-Za-z_]{0,80}(?:[@.][A-Za-z_]{1,60}){0,6}")
_IDS = ("id", "roleScopeTagIds", "roleScopeTags", "dependsOn")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
# The most that an integer keeps: what Graph calls Int32, counts and numbers of settings; in payloads a few digits.
_INTEGER, _PAYLOAD_INTEGER = 2**32, 10**4
_HEADERS = "headers"
# Texts without anything in them, some of which are JSON.
_EMPTY = ("", "{}", "[]")


class Disguise:
    """Writes JSON, texts and URLs with stand-ins; ``tables`` say what is shown as it is."""

    def __init__(self, stand_ins: StandIns, tables: TraceWords) -> None:
        self.stand_ins = stand_ins
        self._tables = tables
        self.urls = Urls(tables.segments, tables.members, stand_ins, self.text)
        self.sentences = Sentences(stand_ins, self._is_ours, self.urls.of)

    def document(self, value: t.Any, asked: bool) -> t.Any:
        """Return a JSON value of a request (``asked``) or of an answer."""
        return self._walk("", value, self._asked_member if asked else self._told_member)

    def payload(self, value: t.Any) -> t.Any:
        """Return JSON that is the user's own: what it has, and what its members are called."""
        if isinstance(value, dict):
            return {self._payload_name(name): self._payload_value(name, member) for name, member in value.items()}
        return self._payload_value("", value)

    def is_payload(self, path: str) -> bool:
        """Tell whether the bytes at a path are the user's own."""
        return path.rpartition("/")[2] in self._tables.payloads

    def text(self, member: str, text: str) -> str:
        """Return what the text of a member is shown as."""
        if text in _EMPTY:
            return text
        own = self._of_graph(member, text)
        if own is not None:
            return own
        shown: str = _WAYS.get(member.lower(), _as_text)(self, text)
        return shown

    def _of_graph(self, member: str, text: str) -> str | None:
        """Return a text that is shown as it is, or as a URL; None for one that needs a stand-in."""
        if member.endswith("@odata.type") or member == "@odata.type":
            return text if _TYPE.fullmatch(text) else None
        if self._is_word(member, text) or self._tables.is_fact(text):
            return text
        if member in _IDS and is_few_digits(text):
            return text
        return self.urls.of(text) if _URL.fullmatch(text) else None

    def _is_word(self, member: str, text: str) -> bool:
        known = self._tables.values.get(member)
        return known is not None and all(part.strip() in known for part in text.lower().split(","))

    def _is_ours(self, name: str) -> bool:
        return (
            name in self._tables.members
            or name in self._tables.segments
            or _OWN_TYPE.fullmatch(name) is not None
            or _PERMISSION.fullmatch(name) is not None
            or self._tables.is_fact(name)
        )

    def _walk(self, member: str, value: t.Any, named: t.Callable[[str], str]) -> t.Any:
        if isinstance(value, dict):
            if value.keys() >= {"Schema", "Values"}:
                return self._table(value, named)
            return {named(name): self._member(name, inner, value, named) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._walk(member, inner, named) for inner in value]
        if isinstance(value, str):
            return self.text(member, value)
        return self._number(value, _INTEGER)

    def _member(self, name: str, value: t.Any, around: t.Mapping[str, t.Any], named: t.Callable[[str], str]) -> t.Any:
        if name == _HEADERS and isinstance(value, dict):
            return self.headers({key: str(told) for key, told in value.items()})
        if isinstance(value, str) and (name in self._tables.payloads or name == "body"):
            return self._packed(value, self._is_payload_call(around) if name == "body" else True)
        if name == "code" and isinstance(value, str) and "message" in around:
            return self.sentences.of_code(value)
        return self._walk(name, value, named)

    def _is_payload_call(self, around: t.Mapping[str, t.Any]) -> bool:
        """Tell whether bytes inside of a batch are a user's: its answers do not say for which path they are."""
        return self.is_payload(str(around.get("url", ""))) if "url" in around else True

    def _packed(self, text: str, is_payload: bool) -> t.Any:
        """Return base64 of JSON as that JSON; any other text, and any other bytes, as a stand-in."""
        compact = "".join(text.split()).replace("-", "+").replace("_", "/")
        try:
            value = bounded_json(base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True))
        except (binascii.Error, ValueError, RecursionError):
            return self.stand_ins.of_text(text)
        return {BASE64: self.payload(value) if is_payload and not _is_table(value) else self.document(value, False)}

    def _table(self, value: t.Mapping[str, t.Any], named: t.Callable[[str], str]) -> dict[str, t.Any]:
        """Return a report: its cells are members by the names of their columns."""
        schema = value["Schema"] if isinstance(value["Schema"], list) else []
        columns = [str(column.get("Column", "")) if isinstance(column, dict) else "" for column in schema]
        shown = {named(name): self._walk(name, inner, named) for name, inner in value.items() if name != "Values"}
        rows = value["Values"] if isinstance(value["Values"], list) else []
        cells = [
            [self._walk(column, cell, named) for column, cell in zip(columns, row, strict=False)]
            for row in rows
            if isinstance(row, list)
        ]
        return {**shown, "Values": cells}

    def _asked_member(self, name: str) -> str:
        return name if name in self._tables.members else self.stand_ins.of_text(name)

    def _told_member(self, name: str) -> str:
        known = name in self._tables.members or (_MEMBER.fullmatch(name) and name not in self.stand_ins.known)
        return name if known else self.stand_ins.of_text(name)

    def _payload_name(self, name: str) -> str:
        return name if name in self._tables.payload_members else self.stand_ins.of_text(name)

    def _payload_value(self, member: str, value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return self.payload(value)
        if isinstance(value, list):
            return [self._payload_value(member, inner) for inner in value]
        if isinstance(value, str):
            known = self._is_word(member, value) or self._tables.is_fact(value)
            return value if known else self.stand_ins.of_text(value)
        return self._number(value, _PAYLOAD_INTEGER)

    def _number(self, value: t.Any, most: int) -> t.Any:
        """Return a number; one with more digits than any count has becomes another one with as many."""
        if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) <= most:
            return value
        made = int(self.stand_ins.of_digits(str(abs(int(value)))))
        return type(value)(-made if value < 0 else made)

    def headers(self, headers: t.Mapping[str, str]) -> dict[str, t.Any]:
        """Return headers by their names in lower case: a list tells which are shown and how, others are counted."""
        shown: dict[str, t.Any] = {}
        others = 0
        for name, value in headers.items():
            key = name.lower()
            way = _HEADERS_SHOWN.get(key)
            if way is not None:
                shown[key] = way(self, value)
            elif key not in _LEFT_OUT:
                others += 1
        return {**shown, **({"others": others} if others else {})}


def _is_table(value: t.Any) -> bool:
    return isinstance(value, dict) and value.keys() >= {"Schema", "Values"}


def _as_text(disguise: Disguise, text: str) -> str:
    return disguise.stand_ins.of_text(text)


def _as_message(disguise: Disguise, text: str) -> str:
    """Return the message of an error; Intune puts JSON text into it, up to twice."""
    if text.lstrip().startswith("{"):
        try:
            return json.dumps(disguise.document(bounded_json(text.encode("utf-8", "surrogatepass")), False))
        except (ValueError, RecursionError):
            pass
    return disguise.sentences.of(text)


def _as_url(disguise: Disguise, text: str) -> str:
    return disguise.urls.of(text)


def _as_expression(disguise: Disguise, text: str) -> str:
    return disguise.urls.expression(text)


def _as_code(disguise: Disguise, text: str) -> str:
    return disguise.sentences.of_code(text)


# What is special about the texts of a member, by its name in lower case.
_WAYS: t.Mapping[str, t.Callable[[Disguise, str], str]] = {
    "message": _as_message,
    "@microsoft.graph.tips": _as_message,
    "url": _as_url,
    "filter": _as_expression,
    "@odata.context": _as_url,
    "@odata.nextlink": _as_url,
    "location": _as_url,
    "errorcode": _as_code,
}


def _as_number(disguise: Disguise, value: str) -> str:
    plain = re.fullmatch(r"[0-9.,;= a-z-]{1,40}", value) is not None
    return value if plain else disguise.stand_ins.of_text(value)


def _as_authorization(disguise: Disguise, value: str) -> str:
    """Return a stand-in for a token: whether two calls had the same one is all that it tells."""
    scheme, _blank, token = value.partition(" ")
    return f"Bearer {disguise.stand_ins.of_token(token)}" if scheme == "Bearer" else disguise.stand_ins.of_token(value)


def _as_reason(disguise: Disguise, value: str) -> t.Any:
    """Return a text that travels as base64."""
    try:
        text = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return disguise.stand_ins.of_text(value)
    return {BASE64: disguise.stand_ins.of_text(text)}


_MEDIA = re.compile(r"[a-z]{1,20}/[a-z0-9.+*-]{1,60}(?:; ?[a-z0-9.]{1,30}=[a-z0-9.-]{1,20}){0,6}", re.IGNORECASE)


def _as_media_type(disguise: Disguise, value: str) -> str:
    return value if _MEDIA.fullmatch(value) else disguise.stand_ins.of_text(value)


_HEADERS_SHOWN: t.Mapping[str, t.Callable[[Disguise, str], t.Any]] = {
    "accept": _as_media_type,
    "content-type": _as_media_type,
    "odata-version": _as_number,
    "cache-control": _as_number,
    "content-encoding": _as_number,
    "retry-after": _as_number,
    "return-client-request-id": _as_number,
    "client-request-id": _as_text,
    "request-id": _as_text,
    "location": _as_url,
    "authorization": _as_authorization,
    "x-msft-approval-justification": _as_reason,
    "x-msft-approval-code": _as_text,
}
# What every client and every server sends, and what says nothing of Graph.
_LEFT_OUT = words(
    "host user-agent accept-encoding connection content-length transfer-encoding server keep-alive vary date"
)
