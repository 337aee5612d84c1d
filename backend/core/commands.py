"""Operators' commands that belong to no room: ``flask --app wsgi …``."""

from __future__ import annotations

import click
from flask import Flask

from backend.core import config, keys


def register_commands(app: Flask) -> None:
    """Add the commands to ``app``."""
    for command in (show_config, fresh_secrets, reseal, reindex):
        app.cli.add_command(command)


@click.command("config")
def show_config() -> None:
    """Print every setting as a Markdown table."""
    click.echo(config.settings_table(), nl=False)


@click.command("secrets")
def fresh_secrets() -> None:
    """Print fresh secrets for a production installation, ready for an environment file."""
    for name, value in config.fresh_secrets().items():
        click.echo(f"{config.PREFIX}{name.upper()}={value}")


@click.command("reseal")
def reseal() -> None:
    """Encrypt all contact data with the newest of TIENGLANG_DATA_KEYS; afterwards the old key can go."""
    click.echo(f"{keys.reseal_all()} values sealed anew")


@click.command("reindex")
def reindex() -> None:
    """Make the blind indexes of telephone numbers anew, after TIENGLANG_INDEX_KEY was changed."""
    click.echo(f"{keys.reindex_all()} rows indexed anew")
