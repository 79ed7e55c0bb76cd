"""Every error that `govern` raises on purpose.

A message is written for the person who reads it: lower case, in that person's words, the offending input in
backticks. `where` is the place (`file:line:column`, an id, or a log index) and `hint` says what to do next.
The classes carry the exit status that the command line returns. This module imports nothing.
"""


class GovernError(Exception):
    """The root of the tree. Catch this one to catch all that `govern` raises on purpose."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" (hint: {self.hint})" if self.hint else ""
        return f"{place}{self.message}{hint}"


class ContentError(GovernError):
    """Authored files (packs, clauses, schemas, projects) are wrong. `problems` has all of them at once."""

    exit_status = 3

    def __init__(
        self, message: str, *, hint: str = "", where: str = "", problems: "tuple[ContentError, ...]" = ()
    ) -> None:
        super().__init__(message, hint=hint, where=where)
        self.problems = problems


class FactError(GovernError):
    """A fact of an unknown name, or a value of the wrong type."""

    exit_status = 4


class VerificationError(GovernError):
    """Something does not verify: what, where, what was expected and what was found."""

    exit_status = 5

    def __init__(self, message: str, *, hint: str = "", where: str = "", expected: str = "", found: str = "") -> None:
        super().__init__(message, hint=hint, where=where)
        self.expected = expected
        self.found = found


class RefusedError(GovernError):
    """The rules forbid the act: a hold, a missing approval, a blank in a final document, a role."""

    exit_status = 6


class StoreError(GovernError):
    """Not found, a write conflict, or a database that cannot be reached or written."""

    exit_status = 7


class WriteConflictError(StoreError):
    """The record was changed by somebody else since it was read."""
