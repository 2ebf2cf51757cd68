"""In CI nothing that needs Spark or PostgreSQL may be skipped: there, such a skip is a failure.

Elsewhere the skip stands, and the run's last lines say loudly what was not tested.
"""

from __future__ import annotations

import os

import pytest

GUARDED = ("spark", "postgresql")


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    guarded = _guarded(item)
    if report.skipped and not hasattr(report, "wasxfail") and guarded and in_ci():
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid}: needs {' and '.join(guarded)}, which CI must have: {_reason(report)}"
        )
    elif report.skipped and guarded:
        report.user_properties.append(("not_tested", guarded[0]))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    if report.skipped and in_ci():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid}: a whole file may not be skipped in CI: {_reason(report)}"
    return report


def _guarded(item: pytest.Item) -> list[str]:
    if item.get_closest_marker("heavy") and not item.config.getoption("--heavy"):
        return []
    return [name for name in GUARDED if item.get_closest_marker(name)]


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_terminal_summary(terminalreporter) -> None:
    missed = {}
    for report in terminalreporter.stats.get("skipped", []):
        for name, value in report.user_properties:
            if name == "not_tested":
                missed[value] = missed.get(value, 0) + 1
    for name, count in sorted(missed.items()):
        terminalreporter.write_line(
            f"NOT TESTED: {count} tests need {name}, which is not here", red=True, bold=True
        )
