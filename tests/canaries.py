"""Tokens that every test runs with; nothing that a test prints, logs or leaves behind may show them."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

import pytest

CANARIES = {
    "SCENESCOUT_EVENTBRITE_TOKEN": "CANARYEVENTBRITE5f1d0b7c",
    "SCENESCOUT_YELP_TOKEN": "CANARYYELP9e3a46d2",
}
_TOKENS = tuple(CANARIES.values())


class CanaryWatch:
    """A pytest plugin: looks at the output, log and tracebacks of each test, and at the end at all files."""

    def __init__(self) -> None:
        self.leaks: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at what a test said."""
        said = [text for _, text in report.sections]
        if report.longrepr is not None:
            said.append(str(report.longrepr))
        if any(token in text for token in _TOKENS for text in said):
            self.leaks.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Look at what the tests left, and fail the session where a token is in it."""
        factory = getattr(session.config, "_tmp_path_factory", None)
        if factory is not None:
            self.leaks += leaks_below(factory.getbasetemp())
        if self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name where a token was seen."""
        for leak in self.leaks:
            terminalreporter.write_line(f"A TOKEN IS SEEN in {leak}", red=True)


def leaks_below(folder: Path) -> Iterator[str]:
    """Name the files below a folder that hold one of the tokens: databases, logs, pictures, all there is."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file() or not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if any(content.find(token.encode()) >= 0 for token in _TOKENS):
                yield str(path.relative_to(folder))
