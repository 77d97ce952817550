"""Answers to lessons 06 and 12 as people write them, each with the mark a person would give.

They stand in by_hand.txt and were written from the lessons' questions and GRADING.md alone, by
somebody who had not read the grader. After the first run was changed:

- Three expectations, since `check` says the same in the notebook: a function that prints, and one
  that forgets its return, are wrong rather than not attempted; right values from a function that
  spoils its input are wrong.
- One answer to kl_of_each: it called `sum` of a generator, and in some notebooks another answer
  says `from numpy import *`, whose `sum` takes none. Jupyter stops there as well.
- The exit status that is expected of Moodle's class: 1 rather than 0, since its pages of text are
  no notebooks; they are named and left aside.
"""

from pathlib import Path


def _read(text):
    """Exercise -> pairs of a mark and the cells."""
    found = {}
    for part in text.split("########## ")[1:]:
        name, _, answers = part.partition("\n")
        for answer in answers.split("#: ")[1:]:
            status, _, cells = answer.partition("\n")
            pair = status, [cell.strip("\n") for cell in cells.split("# %%\n")]
            found.setdefault(name, []).append(pair)
    return found


ANSWERS = _read(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"))
