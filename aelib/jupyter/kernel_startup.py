"""Run in each new kernel: a cell that is run before the first one ends in a sentence too.

Where Python has another environment, without the course, it does nothing.
"""

from contextlib import suppress

with suppress(ImportError):
    import aelib

    del aelib  # the lesson's own first cell makes the name
del suppress
