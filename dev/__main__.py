"""The commands behind the Makefile: ``dev/bootstrap.sh COMMAND``."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping

from dev import checks, housekeeping
from dev import prove as proof
from dev.console import Console, Problem, Step
from dev.engine import RunningEngine
from dev.frontend import Bundle, FrontEndPackages
from dev.image_steps import DiskSpace, Images
from dev.layout import Layout, with_system_path
from dev.packages import SystemPackages
from dev.product import check_free, read_product, serve
from dev.python_env import PythonPackages
from dev.redis_server import ReachableRedis
from dev.site import StaticFiles

Env = Mapping[str, str]


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns its status; a Problem is one sentence on stderr and status 1."""
    parser = argparse.ArgumentParser(prog="dev/bootstrap.sh", description="What the Makefile's targets call.", allow_abbrev=False)
    parser.add_argument("command", choices=sorted([*_COMMANDS, "prove"]))
    parser.add_argument("--ready-fd", type=int, help="with serve: where to write the address once it is reachable")
    options, arguments = parser.parse_known_args(argv)
    if arguments and options.command != "prove":
        parser.error(f"unknown words: {' '.join(arguments)}")
    env = with_system_path(os.environ)
    os.environ["PATH"] = env["PATH"]
    try:
        layout = Layout.read(env)
        if options.command == "serve":
            return serve(layout, env, Console(), ready_fd=options.ready_fd)
        if options.command == "prove":
            return prove(layout, env, arguments)
        return _COMMANDS[options.command](layout, env)
    except Problem as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr, flush=True)
        return 130


def tools_steps(layout: Layout, env: Env, *, for_tests: bool) -> list[Step]:
    """Everything that is installed, in order."""
    return [
        SystemPackages(layout, env, for_tests=for_tests),
        PythonPackages(layout, for_tests=for_tests),
        FrontEndPackages(layout),
    ]


def engine_steps(layout: Layout, env: Env) -> list[Step]:
    """Everything that an engine needs to run sandboxes."""
    return [RunningEngine(layout, env), DiskSpace(layout, env), Images(layout, env)]


def prepare(layout: Layout, env: Env, *, for_tests: bool) -> None:
    """All that the product needs before it can be started."""
    steps = [*tools_steps(layout, env, for_tests=for_tests), Bundle(layout), *engine_steps(layout, env)]
    Console().perform(steps)


def run(layout: Layout, env: Env) -> int:
    """``make run``: everything, from what is installed to the running product."""
    product = read_product(layout, env)
    check_free(layout, product.address)
    prepare(layout, env, for_tests=False)
    if product.redis.private is None:
        Console().perform([ReachableRedis(product.redis)])
    return serve(layout, env, Console(), product=product)


def images(layout: Layout, env: Env) -> int:
    """``make images``."""
    Console().perform([SystemPackages(layout, env, for_tests=False), PythonPackages(layout, for_tests=False), *engine_steps(layout, env)])
    return 0


def lint(layout: Layout, env: Env) -> int:
    """``make lint``."""
    Console().perform(tools_steps(layout, env, for_tests=True))
    return checks.run_checks(checks.lint_checks(layout), layout, checks.check_environment(layout, env), Console())


def reformat(layout: Layout, env: Env) -> int:
    """``make format``."""
    Console().perform(tools_steps(layout, env, for_tests=True))
    ruff = str(layout.bin / "ruff")
    fixed = subprocess.run([ruff, "check", "--fix", "."], cwd=layout.root, check=False).returncode
    return subprocess.run([ruff, "format", "."], cwd=layout.root, check=False).returncode or fixed


def test(layout: Layout, env: Env) -> int:
    """``make test``."""
    prepare(layout, env, for_tests=True)
    # Pages name their static files through the manifest, so the tests' own folder needs one too.
    tests = Layout(layout.root, layout.var / "test")
    Console().perform([StaticFiles(tests, checks.check_environment(layout, env))])
    with checks.servers_for_tests(layout, env) as (test_env, postgres_url):
        every = [*checks.lint_checks(layout), *checks.pytest_checks(layout, postgres_url)]
        return checks.run_checks(every, layout, test_env, Console())


def prove(layout: Layout, env: Env, arguments: list[str]) -> int:
    """``make prove``; the arguments are those of ``manage.py prove``."""
    tools = (SystemPackages(layout, env, for_tests=False), PythonPackages(layout, for_tests=False))
    Console().perform([*tools, *engine_steps(layout, env)])
    return proof.prove(layout, env, arguments)


def bench(layout: Layout, env: Env) -> int:
    """``make bench``: the benchmarks get servers of their own, as the tests do."""
    prepare(layout, env, for_tests=True)
    with checks.servers_for_tests(layout, env) as (bench_env, _):
        return subprocess.run([layout.python, "-m", "bench"], cwd=layout.root, env=bench_env, check=False).returncode


def screenshot(layout: Layout, env: Env) -> int:
    """``make screenshot``: the browser test that goes the whole way leaves its picture in docs/."""
    prepare(layout, env, for_tests=True)
    picture = {"SCREENSHOT": str(layout.root / "docs" / "screenshots" / "learning-page.png")}
    argv = [str(layout.python), "-m", "pytest", "-m", "e2e", "tests/e2e/test_whole_way.py"]
    return subprocess.run(argv, cwd=layout.root, env={**checks.check_environment(layout, env), **picture}, check=False).returncode


def prepare_only(layout: Layout, env: Env) -> int:
    """``make prepare``."""
    prepare(layout, env, for_tests=True)
    return 0


_COMMANDS: dict[str, Callable[[Layout, Env], int]] = {
    "run": run,
    "serve": lambda layout, env: serve(layout, env, Console()),
    "test": test,
    "lint": lint,
    "format": reformat,
    "images": images,
    "bench": bench,
    "prepare": prepare_only,
    "screenshot": screenshot,
    "stop": housekeeping.stop,
    "stop-engine": housekeeping.stop_engine,
    "clean": housekeeping.clean,
    "lock": housekeeping.lock,
}

if __name__ == "__main__":
    sys.exit(main())
