# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX refuses in the objects of extensions/awx, as far as the modules of awx.awx leave it to the server.

Sources: "Custom Credential Types" and "Surveys" of the AWX user guide, and what the API of AWX 24 answers.
"""

from __future__ import annotations

import re
import typing as t

import jsonschema
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

Dict = dict[str, t.Any]

_NAME = "^[a-zA-Z_][a-zA-Z0-9_]*$"
_FIELD = {
    "type": "object",
    "required": ["id", "label"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": _NAME, "not": {"const": "tower"}},
        "label": {"type": "string"},
        "help_text": {"type": "string"},
        "type": {"enum": ["string", "boolean"]},
        "format": {"enum": ["ssh_private_key", "url"]},
        "choices": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
        "multiline": {"type": "boolean"},
        "secret": {"type": "boolean"},
        "ask_at_runtime": {"type": "boolean"},
        "default": {},
    },
    # These make sense for texts only.
    "if": {"properties": {"type": {"const": "boolean"}}, "required": ["type"]},
    "then": {"not": {"anyOf": [{"required": [key]} for key in ("choices", "multiline", "format", "secret")]}},
}
_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "fields": {"type": "array", "items": _FIELD},
        "required": {"type": "array", "items": {"type": "string"}},
    },
}
_INJECTORS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {
            "patternProperties": {r"^template(\.[a-zA-Z_][a-zA-Z0-9_]*)?$": {"type": "string"}},
            "additionalProperties": False,
        },
        "env": {
            "patternProperties": {
                "^(?!ANSIBLE_)[a-zA-Z_][a-zA-Z0-9_]*$": {"type": "string", "pattern": "^[\x00-\x7f]*$"}
            },
            "additionalProperties": False,
        },
        "extra_vars": {"patternProperties": {_NAME: {"type": "string"}}, "additionalProperties": False},
    },
}
_ANSWERS: dict[str, type] = {"integer": int, "float": float, "multiselect": list}
_QUESTION = {
    "type": "object",
    "required": ["question_name", "variable", "type", "required"],
    "additionalProperties": False,
    "properties": {
        "question_name": {"type": "string", "minLength": 1},
        "question_description": {"type": "string"},
        "variable": {"type": "string", "pattern": _NAME},
        "type": {"enum": ["text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float"]},
        "required": {"type": "boolean"},
        "default": {},
        "choices": {"type": ["string", "array"]},
        "min": {"type": ["integer", "null"]},
        "max": {"type": ["integer", "null"]},
    },
}
_SURVEY = {
    "type": "object",
    "required": ["name", "description", "spec"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "spec": {"type": "array", "minItems": 1, "items": _QUESTION},
    },
}
_RRULE = re.compile(
    r"DTSTART(;TZID=[A-Za-z_/]+:\d{8}T\d{6}|:\d{8}T\d{6}Z) RRULE:FREQ=[A-Z]+;INTERVAL=\d+(;[A-Z]+=[\w,]+)*"
)


def credential_type(body: Dict) -> None:
    """Raise for a credential type that AWX refuses: its form, fields given twice, templates that know other names."""
    jsonschema.validate(body["inputs"], _INPUTS)
    jsonschema.validate(body["injectors"], _INJECTORS)
    fields = [field["id"] for field in body["inputs"]["fields"]]
    if len(set(fields)) < len(fields) or not set(body["inputs"].get("required", [])) <= set(fields):
        raise ValueError(f"a field twice, or a required one that is not there: {fields}")
    files = [name.partition(".")[2] for name in body["injectors"].get("file", {})]
    names: Dict = {**dict.fromkeys(fields, "EXAMPLE"), "tower": {"filename": dict.fromkeys(files, "EXAMPLE")}}
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    for templates in body["injectors"].values():
        for template in templates.values():
            sandbox.from_string(template).render(names)


def credential(body: Dict, fields: t.Collection[str]) -> None:
    """Raise for inputs that the credential type does not have."""
    if unknown := set(body.get("inputs", {})) - set(fields):
        raise ValueError(f"unknown inputs {sorted(unknown)}")


def survey(body: Dict) -> None:
    """Raise for a survey that AWX refuses: its form, a variable asked twice, a default that is no answer."""
    jsonschema.validate(body, _SURVEY)
    variables = [question["variable"] for question in body["spec"]]
    if len(set(variables)) < len(variables):
        raise ValueError(f"a variable is asked twice: {variables}")
    for question in body["spec"]:
        default = question.get("default", "")
        if not isinstance(default, _ANSWERS.get(question["type"], str)):
            raise ValueError(f"the default of {question['variable']} is no {question['type']}")
        if question["type"] == "multiplechoice" and default not in question["choices"]:
            raise ValueError(f"the default of {question['variable']} is not a choice")


def schedule(body: Dict) -> None:
    """Raise for a rule that AWX refuses: it wants a start and an interval, and a named zone or UTC."""
    if not _RRULE.fullmatch(body["rrule"]):
        raise ValueError(f"not a rule: {body['rrule']}")
