# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shipped JSON Schemas as a validator of definition files: one refers to the other by its name."""

from __future__ import annotations

import json
import typing as t

import jsonschema
from referencing import Registry, Resource

from ansible_collections.m365.apps.plugins.plugin_utils._filters import SCHEMA, SETTINGS_SCHEMA

DEFINITION: dict[str, t.Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
SETTINGS: dict[str, t.Any] = json.loads(SETTINGS_SCHEMA.read_text(encoding="utf-8"))
_REGISTRY: Registry[t.Any] = Registry().with_resource(SETTINGS_SCHEMA.name, Resource.from_contents(SETTINGS))
VALIDATOR = jsonschema.Draft202012Validator(DEFINITION, registry=_REGISTRY)
ENTRIES = jsonschema.Draft202012Validator(SETTINGS)
