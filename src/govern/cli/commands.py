"""Registers the commands, one module a domain."""

from govern.cli.app import app
from govern.cli.packs import packs

app.add_typer(packs, name="packs")
