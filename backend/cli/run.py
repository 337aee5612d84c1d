"""``make run``: everything from a fresh clone to a served demo province, and away again on Ctrl-C."""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backend.cli import demo, frontend, stamps
from backend.cli.processes import Service, Supervisor, Unfinished, run_quietly
from backend.core.config import Config, ConfigError, load_config
from backend.core.failures import told

ROOT = Path(__file__).resolve().parents[2]
WEB_PROCESSES = 2
# Per web process. A request computes for a millisecond or two or waits for the database's one writer:
# more threads would only fight for the interpreter's lock.
WEB_THREADS = 4
WORKERS = ("work", "delivery", "media")
READY_SECONDS = 60.0


class CannotStart(RuntimeError):  # noqa: N818 - it is the whole message
    """Something the person at the keyboard has to change; the message says what."""


def main(arguments: list[str]) -> int:
    """Prepare, start, wait for the end; exit code 0 when it was asked to end."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-frontend", action="store_true", help="serve the last build as it is")
    chosen = parser.parse_args(arguments)
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        environment = _environment(chosen.host, chosen.port)
        config = load_config(environment)
        check_port(chosen.host, chosen.port)
        if not chosen.no_frontend:
            with step("front end") as say:
                say(frontend.build())
        with step("database") as say:
            say(prepare_database(config, environment))
    except (CannotStart, ConfigError, frontend.FrontendError, Unfinished) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
        return 0
    share_metrics(config, environment)
    return serve(config, environment, chosen.host, chosen.port, started)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _environment(host: str, port: int) -> dict[str, str]:
    """The environment of every process that we start."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environment.setdefault("TIENGLANG_PUBLIC_URL", address(host, port))
    environment.setdefault("TIENGLANG_VAR_DIR", str(ROOT / "var"))
    if environment.get("TIENGLANG_ENV") != "production":
        # A person is looking: the addresses shall stay in sight. Codes sent by SMS are still printed.
        environment.setdefault("TIENGLANG_LOG_LEVEL", "WARNING")
    return environment


def share_metrics(config: Config, environment: dict[str, str]) -> None:
    """Give all processes one empty folder for their figures; those of the last run would be counted again."""
    folder = config.var_dir / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds us."""
    return f"http://{'127.0.0.1' if host in ('', '0.0.0.0') else host}:{port}"  # noqa: S104 - compared


@contextmanager
def step(name: str) -> Iterator[Callable[[str], None]]:
    """Print the name of a step at once, and its result and seconds when it is done."""
    started = time.monotonic()
    results: list[str] = []
    interactive = sys.stdout.isatty()
    if interactive:
        print(f"  {name:<28} …", end="", flush=True)
    yield results.append
    seconds = time.monotonic() - started
    lead = "\r" if interactive else ""
    print(f"{lead}  {name:<28} {', '.join(results)} ({seconds:.1f} s)", flush=True)


def check_port(host: str, port: int) -> None:
    """Make sure that nobody else listens there.

    Raises:
        CannotStart: somebody does, or the port is not ours to take.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}). Choose another one: make run PORT={port + 10}"
            ) from error


def prepare_database(config: Config, environment: Mapping[str, str]) -> str:
    """Migrate and load the demo province in a process of its own, unless that was done already."""
    wanted = ["migrate"] if config.production else ["migrate", "demo"]
    seeds = [
        path
        for room in ("backend", "moderation", "notifications")
        for path in (ROOT / room).rglob("seed*.py")
    ]
    state = stamps.digest([ROOT / "migrations", *seeds]) + config.database_url
    stamp = config.var_dir / "stamps" / "database"
    file = Path(config.database_url.removeprefix("sqlite:///"))
    if (
        config.database_url.startswith("sqlite:///")
        and file.is_file()
        and stamps.is_done(stamp, state)
    ):
        return "up to date"
    said = run_quietly([sys.executable, "-m", "backend.cli.database", *wanted], ROOT, environment)
    stamps.mark_done(stamp, state)
    return said.strip().splitlines()[-1] if said.strip() else "migrated"


def services(host: str, port: int, environment: Mapping[str, str]) -> list[Service]:
    """The web server and the workers."""
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", host, "--port", str(port), "--log-level", "warning"),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
        "wsgi:app",
    ]
    workers = [
        Service(f"worker {kind}", [sys.executable, "worker.py", kind], environment)
        for kind in WORKERS
    ]
    # The C library gives each thread a heap of its own and hands nothing back: two are enough for four threads.
    frugal = {"MALLOC_ARENA_MAX": "2", **environment}
    return [Service("web", web, frugal), *workers]


def serve(
    config: Config, environment: Mapping[str, str], host: str, port: int, started: float
) -> int:
    """Start every process, say where they are, wait for the end."""
    web, *workers = services(host, port, environment)
    supervisor = Supervisor([web], say=lambda text: print(f"  {text}", flush=True))
    deadline = time.monotonic() + READY_SECONDS
    ready = False

    def answered() -> bool:
        nonlocal ready
        ready = is_ready(host, port)
        return ready or time.monotonic() > deadline

    supervisor.start()
    try:
        with step("server") as say:
            going_on = supervisor.wait(until=answered)
            say(
                "ready"
                if ready
                else "stopped"
                if not going_on
                else "not ready; see the messages above"
            )
        if going_on and ready:
            for worker in workers:  # they would only keep the server's processors busy before
                supervisor.add(worker)
            print(welcome(config, address(host, port), time.monotonic() - started), flush=True)
            supervisor.wait()
    finally:
        print("\nstopping …", flush=True)
        supervisor.stop()
        print("stopped", flush=True)
    return 0 if ready or not going_on else 1


def is_ready(host: str, port: int, path: str = "/readyz") -> bool:
    """True when the application says that it can serve."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(config: Config, url: str, seconds: float) -> str:
    """Addresses and demo sign-ins, for the terminal."""
    lines = [
        "",
        f"  Tiếng Làng is ready after {seconds:.1f} s. Ctrl-C stops it.",
        "",
        f"  Residents      {url}/",
        f"  Officials      {url}/console",
        f"  API            {url}/api/docs",
    ]
    remembered = {} if config.production else demo.read(config.var_dir)
    if remembered.get("sign_ins"):
        names = remembered["sign_ins"]
        width = max(len(name) for name, _ in names)
        lines += [
            "",
            f"  Demo sign-ins for the console; every password is {remembered['password']}",
            "",
        ]
        lines += [f"    {name:<{width}}  {who}".rstrip() for name, who in names]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(told(lambda: main(sys.argv[1:])))
