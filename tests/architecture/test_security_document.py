"""docs/security.md promises a test for each threat: those tests exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")


def test_every_test_that_the_security_document_names_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    missing = []
    for path, name in NAMED.findall(text):
        file = ROOT / path
        known = set()
        if file.is_file():
            known = {
                node.name
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.FunctionDef)
            }
        if name.split("::")[-1] not in known:
            missing.append(f"{path}::{name}")
    assert missing == []
    assert len(NAMED.findall(text)) > 40


def test_every_threat_has_a_test() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "security.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| threat")
    ]
    assert [row for row in rows if not NAMED.search(row)] == []
