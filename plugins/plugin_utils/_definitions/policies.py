# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the text of a definition file to policies, checked by the rules of the modules."""

from __future__ import annotations

import typing as t

import yaml

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._json import is_too_deep
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST, READ_ONLY, SOURCE
from ansible_collections.m365.apps.plugins.module_utils._module.checked_policy import checked_policy
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import parse_given, reason_of
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import meant, with_meant

from .encodings import has_mark, not_utf8
from .errors import DefinitionsError, problem, together
from .files import is_json
from .json_problems import step_of
from .scalars import misread
from .yaml_problems import told
from .yaml_text import Bounded, UnboundedError, composed, loaded

# What JSON Schema lets stand beside the options, for editors and people.
_NOTES = ("$schema", "$comment")
# Which file it is, a file does not say itself.
_TAKEN = tuple(name for name in POLICY_IN_LIST if name not in SOURCE)
# What people write; what office_client_config_info returns beside it is taken, too.
_WRITTEN = tuple(name for name in _TAKEN if name not in READ_ONLY)


def read_definitions(name: str, text: bytes) -> list[dict[str, t.Any]]:
    """Return the policies of one file. ``name`` is for messages. Raises DefinitionsError with all that is wrong."""
    document = _document(name, text)
    if is_too_deep(document):
        raise problem(name, "it is nested too deeply", "Make it flatter")
    # A JSON file of no text is {}, a YAML one None: neither is a policy.
    policies: list[t.Any] = document if isinstance(document, list) else [document or None]
    count = f" of {len(policies)}" if isinstance(document, list) else ""
    outcomes = [
        _outcome(policy, f"{name} item {number}{count}" if count else name) for number, policy in enumerate(policies, 1)
    ]
    problems = [outcome for outcome in outcomes if isinstance(outcome, DefinitionsError)]
    read = [outcome for outcome in outcomes if not isinstance(outcome, DefinitionsError)]
    if problems:
        error = together(problems)
        error.readable += tuple(read)
        raise error
    return read


def _outcome(policy: t.Any, where: str) -> dict[str, t.Any] | DefinitionsError:
    try:
        return _policy(policy, where)
    except DefinitionsError as error:
        return error


def _document(name: str, text: bytes) -> t.Any:
    """Return the value of a file. Raises DefinitionsError."""
    # YAML knows UTF-16 by its mark.
    wrong = None if has_mark(text) and not is_json(name) else not_utf8(text)
    if wrong is not None:
        raise problem(name, *wrong)
    try:
        # JSON is not quite YAML: tabs, numbers such as 1e5 and escaped surrogates mean other things there.
        return parse_given(text.decode("utf-8-sig")) if is_json(name) else _yaml(name, text)
    except RecursionError:
        cause, step = "it is nested too deeply", "Make it flatter"
    except UnboundedError as error:
        cause, step = str(error), "Make it flatter and shorter, or split it into several files"
    except DefinitionsError:
        raise
    except yaml.YAMLError as error:
        cause, step = told(error)
    except ValueError as error:
        cause, step = reason_of(error), step_of(str(error))
    except (LookupError, AttributeError, TypeError):
        # How PyYAML's constructors stumble over a value that does not fit its tag, such as !!bool maybe.
        cause, step = "a value does not fit its YAML tag", "Remove the tag, or correct the value"
    raise problem(name, cause, step)


def _yaml(name: str, text: bytes) -> t.Any:
    def value(loader: Bounded) -> t.Any:
        node = composed(loader)
        wrong = misread(node, loader)
        if wrong:
            raise problem(
                name, wrong, "Quote what is a text, and write numbers in plain digits, booleans as true or false"
            )
        return None if node is None else loader.construct_document(node)

    return loaded(text, value)


def _policy(policy: t.Any, where: str) -> dict[str, t.Any]:
    """Return one policy with typed values. ``where`` is for messages. Raises DefinitionsError."""
    if not isinstance(policy, dict):
        raise problem(where, f"it is {_type_name(policy)}, not a policy", "Write the options of one policy, or a list")
    policy = {key: value for key, value in policy.items() if key not in _NOTES}
    unknown = sorted(str(key) for key in policy if key not in _TAKEN)
    if unknown:
        cause = f"it has the unknown option{'s' if len(unknown) > 1 else ''} {with_meant(unknown, _WRITTEN)}"
        all_meant = all(meant(key, _WRITTEN) for key in unknown)
        step = "Correct the name" if all_meant else f"Use {', '.join(_WRITTEN)}"
        error = problem(where, cause, step)
        error.readable = _as_meant(policy, where)
        raise error
    try:
        options = checked_policy(policy, where)
    except UserError as error:
        raise DefinitionsError(f"definitions {error}") from None
    return {name: options[name] for name in policy}


def _as_meant(policy: dict[str, t.Any], where: str) -> tuple[dict[str, t.Any], ...]:
    """Return a policy by the options that its misspelled ones are like, none where that is another or no policy."""
    names = {key: key if key in _TAKEN else meant(str(key), _WRITTEN) for key in policy}
    if "" in names.values() or len(set(names.values())) < len(names):
        return ()
    outcome = _outcome({names[key]: value for key, value in policy.items()}, where)
    return () if isinstance(outcome, DefinitionsError) else (outcome,)


def _type_name(value: t.Any) -> str:
    return "empty" if value is None else f"of type {type(value).__name__}"
