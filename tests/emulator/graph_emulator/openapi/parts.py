# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pieces that the document is put together from. All are plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
JSON = "application/json"
BINARY = "application/octet-stream"
TEXT: Json = {"type": "string"}
FILLED: Json = {"type": "string", "minLength": 1}
MAYBE_TEXT: Json = {"type": ["string", "null"]}
FLAG: Json = {"type": "boolean"}
GUID: Json = {"type": "string", "format": "uuid"}
INT32: Json = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
# OData's control information and annotations: every name with an at sign in it.
ANNOTATIONS: Json = {"@": {}}


def ref(name: str) -> Json:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Json, **limits: int) -> Json:
    """A list; ``limits`` are minItems and maxItems."""
    return {"type": "array", "items": items, **limits}


def closed(properties: Mapping[str, Json], *required: str) -> Json:
    """An object that has no other properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def entity(properties: Mapping[str, Json], *required: str) -> Json:
    """An object of OData: annotations may stand beside its properties."""
    return {**closed(properties, *required), "patternProperties": ANNOTATIONS}


def optional(schema: Json) -> Json:
    """A schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def answer(text: str, schema: Json | None = None, media_type: str = JSON, headers: Json | None = None) -> Json:
    """One response; without a schema it has no body."""
    content = {} if schema is None else {"content": {media_type: {"schema": schema}}}
    return {"description": text, **content, **({"headers": headers} if headers else {})}


def body(schema: Json, media_type: str = JSON, *, required: bool = True) -> Json:
    """A request body."""
    return {"required": required, "content": {media_type: {"schema": schema}}}


def parameter(name: str, place: str, schema: Json, text: str, *, required: bool = False) -> Json:
    """A parameter in the path, the query or a header."""
    return {"name": name, "in": place, "schema": schema, "description": text, "required": required or place == "path"}
