"""model, x, history -> a report in words: what is wrong with a network, and how one sees it.

A symptom enters symptoms.py with the instrument that shows it, a network that has it and healthy
ones that it does not accuse; a guess at what was done to copies or pictures enters guesses.py.
asking.py finds out how a model is asked, patient.py holds what is measured once, report.py asks one
look after the other.
"""

from aelib.diagnosis.report import Report, diagnose

__all__ = ["Report", "diagnose"]
