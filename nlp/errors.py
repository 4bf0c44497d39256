"""The errors that nanocart raises, each naming where it happened and the way out."""

from __future__ import annotations


class NanocartError(Exception):
    """Base of every error that nanocart raises on purpose.

    >>> str(NanocartError("no model called 'x'", hint="nanocart knows: rules"))
    "no model called 'x' (nanocart knows: rules)"
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process borders in `nlp.pipe(n_process=2)`, and keyword arguments are lost by default.
        return _rebuild, (type(self), self.__dict__.copy())


class UsageError(NanocartError):
    """An option, a format or a model that does not exist: the command line exits with 2."""


class SourceError(NanocartError):
    """A whole input that cannot be read: missing, empty, truncated, of an unknown format.

    `source` is the path (or `-`), `where` narrows it down ("line 7", "byte 1024").
    """

    def __init__(self, message: str, *, source: str, where: str = "", hint: str = "") -> None:
        place = f"{source}, {where}" if where else source
        super().__init__(f"{place}: {message}", hint=hint)
        self.source = source
        self.where = where
        self.reason = message


class RecordError(NanocartError):
    """One record that cannot be read, while the rest of its source can.

    `record` is the record's identifier (a PMID) where it is known, else "".
    """

    def __init__(self, message: str, *, source: str = "", where: str = "", record: str = "", hint: str = "") -> None:
        place = ", ".join(part for part in (source, where, f"record {record}" if record else "") if part)
        super().__init__(f"{place}: {message}" if place else message, hint=hint)
        self.source = source
        self.where = where
        self.record = record
        self.reason = message


class LexiconError(NanocartError):
    """A lexicon that contradicts itself or does not follow its format."""


def _rebuild(cls: type[NanocartError], state: dict[str, object]) -> NanocartError:
    error = cls.__new__(cls)
    Exception.__init__(error, state["message"], state["hint"])
    error.__dict__.update(state)
    return error
