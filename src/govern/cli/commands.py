"""Registers the commands, one module a domain."""

from govern.cli import (
    bundles,
    checks,
    controls,
    dispositions,
    drafts,
    interview,
    inventory,
    log_files,
    log_verify,
    redlines,
    review,
    stamps,
    whatif,
)
from govern.cli.app import app
from govern.cli.contracts import contracts_app
from govern.cli.erase import person_app, vault_app
from govern.cli.evidence import evidence_app
from govern.cli.keys import keys_app
from govern.cli.law import law_app
from govern.cli.logs import log_app
from govern.cli.packs import packs
from govern.cli.portfolio import portfolio_app
from govern.cli.projects import project_app
from govern.cli.retention import retention_app
from govern.cli.waivers import waiver_app
from govern.cli.witness import witness_app

app.add_typer(project_app, name="project")
app.add_typer(portfolio_app, name="portfolio")
app.add_typer(contracts_app, name="contracts")
app.add_typer(evidence_app, name="evidence")
app.add_typer(waiver_app, name="waiver")
app.add_typer(law_app, name="law")
app.add_typer(keys_app, name="keys")
app.add_typer(log_app, name="log")
app.add_typer(person_app, name="person")
app.add_typer(vault_app, name="vault")
app.add_typer(retention_app, name="retention")
app.add_typer(witness_app, name="witness")
app.add_typer(packs, name="packs")

__all__ = [
    "app",
    "bundles",
    "checks",
    "controls",
    "dispositions",
    "drafts",
    "interview",
    "inventory",
    "log_files",
    "log_verify",
    "redlines",
    "review",
    "stamps",
    "whatif",
]
