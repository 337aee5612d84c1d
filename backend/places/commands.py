"""Commands for the operator: ``flask --app wsgi places …``."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from backend.core.db import transaction
from backend.core.errors import InvalidInput
from backend.places import service
from backend.places.boundaries import BoundaryError, read_outlines
from backend.places.source import read_source

cli = AppGroup("places", help="Administrative units: import them, add their outlines.")

DEFAULT_PROVINCE = "52"  # Gia Lai


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
