"""Commands for the operator: ``flask --app wsgi places …``."""

from __future__ import annotations

import re
from datetime import datetime, time
from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from backend.core.commands import Words
from backend.core.db import transaction
from backend.core.errors import InvalidInput
from backend.places import queries, service
from backend.places.boundaries import BoundaryError, read_outlines
from backend.places.models import DayKind
from backend.places.source import read_source

cli = AppGroup(
    "places", help="Administrative units: import them, add their outlines, keep their calendars."
)

DEFAULT_PROVINCE = "52"  # Gia Lai
_SPAN = re.compile(r"([1-7]):(\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)


@cli.command("import")
@click.option(
    "--province",
    "provinces",
    multiple=True,
    metavar="CODE",
    help="Province whose communes to store; repeat for several. Default: 52, Gia Lai.",
)
@click.option("--all", "everything", is_flag=True, help="The communes of all 34 provinces.")
def import_units(provinces: tuple[str, ...], *, everything: bool) -> None:
    """Store the units in force since 1 July 2025 and what they were before. Safe to run again."""
    chosen = None if everything else frozenset(provinces or (DEFAULT_PROVINCE,))
    source = read_source()
    try:
        with transaction() as session:
            report = service.import_units(session, source, chosen)
    except InvalidInput as error:
        raise click.ClickException("; ".join(error.errors["province"])) from error
    click.echo(
        f"{report.added} units added, {report.changed} changed, {report.successions} successions added"
    )


@cli.command("boundaries")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="Where the outlines come from; kept with them.")
def import_boundaries(file: Path, source: str) -> None:
    """Store outlines from a GeoJSON file; the property `code` of a feature names the unit."""
    try:
        outlines = read_outlines(file)
    except BoundaryError as error:
        raise click.ClickException(str(error)) from error
    with transaction() as session:
        strangers = service.import_boundaries(session, outlines, source or file.name)
    click.echo(f"{len(outlines) - len(strangers)} outlines stored")
    if strangers:
        click.echo(f"no unit has these codes today: {', '.join(strangers)}", err=True)


@cli.command("set-day")
@click.option(
    "--unit",
    "unit_code",
    default=None,
    help="Code of a province or commune; the whole country without.",
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option(
    "--kind",
    type=click.Choice([*(each.value for each in DayKind), "plain"]),
    required=True,
    help="`plain` takes a rule back.",
)
@click.option("--note", type=Words(200), default=None, help="Shown where the day is explained.")
def set_day(unit_code: str | None, day: datetime, kind: str, note: str | None) -> None:
    """Say that a day is a holiday, a working Saturday, or that an office is closed. Running deadlines recount."""
    with transaction() as session:
        unit_id = _unit_id(session, unit_code)
        wanted = None if kind == "plain" else DayKind(kind)
        service.set_day(session, unit_id, day.date(), wanted, note)
    click.echo(f"{day.date()}: {kind}")


@cli.command("set-hours")
@click.option(
    "--unit",
    "unit_code",
    default=None,
    help="Code of a province or commune; everybody's default without.",
)
@click.argument("spans", nargs=-1, required=True, metavar="DAY:HH:MM-HH:MM…")
def set_hours(unit_code: str | None, spans: tuple[str, ...]) -> None:
    """Replace office hours: `1:07:00-11:30 1:13:30-17:00 …`, days from 1 (Monday) to 7. Running deadlines recount."""
    week: dict[int, list[tuple[time, time]]] = {}
    for span in spans:
        match = _SPAN.fullmatch(span)
        if match is None:
            raise click.BadParameter(f"{span} is not like 1:07:00-11:30")
        try:
            opens, closes = time.fromisoformat(match[2]), time.fromisoformat(match[3])
        except ValueError as error:
            raise click.BadParameter(f"{span}: no such time") from error
        week.setdefault(int(match[1]) - 1, []).append((opens, closes))
    try:
        with transaction() as session:
            service.set_hours(session, _unit_id(session, unit_code), week)
    except InvalidInput as error:
        raise click.ClickException("hours overlap, or end before they begin") from error
    click.echo(f"{len(spans)} spans stored")


def _unit_id(session: Session, code: str | None) -> UUID | None:
    if code is None:
        return None
    unit = queries.unit_by_code(session, code)
    if unit is None:
        raise click.ClickException(f"no unit has the code {code} today")
    return unit.id
