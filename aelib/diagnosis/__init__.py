"""model, x, history -> a report in words: what is wrong with a network, and how one sees it.

A symptom enters symptoms.py with the instrument that shows it and a healthy network that it does
not accuse; patient.py holds what is measured once, report.py asks one look after the other.
"""

from aelib.diagnosis.report import Report, diagnose

__all__ = ["Report", "diagnose"]
