"""The operator's commands: ``flask --app wsgi moderation …``."""

from __future__ import annotations

import click
from sqlalchemy import select

from backend.core.db import reading, transaction
from moderation import defaults, history
from moderation.models import Case

_BATCH = 500


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
    """Verify the history of every case; names each case's first broken link and fails when there is one."""
    broken = checked = 0
    last = None
    while True:
        statement = select(Case).order_by(Case.id).limit(_BATCH)
        with reading() as session:
            cases = session.scalars(
                statement if last is None else statement.where(Case.id > last)
            ).all()
            for case in cases:
                found = history.verify(session, case)
                checked += 1
                if found is not None:
                    broken += 1
                    click.echo(f"{case.tracking_code}: link {found.seq}, {found.reason}")
        if not cases:
            break
        last = cases[-1].id
    click.echo(f"{checked} cases, {broken} with a broken history")
    if broken:
        raise SystemExit(1)
