"""Logs: what a logger says follows the last configuration, also when it was used before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog

from backend.core.config import load_config
from backend.core.logging import configure_logging

log = structlog.get_logger()


def test_a_logger_that_was_used_before_follows_the_new_configuration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, lines = (
        load_config({"TIENGLANG_VAR_DIR": str(tmp_path), "TIENGLANG_LOG_FORMAT": name})
        for name in ("text", "json")
    )
    configure_logging(text)
    log.error("said_before")
    configure_logging(lines)
    try:
        log.error("said_after", where="here")
    finally:
        configure_logging(text)
    (line,) = (each for each in capsys.readouterr().err.splitlines() if "said_after" in each)
    assert json.loads(line)["where"] == "here"
