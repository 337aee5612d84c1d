"""Operators' commands that belong to no room: ``flask --app wsgi …``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask

from backend.core import config, keys
from backend.core.failures import in_words
from backend.core.text import clean


class Words(click.ParamType[str]):
    """One line of text that fits where it is kept."""

    name = "text"

    def __init__(self, max_length: int) -> None:
        self.max_length = max_length

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The cleaned text; refuses what is empty or too long."""
        text = " ".join(clean(value).split())
        if not text:
            self.fail("is empty", param, ctx)
        if len(text) > self.max_length:
            self.fail(f"is longer than {self.max_length} characters", param, ctx)
        return text


def register_commands(app: Flask) -> None:
    """Add the commands to ``app``, and let every command, the rooms' too, say in words why it failed."""
    for command in (show_config, fresh_secrets, reseal, reindex):
        app.cli.add_command(command)
    for known in app.cli.commands.values():
        _speak(known)


def _speak(command: click.Command) -> None:
    for known in command.commands.values() if isinstance(command, click.Group) else ():
        _speak(known)
    if command.callback is not None and not isinstance(command, click.Group):
        command.callback = _speaking(command.callback)


def _speaking(work: Callable[..., Any]) -> Callable[..., Any]:
    if hasattr(work, "__speaking__"):  # commands outlive an application
        return work

    @wraps(work)
    def said(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except click.ClickException:
            raise
        except Exception as error:
            words = in_words(error)
            if words is None:
                raise
            raise click.ClickException(words) from error

    said.__speaking__ = True  # type: ignore[attr-defined] # a mark of our own
    return said


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
