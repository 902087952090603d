# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of what a policy of the settings catalog has."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import UserError
from .._policy.assignments import filter_ids
from .._policy.desired import DesiredPolicy
from .._policy.fields import DESCRIPTION, DISPLAY_NAME, Field, Sides, assignments_field, by_option
from .._policy.texts import length_on_graph
from .._policy.unset import UNSET
from .catalog import Catalog
from .changes import names, sides, whole
from .codec import DEFAULT_TAG
from .instances import with_masks
from .merge import SettingsChange, merged
from .problems import SettingsError, listed, refusal
from .settings import EMPTY, Settings, clear_secrets, is_shown, plain, same
from .shorten import shorten
from .validate import deprecated

SETTINGS = "settings"
# The keys under which results and diffs tell what filters and scope tags are called, by their ids.
FILTER_NAMES, TAG_NAMES = "filter_names", "scope_tag_names"
NamesOf = t.Callable[[t.Iterable[str]], t.Mapping[str, str]]
# Characters of a description, as Graph counts them.
LONGEST_DESCRIPTION = 1000

ASSIGNMENTS = assignments_field("groups", "exclude_groups", "all_users", "all_devices")
# Tags travel in the call that replaces the settings, too.
SCOPE_TAGS = Field(
    "scope_tags",
    ("scope_tags",),
    (DEFAULT_TAG,),
    along=(SETTINGS,),
    same=lambda one, other: set(one) == set(other),
    result=by_option(list),
    sides=lambda field, before, after: ({field.option: list(before)}, {field.option: list(after)}),
    whole=by_option(lambda tags: [] if tuple(tags) == (DEFAULT_TAG,) else list(tags)),
    digest=by_option(sorted),
    asked_digest=by_option(sorted),
)


def _nameless(_ids: t.Iterable[str]) -> t.Mapping[str, str]:
    return {}


def fields_of(
    catalog: t.Callable[[], Catalog], filter_names: NamesOf = _nameless, tag_names: NamesOf = _nameless
) -> tuple[Field, ...]:
    """Return the table of a surface; ``catalog`` returns what is known of definitions now, the others names by ids."""

    def of_tags(options: t.Collection[str], tags: t.Any) -> dict[str, t.Any]:
        return _if_any(TAG_NAMES, {} if tags is UNSET or not options else tag_names(tags))

    def of_filters(options: t.Collection[str], assignments: t.Any) -> dict[str, t.Any]:
        return _if_any(FILTER_NAMES, filter_names(filter_ids(options, assignments)))

    tags, assignments = replace(SCOPE_TAGS, beside=of_tags), replace(ASSIGNMENTS, beside=of_filters)
    return (DISPLAY_NAME, DESCRIPTION, tags, _settings_field(catalog), assignments)


def _if_any(key: str, names: t.Mapping[str, str]) -> dict[str, t.Any]:
    return {key: dict(names)} if names else {}


def refused_settings(item: DesiredPolicy, error: SettingsError) -> UserError:
    """Return the error for settings that cannot be used, with all that is wrong with them."""
    refused = UserError(item.named(), "use its settings", "they are wrong", "Correct them; nothing was written")
    told = refusal(item.named(), error, "Correct them; nothing was written")
    return refused.saying(told).with_facts(problems=len(error.problems))


def no_settings(item: DesiredPolicy) -> UserError:
    """Return the error for a policy that would have no settings."""
    step = "Give at least one entry, or delete the policy with state: absent"
    return UserError(item.named(), "set its settings", "it would have none, and Graph wants one at least", step)


def too_long(item: DesiredPolicy) -> UserError | None:
    """Return the error for a description that Graph refuses for its length, None where it takes it."""
    description = item.value(DESCRIPTION.name)
    length = 0 if description is UNSET else length_on_graph(description)
    if length <= LONGEST_DESCRIPTION:
        return None
    twice = "" if length == len(description) else " (Graph counts an emoji as two)"
    cause = f"it has {length} characters{twice}, more than {LONGEST_DESCRIPTION}"
    return UserError(item.named(), "use its description", cause, "Shorten it")


def _settings_field(catalog: t.Callable[[], Catalog]) -> Field:
    def merge(_field: Field, item: DesiredPolicy, change: SettingsChange, live: t.Any) -> Settings:
        """Return the settings after a change; as they are spelled there where they mean the same."""
        have = _known(live)
        try:
            wanted = merged(change, have, catalog())
        except SettingsError as error:
            raise refused_settings(item, error) from error
        if not wanted:
            raise no_settings(item)
        return have if same(wanted, have) else wanted

    def both(field: Field, before: t.Any, after: t.Any) -> Sides:
        left, right = sides(_known(before), _known(after), catalog())
        return {field.option: left}, {field.option: right}

    return Field(
        SETTINGS,
        (SETTINGS,),
        EMPTY,
        listed=False,
        content=True,
        same=same,
        is_shown=is_shown,
        merge=merge,
        result=by_option(lambda value: with_masks(shorten(value, catalog(), explicit=True))),
        sides=both,
        whole=by_option(lambda value: whole(_known(value), catalog())),
        names=lambda before, after: names(_known(before), _known(after), catalog()),
        digest=by_option(plain),
        asked_digest=by_option(_change_digest),
        warnings=lambda value: [*_deprecated(_known(value), catalog()), *_unseen_secrets(_known(value))],
    )


def _deprecated(settings: Settings, catalog: Catalog) -> list[str]:
    """Return the warning about settings that Microsoft calls deprecated, if there are any."""
    keys = deprecated(settings, catalog)
    return [deprecation(keys)] if keys else []


def _unseen_secrets(settings: Settings) -> list[str]:
    """Return the warning about secrets in clear text, if there are any: no run can tell whether they are there."""
    ids = sorted(clear_secrets(settings))
    if not ids:
        return []
    return [f"Graph does not show a secret, so each run writes the policy again: {listed(ids)}."]


def deprecation(keys: t.Sequence[str]) -> str:
    """Return the warning about deprecated settings."""
    which, them = ("this setting", "it") if len(keys) == 1 else (f"these {len(keys)} settings", "them")
    return f"Microsoft calls {which} deprecated, and newer versions of Office may ignore {them}: {listed(keys)}."


def _change_digest(change: SettingsChange) -> t.Any:
    exact = None if change.exact is None else plain(change.exact)
    removed = sorted([key.lower(), scope or ""] for key, scope in change.remove)
    return [exact, plain(change.add), removed]


def _known(value: t.Any) -> Settings:
    return EMPTY if value is UNSET else t.cast(Settings, value)
