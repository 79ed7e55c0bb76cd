"""`python -m govern`: the command line."""

from govern.cli import main

main()
