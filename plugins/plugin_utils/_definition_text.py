# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a definition file: the same options give the same bytes, in YAML with display names as comments."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.texts import Texts, texts_of
from ansible_collections.m365.apps.plugins.plugin_utils._yaml_writing import block_text

ENDINGS = {"yaml": ".yml", "json": ".json"}

_INDENT = "  "
# The beginning of each line that is not empty.
_LINE = re.compile("^(?=.)", re.MULTILINE)


@dataclass(frozen=True)
class Form:
    """How definitions are written: in which format, with which reference to the JSON Schema ("" for none), and with
    the texts of which catalog, where it has any. JSON knows no comments, so texts are in YAML alone.
    """

    file_format: str = "yaml"
    schema: str = ""
    catalog: Catalog | None = None


def rendered(policy: t.Mapping[str, t.Any], form: Form, record: str = "") -> bytes:
    """Return the options of a policy as a file, with a record among its first lines, if there is one."""
    render = _as_json if form.file_format == "json" else _as_yaml
    return render(policy, form, record).encode()


def _as_json(policy: t.Mapping[str, t.Any], form: Form, record: str) -> str:
    schema = {"$schema": form.schema} if form.schema else {}
    comment = {"$comment": record} if record else {}
    document = {**schema, **comment, **policy}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _as_yaml(policy: t.Mapping[str, t.Any], form: Form, record: str) -> str:
    schema = [f"# yaml-language-server: $schema={form.schema}\n"] if form.schema else []
    parts = (_option(name, value, form.catalog) for name, value in policy.items())
    comment = [f"# {record}\n"] if record else []
    return "".join([*schema, *comment, "---\n", *parts])


def _option(name: str, value: t.Any, catalog: Catalog | None) -> str:
    """Return an option of a policy as lines."""
    if name != "settings" or catalog is None or not isinstance(value, list) or not value:
        return _dumped(name, value)
    return f"{name}:\n{_indented(''.join(_entry(each, texts_of(each, catalog)) for each in value))}"


def _entry(entry: t.Any, texts: Texts) -> str:
    """Return an entry of the settings language as a member of a list, with what is known of its names as comments."""
    if not isinstance(entry, dict) or not entry:
        return block_text([entry])
    parts = [_values(value, texts) if name == "values" else _dumped(name, value) for name, value in entry.items()]
    if "value" in entry:
        place = list(entry).index("value")
        parts[place] = _commented(parts[place], texts.value)
    title = f"# {texts.setting}\n" if texts.setting else ""
    return f"{title}- {_indented(''.join(parts))[len(_INDENT) :]}"


def _values(values: t.Any, texts: Texts) -> str:
    if not isinstance(values, dict) or not values:
        return _dumped("values", values)
    parts = (_commented(_dumped(name, value), texts.values.get(name, "")) for name, value in values.items())
    return f"values:\n{_indented(''.join(parts))}"


def _commented(lines: str, text: str) -> str:
    """Return a key and its value with a comment at the end of its first line; before it where it is none of its own."""
    if not text:
        return lines
    first, _end, rest = lines.partition("\n")
    # A text of several lines tells by the end of the first one how it is to be read.
    if rest and not first.endswith(":"):
        return f"# {text}\n{lines}"
    return f"{first}  # {text}\n{rest}"


def _indented(lines: str) -> str:
    return _LINE.sub(_INDENT, lines)


def _dumped(name: t.Any, value: t.Any) -> str:
    return block_text({name: value})
