# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Graph part: a path for each row of ``graph.routes.ROUTES``, with what it takes and answers by SHAPES."""

from __future__ import annotations

from ..graph.gate import BATCH
from ..graph.operations import KEY
from ..graph.routes import ACTIONS, AREAS, ROOT, ROUTES, VERSIONS
from ..journal import APPROVAL_HEADERS
from ..settings import ACTION_SPELLINGS
from ..tenants import PAYLOADS
from . import catalog_paths, report_paths
from .parts import BINARY, FILLED, TEXT, Json, answer, body, parameter, ref
from .shapes import APPROVAL_CODE, IDS, LOCATION, Shape

# What stands before a key in a path -> the key's name there.
KEYS = {
    "clientConfigurations": "policy",
    "assignments": "assignment",
    "groups": "group",
    **catalog_paths.KEYS,
    **report_paths.KEYS,
}
# Functions have one parameter in place of a key; its name.
FUNCTIONS = {"getRoleScopeTagsByResource": "resource", "getEffectivePermissions": "scope"}
QUERY: dict[str, Json] = {
    "$select": {**TEXT, "examples": ["id"]},
    "$expand": {"type": "string", "enum": ["assignments"]},
    "$top": {"type": "integer", "minimum": 1},
    "$skiptoken": TEXT,
    "$filter": {**TEXT, "examples": ["displayName eq 'Finance'", "id in ('a','b')"]},
    "$orderby": {**TEXT, "examples": ["lastModifiedDateTime desc"]},
}
ERRORS = {
    400: "what was sent breaks a rule, or the path is not known",
    401: "the token is missing or not valid",
    403: "the app lacks a permission, the setting refuse_writes is on, or the write waits for approval",
    404: "there is none with this id",
    415: "the body has another media type",
    409: "a request for approval of this object is open",
    412: "the setting approval_required is on: the write was filed",
    429: "the setting intune_limits is on and used up",
}


POLICY = f"{ROOT}/{KEY}"
ONE_POLICY = "officeClientConfiguration"
ONE_ASSIGNMENT = "officeClientConfigurationAssignment"
SHAPES: dict[tuple[str, str], Shape] = {
    ("officeConfiguration", "GET"): Shape("Check-in data of the tenant", {200: "officeConfiguration"}),
    (ROOT, "GET"): Shape("List policies", {200: "PolicyPage"}),
    (ROOT, "POST"): Shape("Create a policy", {201: ONE_POLICY}, "NewPolicy", headers=LOCATION),
    (POLICY, "GET"): Shape("Get a policy", {200: f"{ONE_POLICY} WrappedPolicy"}),
    (POLICY, "PATCH"): Shape("Change a policy", {200: ONE_POLICY, 204: None}, "PolicyChanges"),
    (POLICY, "DELETE"): Shape("Delete a policy", {204: None}),
    (f"{POLICY}/assign", "POST"): Shape("Replace the groups", {200: "AssignmentPage"}, "AssignParameters"),
    (f"{POLICY}/assignments", "GET"): Shape("List the groups", {200: "AssignmentPage"}),
    (f"{POLICY}/assignments", "POST"): Shape("Add a group", {201: ONE_ASSIGNMENT}, "NewAssignment", headers=LOCATION),
    (f"{POLICY}/assignments/{KEY}", "GET"): Shape("Get an assignment", {200: ONE_ASSIGNMENT}),
    (f"{POLICY}/assignments/{KEY}", "PATCH"): Shape(
        "Change the group of an assignment", {200: ONE_ASSIGNMENT, 204: None}, "AssignmentChanges"
    ),
    (f"{POLICY}/assignments/{KEY}", "DELETE"): Shape("Remove a group", {204: None}),
    (f"{ROOT}/updatePriorities", "POST"): Shape("Renumber all policies", {204: None}, "UpdatePrioritiesParameters"),
    ("groups", "GET"): Shape("Find groups", {200: "GroupPage"}),
    ("directoryObjects/getByIds", "POST"): Shape("Groups by id", {200: "GroupPage"}, "GetByIds"),
    (f"groups/{KEY}", "GET"): Shape("Get a group", {200: "group"}),
    **{
        (f"{POLICY}/{name}", method): shape
        for name in PAYLOADS
        for method, shape in (
            ("GET", Shape(f"Bytes of {name}", {200: "Payload", 204: None}, media_type=BINARY)),
            ("PUT", Shape(f"Set {name}; an empty body clears it", {204: None}, "Payload", BINARY)),
        )
    },
    **catalog_paths.SHAPES,
    **report_paths.SHAPES,
}
BATCH_SHAPE = Shape("Up to 20 calls in one", {200: "BatchAnswer"}, "Batch")


