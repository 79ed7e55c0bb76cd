"""The root of the command line. Commands register on it."""

import typer

app = typer.Typer(
    name="govern",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Compliance and contract governance for outsourced AI training data.",
)
