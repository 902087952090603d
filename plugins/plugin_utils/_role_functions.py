# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The functions that the role rollout reaches by the filter m365.apps.private, by their names."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.plugin_utils import _rollout_state as state
from ansible_collections.m365.apps.plugins.plugin_utils._filters import as_filter
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import gate_problems

FUNCTIONS: dict[str, t.Callable[..., t.Any]] = {
    function.__name__: as_filter(function, "m365.apps.private")
    for function in (
        gate_problems,
        state.blank_waves,
        state.counted_policies,
        state.is_underway,
        state.new_record,
        state.news_of_apply,
        state.news_of_begin,
        state.news_of_stop,
        state.outcome_classes,
        state.restore_problems,
        state.rollout_digest,
        state.wave_problem,
        state.with_news,
    )
}


def call(value: t.Any, function: str, *arguments: t.Any, **options: t.Any) -> t.Any:
    """Return what a function makes of a value. Raises AnsibleFilterError."""
    if function not in FUNCTIONS:
        raise AnsibleFilterError(
            f"m365.apps.private: it has no function '{function}'. It is for the role rollout only."
        )
    return FUNCTIONS[function](value, *arguments, **options)
