"""What isoflop raises on purpose; the words are those of the command line."""

from __future__ import annotations

__all__ = ["Cancelled", "DataError", "Error", "InvalidArgument", "Notice"]


class Error(Exception):
    """Base of everything that isoflop raises on purpose."""


class InvalidArgument(Error, ValueError):
    """A precondition of a call does not hold: a negative budget, an unknown coefficient.

    Attributes
    ----------
    field : str
        The argument at fault, as it is passed; "" where the fault is not that of one.
    """

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text, field)
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])


class DataError(Error, ValueError):
    """A file or table is not what it should be; the text names its line where there is one."""


class Cancelled(Error):
    """A call was ended by whoever asked for it."""


class Notice(UserWarning):
    """What a person should know though the call goes on."""
