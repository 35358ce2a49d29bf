"""Rules for every test: nothing is skipped in silence where CI is set, and no test is judged by the clock."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

import hypothesis
import pytest
from numba.core.caching import IndexDataCacheFile

if TYPE_CHECKING:
    from collections.abc import Generator

_ALLOWED = "no ../shared"  # checks over whole files that lie beside the project, not in it

# The first call of a kernel compiles it; and where CI is set, the same examples are tried every time.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


_save = IndexDataCacheFile.save


def _save_alone(self: IndexDataCacheFile, key: object, data: object) -> None:
    """Let one process at a time write down a compiled kernel.

    Numba gives numbered files to the signatures of a kernel. Two workers that compile two of them at the same instant
    would take the same number, and one would later run the other's code.
    """
    folder = os.open(self._cache_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        _save(self, key, data)
    finally:
        os.close(folder)


def pytest_configure(config: pytest.Config) -> None:
    """Guard numba's cache in the workers of `make test`."""
    if hasattr(config, "workerinput"):
        IndexDataCacheFile.save = _save_alone


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure when CI is set, unless its reason is the one that is allowed."""
    if not os.environ.get("CI") or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(_ALLOWED):
        report.outcome = "failed"
        report.longrepr = f"skipped where CI is set, so a part is missing: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at the report of each phase of each test."""
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at the report of each file that was read for tests."""
    report = yield
    _refuse(report)
    return report
