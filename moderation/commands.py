"""The operator's commands: ``flask --app wsgi moderation …``."""

from __future__ import annotations

import click

from backend.core.db import transaction
from moderation import defaults
from moderation.transparency import audit
from moderation.transparency.commands import rotate_key, verify_receipt


@click.group("moderation")
def cli() -> None:
    """Cases: first rules, verification of their histories."""


@cli.command("defaults")
def install_defaults() -> None:
    """Write the first routing rules, deadlines and reply templates where there are none."""
    with transaction() as session:
        written = defaults.install(session)
    click.echo("written" if written else "nothing to do: there are rules already")


@cli.command("verify")
def verify() -> None:
    """Verify every history and the transparency log; names the first broken link of each case, fails when there is one."""
    cases = broken = 0
    for walk, looked in audit.everything():
        cases += looked.count if walk is audit.cases else 0
        broken += len(looked.findings)
        for finding in looked.findings:
            click.echo(str(finding))
    click.echo(f"{cases} cases, {broken} broken places")
    if broken:
        raise SystemExit(1)


for command in (verify_receipt, rotate_key):
    cli.add_command(command)
