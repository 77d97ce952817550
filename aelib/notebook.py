"""What a notebook adds to Python's own words when a name is not there."""

import sys
from types import TracebackType
from typing import Any

_SENTENCE = (
    "{name} is not there (yet): it is made in a cell above that has not been run since Python was "
    "started, or it is spelt otherwise. Run ▸ Run All Above Selected Cell, then this cell again."
)


def explain_missing_names() -> None:
    """In a notebook, end a NameError in a sentence that says what to do."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None and not shell.custom_exceptions:  # what others have set up stays
        shell.set_custom_exc((NameError,), _explain)


def _explain(
    shell: Any,
    kind: type[NameError],
    error: NameError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the error as always, and the sentence below it."""
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    if error.name and not isinstance(error, UnboundLocalError):
        print(_SENTENCE.format(name=error.name), file=sys.stderr)
