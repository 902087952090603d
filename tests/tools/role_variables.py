# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the table of all variables in the README of the role, from its argument specs. ``make format`` runs it."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

ROLE = Path(__file__).resolve().parents[2] / "roles" / "rollout"
README = ROLE / "README.md"
BEGIN, END = "<!-- Made by make format of meta/argument_specs.yml -->\n", "<!-- End of what is made -->\n"
# Markup of Ansible's documentation: a letter and what it is around; for options and plugins without their type.
_MARKUP = re.compile(r"\b[A-Z]\(([^()#]*?)(?:#\w+)?(?::[\w.\[\]]+)?\)")

Option = dict[str, t.Any]


def table() -> str:
    """Return the table: a row for each variable and meaning, with the entry points that take it so."""
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    rows: dict[tuple[str, str, str], list[str]] = {}
    for entry_point, spec in specs.items():
        for name, option in spec["options"].items():
            rows.setdefault((name, _type(option), _meaning(option)), []).append(entry_point)
    lines = [
        f"| `{name}` | {', '.join(f'`{one}`' for one in entry_points)} | {kind} | {meaning} |"
        for (name, kind, meaning), entry_points in sorted(rows.items())
    ]
    return "\n".join(["| variable | entry points | type | means |", "|---|---|---|---|", *lines]) + "\n"


def with_table(text: str) -> str:
    """Return the text of the README with the table of now. Raises ValueError where it has no place for it."""
    before, begin, rest = text.partition(BEGIN)
    _made, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{README}: there is no {BEGIN.strip()} with {END.strip()} behind it")
    return f"{before}{begin}\n{table()}\n{end}{after}"


def _type(option: Option) -> str:
    kind = f"{option['type']} of {option['elements']}" if "elements" in option else option["type"]
    choices = " (" + ", ".join(f"`{choice}`" for choice in option["choices"]) + ")" if "choices" in option else ""
    return f"{kind}{choices}, required" if option.get("required") else kind + choices


def _meaning(option: Option) -> str:
    """Return the first paragraph of the description, and what omitting means where that is said elsewhere."""
    described = option["description"]
    first, *others = [described] if isinstance(described, str) else described
    omitted = [text[text.index("When omitted") :] for text in others if "When omitted" in text]
    default = [f"When omitted, V({_shown(option['default'])})."] if "default" in option and not omitted else []
    text = " ".join(" ".join([first] if "When omitted" in first else [first, *omitted, *default]).split())
    return _MARKUP.sub(lambda found: f"`{found[1]}`", text).replace("|", "\\|")


def _shown(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
