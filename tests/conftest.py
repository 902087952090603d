# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells what tests cost: the seconds of processors that they, and the programs that they started, took.

Unlike the time that a test lasted it depends little on what else the machine does, and it is what adds up to the time
of all tests.
"""

from __future__ import annotations

import gc
import typing as t
from collections import Counter

import pytest

from ansible_collections.m365.apps.tests.integration.support import warm

_SHOWN = 10
_LEAST = 1.0
_COST = "processor_seconds"
_SPENT = pytest.StashKey[float]()


def _spent() -> float:
    return warm.used() + warm.SPENT.seconds


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> t.Generator[None, object, object]:
    """Collect no garbage among what stays to the end, above all ten thousand tests: a tenth of the time of units."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> t.Generator[None, object, object]:
    """Begin to count."""
    item.stash[_SPENT] = _spent()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> t.Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what a part of a test (setup, call, teardown) took into its report, which travels to the main process."""
    report = yield
    now = _spent()
    report.user_properties.append((_COST, now - item.stash[_SPENT]))
    item.stash[_SPENT] = now
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tests that cost most."""
    costs: Counter[str] = Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        given = getattr(report, "user_properties", ())
        costs[getattr(report, "nodeid", "")] += sum(value for name, value in given if name == _COST)
    terminalreporter.section(f"slowest by processor seconds, {sum(costs.values()):.0f} s in all")
    for name, seconds in costs.most_common(_SHOWN):
        if seconds >= _LEAST:
            terminalreporter.write_line(f"{seconds:.1f}s {name}")
