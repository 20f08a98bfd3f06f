"""A pytest plugin: a test that was skipped has not been run, so the run is not green."""

import pytest

_skipped = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make room for the names."""
    config.stash[_skipped] = []


class _Recorder:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:  # a whole file
            self._config.stash[_skipped].append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._config.stash[_skipped].append(report.nodeid)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin to record."""
    session.config.pluginmanager.register(_Recorder(session.config))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run with a skip in it red."""
    if exitstatus == 0 and session.config.stash[_skipped]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which, so that nobody has to search."""
    for name in config.stash[_skipped]:
        terminalreporter.write_line(f"SKIPPED, which counts as failed here: {name}", red=True)
