# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX refuses in the objects of extensions/awx, as far as the modules of awx.awx leave it to the server.

Sources: "Custom Credential Types", "Surveys" and "Notifications" of the AWX user guide, and what the API of AWX 24
answers: what a survey may be (JobTemplateSurveySpec), what an answer may be (SurveyJobTemplateMixin), and which
credentials go where.
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
# What a default may be; several answers are a line each.
_DEFAULTS: dict[str, type] = {"integer": int, "float": float}
_TEXTS = ("text", "textarea", "password")
# Credential types that AWX brings, with their kind and fields.
MANAGED = {
    "Source Control": ("scm", ("username", "password", "ssh_key_data", "ssh_key_unlock")),
    "Container Registry": ("registry", ("host", "username", "password", "verify_ssl")),
}
MANAGED_SECRETS = ("password", "ssh_key_data", "ssh_key_unlock")
# The kind that a project and an execution environment take, and those of a job template.
_KINDS = {
    "projects": ("scm",),
    "execution_environments": ("registry",),
    "job_templates": ("ssh", "vault", "cloud", "net"),
}
# What the configuration of these kinds of notification needs; the others are not used here.
_NOTIFICATIONS = {
    "email": {"host", "port", "username", "password", "use_tls", "use_ssl", "sender", "recipients"},
    "slack": {"token", "channels"},
    "webhook": {"url", "headers"},
}
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
    """Raise for a survey that AWX refuses: its form, a variable asked twice, a default that is no answer.

    A required question may begin without an answer: then nobody can start the job without giving one.
    """
    jsonschema.validate(body, _SURVEY)
    variables = [question["variable"] for question in body["spec"]]
    if len(set(variables)) < len(variables):
        raise ValueError(f"a variable is asked twice: {variables}")
    for question in body["spec"]:
        default, choices = question.get("default", ""), question.get("choices", "")
        if default != "" and not isinstance(default, _DEFAULTS.get(question["type"], str)):
            raise ValueError(f"the default of {question['variable']} is no {question['type']}")
        if any(isinstance(question.get(limit), bool) for limit in ("min", "max")):
            raise ValueError(f"a limit of {question['variable']} is not a number")
        if question["type"] in ("multiplechoice", "multiselect"):
            given = str(default).splitlines()
            if not choices or set(given) - set(choices) or (question["type"] == "multiplechoice" and len(given) > 1):
                raise ValueError(f"the default of {question['variable']} is not a choice")
        elif question.get("min") is not None and question.get("max") is not None and question["min"] > question["max"]:
            raise ValueError(f"no answer to {question['variable']} is long enough and short enough")


def answers(spec: t.Sequence[Dict], given: t.Mapping[str, t.Any]) -> list[str]:
    """Return what AWX says of the answers that a job is started with; a default stands for one that is not given."""
    held = {one["variable"]: one["default"] for one in spec if "default" in one} | dict(given)
    return [said for question in spec for said in _answer(question, held)]


def _answer(question: Dict, held: t.Mapping[str, t.Any]) -> list[str]:
    name, kind = question["variable"], question["type"]
    if name not in held:
        return [f"'{name}' value missing"] if question["required"] else []
    answer = held[name]
    if kind in _TEXTS:
        if not isinstance(answer, str):
            return [f"{name}: expected to be a string"]
        return _within(question, len(answer))
    if kind in ("integer", "float"):
        if type(answer) not in ((int,) if kind == "integer" else (int, float)):
            return [f"{name}: expected to be a number"]
        return _within(question, answer)
    several = answer if kind == "multiselect" and isinstance(answer, list) else [answer]
    return [f"{name}: {one!r} is not a choice" for one in several if one not in question["choices"]]


def _within(question: Dict, size: float) -> list[str]:
    least, most = question.get("min"), question.get("max")
    if least is not None and size < least:
        return [f"{question['variable']}: too small, {size} of at least {least}"]
    return [f"{question['variable']}: too large, {size} of at most {most}"] if most is not None and size > most else []


def attached(kind: str, credential_kind: str) -> None:
    """Raise for a credential that AWX does not attach to an object of that kind."""
    if credential_kind not in _KINDS[kind]:
        raise ValueError(f"{kind} take no credential of the kind {credential_kind}")


def notification(body: Dict) -> None:
    """Raise for a notification template whose configuration lacks what its kind needs."""
    missing = _NOTIFICATIONS[body["notification_type"]] - set(body["notification_configuration"])
    if missing:
        raise ValueError(f"Missing required fields for Notification Configuration: {sorted(missing)}")


def schedule(body: Dict) -> None:
    """Raise for a rule that AWX refuses: it wants a start and an interval, and a named zone or UTC."""
    if not _RRULE.fullmatch(body["rrule"]):
        raise ValueError(f"not a rule: {body['rrule']}")
