"""Commands for the operator: ``flask --app wsgi accounts …``."""

from __future__ import annotations

import re

import click
from flask.cli import AppGroup

from backend.accounts.rules import USERNAME, password_problem
from backend.accounts.service import portals, staffing
from backend.accounts.service.grants import WantedGrant
from backend.core.auth import SYSTEM, Role
from backend.core.commands import Words
from backend.core.db import transaction
from backend.core.errors import Conflict, InvalidInput
from backend.places import queries as places

cli = AppGroup(
    "accounts", help="The first administrator; portals that embed us and hand in feedback."
)


@cli.command("create-admin")
@click.option(
    "--username", required=True, help="Name to sign in with: small letters, digits, . _ -"
)
@click.option(
    "--unit", "unit_code", required=True, help="Code of a province (52) or a commune (23798)."
)
@click.option(
    "--name",
    type=Words(100),
    default=None,
    help="Name of the person; the user name when not given.",
)
@click.option(
    "--generate", is_flag=True, help="Make a password and print it, instead of asking for one."
)
def create_admin(username: str, unit_code: str, name: str | None, *, generate: bool) -> None:
    """Make an administrator of a unit: from there on, people are managed in the console."""
    if not re.fullmatch(USERNAME, username):
        raise click.ClickException("a user name has 3 to 60 small letters, digits, dots or hyphens")
    password = staffing.fresh_password() if generate else staffing.chosen_password(_ask(username))
    try:
        with transaction() as session:
            if places.unit_by_code(session, unit_code) is None:
                raise click.ClickException(
                    f"no unit has the code {unit_code} today; run `flask --app wsgi places import` first"
                )
            staffing.create(
                session,
                SYSTEM,
                username=username,
                name=name or username,
                unit_code=unit_code,
                grants=[WantedGrant(Role.ADMINISTRATOR, unit_code)],
                password=password,
            )
    except Conflict as error:
        raise click.ClickException(f"somebody has the user name {username} already") from error
    click.echo(f"{username} is an administrator of {unit_code}")
    if generate:
        click.echo(f"password, to be changed at the first sign-in: {password.plain}")


@cli.command("create-portal")
@click.option("--name", type=Words(100), required=True, help="What the portal is called.")
@click.option("--unit", "unit_code", required=True, help="Code of its province or commune.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    help="https://host or https://*.host that may frame us.",
)
def create_portal(name: str, unit_code: str, origins: tuple[str, ...]) -> None:
    """Let a portal embed us and hand in feedback; prints its id and its key, which is not kept."""
    try:
        with transaction() as session:
            if places.unit_by_code(session, unit_code) is None:
                raise click.ClickException(f"no unit has the code {unit_code} today")
            portal, key = portals.create(
                session, SYSTEM, name=name, unit_code=unit_code, origins=list(origins)
            )
    except InvalidInput as error:
        raise click.ClickException("; ".join(error.errors["allowed_origins"])) from error
    click.echo(f"id, for the address of the frame: {portal.id}")
    click.echo(f"key, to be kept on the portal's server: {key}")


def _ask(username: str) -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    problem = password_problem(password, username)
    if problem is not None:
        raise click.ClickException(f"this password is {problem.replace('_', ' ')}")
    return password
