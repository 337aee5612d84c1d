"""Write the API's description to pwa/openapi.json, from which the front end's types are made."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from backend.core import db
from wsgi import create_app

TARGET = Path(__file__).resolve().parents[2] / "pwa" / "openapi.json"


def document(app: Flask) -> dict[str, Any]:
    """The document as the application serves it."""
    answer = app.test_client().get("/openapi.json")
    found: dict[str, Any] = json.loads(answer.get_data())
    return found


def rendered(found: dict[str, Any]) -> str:
    """The text of the file: sorted, so that a change shows as a small difference."""
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    """``python -m backend.cli.openapi``."""
    os.environ.setdefault("TIENGLANG_LOG_LEVEL", "WARNING")
    TARGET.write_text(rendered(document(create_app())))
    db.disconnect()
    print(f"written: {TARGET.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
