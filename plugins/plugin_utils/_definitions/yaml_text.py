# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML of a user: its size is known before any value is built, and no key is lost.

An alias stands for all that its anchor holds, and a merge key copies it: 489 bytes can mean hundreds of megabytes. So
the nodes of a text are composed first, one for each that is written, and weighed with aliases and merges followed.

libyaml, where PyYAML was built with it, reads a text in a fraction of the time. What it refuses PyYAML's own parser is
asked of again, so that what is taken and what is said of it do not hang on how PyYAML was built.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from collections.abc import Hashable

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from ansible_collections.m365.apps.plugins.module_utils._json import DEEPEST

# Values of one text, aliases and merges followed. PyYAML takes half a kilobyte for each that is written.
MOST_VALUES = 500_000

_MERGE = "tag:yaml.org,2002:merge"
_TOO_DEEP = "it is nested too deeply"
# In a text with one of these libyaml and PyYAML's own parser do not agree: tabs, controls, a line end of its own (CR
# alone, NEL, U+2028, U+2029), a byte order mark, a comment right behind the mark of a block, a question mark.
_TAKEN_OTHERWISE = re.compile(
    rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|\xef\xbb\xbf|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|[|>][-+0-9]*#|\?"
)
# Levels of a file beside those of a payload: a list of policies, and their options.
_LEVELS = DEEPEST + 2


class UnboundedError(ValueError):
    """A text that means more than anybody wants; the text says why."""


class _Weight(t.NamedTuple):
    """What a node means: how many values, how many pairs of a mapping, how many levels."""

    values: int = 1
    pairs: int = 0
    depth: int = 1


class Bounded(Composer, SafeConstructor):
    """What a safe loader does here: it composes no more than it may, and refuses a key that is there twice.

    ``tagged`` are the ids of the scalars that were written with a tag, such as ``!!str 0123``.
    """

    tagged: set[int]
    # What the parser beside it has.
    peek_event: t.Callable[[], t.Any]
    _composed = 0
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: t.Any) -> yaml.Node | None:
        """Compose a node while there are not too many. Raises UnboundedError."""
        self._composed += 1
        self._depth += 1
        if self._composed > MOST_VALUES:
            raise _too_many()
        if self._depth > _LEVELS:
            raise UnboundedError(_TOO_DEEP)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def compose_scalar_node(self, anchor: t.Any) -> yaml.ScalarNode:
        """Compose a scalar, and keep whether it has a tag."""
        has_tag = bool(self.peek_event().tag)
        node: yaml.ScalarNode = super().compose_scalar_node(anchor)
        if has_tag:
            self.tagged.add(id(node))
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, t.Any]:
        """Build a mapping. Raises ConstructorError for a key that is there twice, since one would be lost silently."""
        seen: set[t.Any] = set()
        for key_node, _value in node.value if isinstance(node, yaml.MappingNode) else ():
            if key_node.tag == _MERGE:
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key '{key}' is there twice in one mapping", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


class Loader(Bounded, yaml.SafeLoader):
    """A loader by PyYAML's own parser."""

    def __init__(self, stream: bytes | str) -> None:  # pylint: disable=super-init-not-called
        yaml.SafeLoader.__init__(self, stream)
        self.tagged = set()


def _fast_loader() -> type[Bounded]:
    """Return a loader by libyaml's parser, else the one by PyYAML's own."""
    parser: t.Any = getattr(getattr(yaml, "cyaml", None), "CParser", None)
    if parser is None:
        return Loader

    class FastLoader(Bounded, parser, Resolver):
        def __init__(self, stream: bytes | str) -> None:
            parser.__init__(self, stream)
            Bounded.__init__(self)
            SafeConstructor.__init__(self)  # pylint: disable=non-parent-init-called
            Resolver.__init__(self)
            self.tagged = set()

    return FastLoader


_LOADERS: tuple[t.Any, ...] = tuple(dict.fromkeys((_fast_loader(), Loader)))

Value = t.TypeVar("Value")


def loaded(text: bytes, use: t.Callable[[Bounded], Value]) -> Value:
    """Return what ``use`` makes of a loader of a text. Raises what it raises, and YAMLError by PyYAML's own parser."""
    *faster, last = _LOADERS
    for kind in () if _TAKEN_OTHERWISE.search(text) else faster:
        with contextlib.suppress(yaml.YAMLError):
            return _used(kind(text), use)
    return _used(last(text), use)


def _used(loader: t.Any, use: t.Callable[[Bounded], Value]) -> Value:
    try:
        return use(loader)
    finally:
        loader.dispose()


def _refuse_vault(_loader: Bounded, node: yaml.Node) -> t.NoReturn:
    # Nobody would see in a plan what such a text says; and what a whole file holds is decrypted with it.
    cause = "a text with the tag !vault is not decrypted here"
    raise yaml.constructor.ConstructorError(None, None, cause, node.start_mark)


for _tag in ("!vault", "!vault-encrypted"):
    for _kind in _LOADERS:
        _kind.add_constructor(_tag, _refuse_vault)


def composed(loader: Bounded) -> yaml.Node | None:
    """Return the one document of a text as nodes, None for an empty one. Raises UnboundedError and YAMLError."""
    node: yaml.Node | None = loader.get_single_node()
    if node is not None:
        weigh(node)
    return node


def weigh(node: yaml.Node) -> None:
    """Raise UnboundedError for a composed document that means more than anybody wants, or that holds itself."""
    _weigh(node, {})


def _weigh(node: yaml.Node, known: dict[int, _Weight | None]) -> _Weight:
    """Return what a node means. Raises UnboundedError for one that is too large or too deep, or holds itself.

    An anchor comes before its aliases, so each node is weighed once and no deeper than it is written.
    """
    if id(node) in known:
        weight = known[id(node)]
        if weight is None:
            raise UnboundedError("it holds itself, through an anchor")
        return weight
    known[id(node)] = None
    if isinstance(node, yaml.MappingNode):
        weight = _weigh_pairs(node, known)
    elif isinstance(node, yaml.SequenceNode):
        members = [_weigh(member, known) for member in node.value]
        weight = _Weight(
            1 + sum(each.values for each in members), 0, 1 + max((each.depth for each in members), default=0)
        )
    else:
        weight = _Weight()
    if max(weight.values, weight.pairs) > MOST_VALUES:
        raise _too_many()
    if weight.depth > _LEVELS:
        raise UnboundedError(_TOO_DEEP)
    known[id(node)] = weight
    return weight


def _weigh_pairs(node: yaml.MappingNode, known: dict[int, _Weight | None]) -> _Weight:
    values, pairs, depth = 1, 0, 0
    for key, value in node.value:
        weight = _weigh(value, known)
        depth = max(depth, weight.depth)
        if key.tag == _MERGE:
            # What is merged is one mapping, or a list of them.
            merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
            pairs += sum(_weigh(each, known).pairs for each in merged)
            values += weight.values
        else:
            pairs += 1
            values += _weigh(key, known).values + weight.values
    return _Weight(values, pairs, depth + 1)


def _too_many() -> UnboundedError:
    return UnboundedError(f"it holds more than {MOST_VALUES} values, counted with its anchors and merges followed")
