"""The operator's and the outsider's commands about the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from moderation.transparency import log, statements

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify-receipt")
@click.argument("file", type=_FILE)
@click.option("--keys", "keys_file", type=_FILE, required=True, help="answer of /transparency/keys")
def verify_receipt(file: Path, keys_file: Path) -> None:
    """Verify a resident's receipt with nothing but itself and the public keys; fails when it does not hold."""
    wrong = statements.wrong_with(_read(file), _trusted(_read(keys_file)))
    if wrong is not None:
        click.echo(f"does not hold: {wrong}")
        raise SystemExit(1)
    click.echo("holds")


@click.command("rotate-transparency-key")
def rotate_key() -> None:
    """Let a fresh key sign the log from now on; the present one endorses it and is forgotten."""
    click.echo(f"key {log.rotate_key().key_id} signs from now on")


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is not JSON") from error


def _trusted(listed: Any) -> dict[str, str]:
    """Keys by the id that follows from each; what a file says a key is called does not count."""
    try:
        keys = [key["public_key"] for key in listed["items"]]
        return {statements.key_id(key): key for key in keys}
    except (KeyError, TypeError, ValueError) as error:
        raise click.ClickException("the file of keys has another shape") from error
