# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the settings catalogue refuses: the model's own checks in plain text, those of the service as JSON text."""

from __future__ import annotations

from ...errors import Refused


def model_failure(text: str) -> Refused:
    """400 from the data model: the JSON does not fit the types. The inner error says the same once more."""
    return Refused(400, "ModelValidationFailure", text, inner=text)


def refused(text: str, inner: str | None = None) -> Refused:
    """400 from the service: the JSON fits the types, and breaks a rule of the catalogue. The message is JSON text."""
    return Refused(400, "BadRequest", text, service=True, nested=True, inner=inner)


def unknown_type(name: str) -> Refused:
    """400 for a type name that the model does not have."""
    bare = name.removeprefix("#")
    return model_failure(
        f"A type named '{bare}' could not be resolved by the model. "
        "When a model is available, each type name must resolve to a valid type."
    )


def unknown_property(name: str, type_name: str) -> Refused:
    """400 for a property that a type of the model does not have."""
    return model_failure(
        f"The property '{name}' does not exist on type 'microsoft.management.services.api.{type_name}'. Make sure to "
        "only use property names that are defined by the type."
    )


def no_collection(name: str) -> Refused:
    """400 for a property that has to be a list and is not."""
    return model_failure(f"Cannot convert the value of property '{name}' to the expected type 'Collection'.")