def paths() -> Json:
    """All paths of both versions; an action once for each spelling."""
    found: Json = {}
    for version in VERSIONS:
        for path, methods in ROUTES.items():
            if path.split("/")[0] not in AREAS[version]:
                continue
            for spelled in _spellings(path):
                found[f"/{version}/{_named(spelled)}"] = {
                    method.lower(): _operation(_named(spelled), SHAPES[path, method], operation.options)
                    for method, operation in methods.items()
                }
        found[f"/{version}/{BATCH}"] = {"post": _operation(BATCH, BATCH_SHAPE, frozenset())}
    return found


def _spellings(path: str) -> list[str]:
    start, _slash, last = path.rpartition("/")
    if last not in ACTIONS:
        return [path]
    return [f"{start}/{last if spelling == 'plain' else f'{spelling}.{last}'}" for spelling in ACTION_SPELLINGS]


def _named(path: str) -> str:
    """The path with a name for each key, by what stands before it."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == KEY and segments[-1] in FUNCTIONS:
            segments[-1] += f"({FUNCTIONS[segments[-1]]}='{{{FUNCTIONS[segments[-1]]}}}')"
        else:
            segments.append(f"{{{KEYS[segments[-1]]}}}" if segment == KEY else segment)
    return "/".join(segments)


def _operation(path: str, shape: Shape, options: frozenset[str]) -> Json:
    keys = [name for name in (*KEYS.values(), *FUNCTIONS.values()) if f"{{{name}}}" in path]
    parameters = [parameter(name, "path", FILLED, f"id of the {name}") for name in keys]
    text = "see Microsoft Graph: query parameters"
    parameters += [parameter(name, "query", shape.options.get(name, QUERY[name]), text) for name in sorted(options)]
    if shape.approved:
        text = "with the setting approval_required"
        parameters += [parameter(name, "header", TEXT, text) for name in APPROVAL_HEADERS]
    responses = {str(code): _answer(shape, schemas) | {} for code, schemas in shape.answers.items()}
    errors = {str(code): _error(shape, code) for code in _codes(shape, has_keys=bool(keys))}
    tags = ["graph", "catalog"] if path.startswith("deviceManagement/") else ["graph"]
    operation: Json = {"summary": shape.summary, "tags": tags, "parameters": parameters}
    if shape.takes:
        operation["requestBody"] = body(ref(shape.takes), shape.media_type, required=shape.media_type != BINARY)
    return {**operation, "responses": {**responses, **errors}, "security": [{"token": []}]}


def _codes(shape: Shape, *, has_keys: bool) -> list[int]:
    applies = {404: has_keys or shape.may_miss, 409: shape.approved, 412: shape.approved, 415: bool(shape.takes)}
    return [code for code in ERRORS if applies.get(code, True)]


def _error(shape: Shape, code: int) -> Json:
    headers = {**IDS, **APPROVAL_CODE} if shape.approved and code in (403, 412) else IDS
    return answer(ERRORS[code], ref("GraphError"), headers=headers)


def _answer(shape: Shape, schemas: str | None) -> Json:
    if schemas is None:
        return answer("done", headers=shape.headers)
    names = schemas.split()
    schema = ref(names[0]) if len(names) == 1 else {"anyOf": [ref(name) for name in names]}
    return answer("the result", schema, shape.gives or shape.media_type, headers=shape.headers)
