"""The root of the command line. Commands register on it."""

from typing import Annotated

import typer

app = typer.Typer(
    name="govern",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Compliance and contract governance for outsourced AI training data.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"govern {version('govern')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Compliance and contract governance for outsourced AI training data."""
