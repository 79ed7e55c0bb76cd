"""`python -m govern`: the command line."""

from govern.cli import main

if __name__ == "__main__":
    main()
