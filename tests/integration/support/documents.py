# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples in documents: YAML and console blocks of Markdown and reStructuredText files, EXAMPLES of plugins."""

from __future__ import annotations

import ast
import re
import shlex
import textwrap
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

# A block with its language, and before it a comment where it cannot be run: that is the reason.
_BLOCKS = {
    ".md": re.compile(
        r"^(?P<reason><!--(?:(?!-->).)*-->\s*)?```(?P<language>yaml|console)\n(?P<text>.*?)^```",
        re.MULTILINE | re.DOTALL,
    ),
    ".rst": re.compile(
        r"^(?P<reason>\.\. Not run: .+\n(?: +.+\n)*\n+)?\.\. code-block:: (?P<language>yaml\+jinja|yaml|console)\n+"
        r"(?P<text>(?:(?: +.*)?\n)+)",
        re.MULTILINE,
    ),
}
_OPENING = re.compile(r"^ *(?:```|\.\. code-block:: *)(?:ya?ml|console)\b", re.MULTILINE)
_PATH = re.compile(r"# (\S+\.ya?ml)\n")
# Programs of a console block that run here; others (make, pip, ansible-galaxy) set things up.
_RUN = ("ansible", "ansible-playbook", "ansible-doc")


@dataclass(frozen=True)
class Command:
    """The words of a command, and what the block exports before it; None for a value that the reader types in."""

    words: list[str]
    exported: dict[str, str | None]


@dataclass(frozen=True)
class Examples:
    """What a document shows: definition files by path, then plays and commands in order."""

    definitions: dict[str, str]
    plays: list[str]
    commands: list[Command]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.definitions) + len(self.plays) + len(self.commands)


def examples_of(path: Path) -> Examples:
    """Return the examples of a plugin or a document. Raises AssertionError for a block that cannot be run."""
    text = path.read_text(encoding="utf-8")
    examples = Examples({}, [], [])
    if path.suffix == ".py":
        _add_yaml(_assigned(text, "EXAMPLES"), path, examples)
        return examples
    blocks = list(_BLOCKS[path.suffix].finditer(text))
    assert len(blocks) == len(_OPENING.findall(text)), f"{path}: there is a block in a form that is not read here"
    for block in blocks:
        if block["reason"]:
            # The comment is the reason why this one cannot be run.
            continue
        shown = textwrap.dedent(block["text"])
        if block["language"] == "console":
            examples.commands.extend(_commands(shown))
        else:
            _add_yaml(shown, path, examples)
    return examples


def _add_yaml(text: str, path: Path, examples: Examples) -> None:
    """Add a block: a play book as it is, tasks as a play, one policy (or a list of them) as a definition file."""
    content = yaml.safe_load(text)
    first = content[0] if isinstance(content, list) and content else content
    assert isinstance(first, dict), f"{path}: this block cannot be run, and no comment before it says why:\n{text}"
    if "hosts" in first:
        examples.plays.append(text)
    elif "display_name" in first:
        named = _PATH.match(text)
        examples.definitions[named[1] if named else f"definitions/{len(examples.definitions)}.yml"] = text
    else:
        examples.plays.append(_as_play(text))


def _as_play(tasks: str) -> str:
    """Return tasks as a play, their text unchanged but for the indentation."""
    lines = [f"    {line}" if line else line for line in tasks.strip().removeprefix("---").splitlines()]
    return "\n".join(["- hosts: localhost", "  gather_facts: false", "  tasks:", *lines]) + "\n"


def _commands(text: str) -> t.Iterator[Command]:
    exported: dict[str, str | None] = {}
    for line in text.splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True) if line.startswith("$ ") else []
        if words[:1] == ["export"]:
            name, given, value = words[1].partition("=")
            exported[name] = value if given else None
        elif words and words[0] in _RUN:
            yield Command(words, dict(exported))


def _assigned(source: str, name: str) -> str:
    """Return the text that a Python source assigns to a name."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            return str(ast.literal_eval(node.value))
    raise AssertionError(f"there is no {name}")
