"""Logs: what a logger says follows the last configuration, also when it was used before."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import structlog

from backend.core.config import load_config
from backend.core.logging import configure_logging


def test_a_logger_that_was_used_before_follows_the_new_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text, lines = (
        load_config({"TIENGLANG_VAR_DIR": str(tmp_path), "TIENGLANG_LOG_FORMAT": name})
        for name in ("text", "json")
    )
    log = structlog.get_logger()
    written = io.StringIO()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", written)
            configure_logging(text)
            log.error("said_before")
            configure_logging(lines)
            log.error("said_after", where="here")
    finally:
        configure_logging(text)  # loggers that speak up later write to where everybody writes
    (line,) = (each for each in written.getvalue().splitlines() if "said_after" in each)
    assert json.loads(line)["where"] == "here"
