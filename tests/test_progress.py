"""aelib.progress: a live curve in a notebook, a bar in a terminal, silence under tests."""

import io
import sys

import pytest

from aelib import progress
from aelib.widgets import TrainingMonitor


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_tests_are_silent(capsys):
    report = progress.start(3)
    report.step(0.5, 1.0)
    report.epoch(1.0, [])
    report.finish("finished")
    assert isinstance(report, progress.Silence)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_with_epochs_time_left_and_losses(monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setattr(sys, "stderr", Terminal())
    report = progress.start(2)
    report.step(1.0, 3.0)
    report.epoch(3.25, [4.5])
    report.finish("finished")
    printed = sys.stderr.getvalue()
    assert "1.0/2 epochs" in printed
    assert "left" in printed
    assert "loss=3.25, validation=4.5" in printed


def test_a_log_file_gets_no_bar(monkeypatch, capsys):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    progress.start(2).finish("finished")
    assert capsys.readouterr() == ("", "")


def test_a_notebook_gets_the_monitor(monkeypatch):
    shown = []
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    report = progress.start(4)
    assert shown == [report]
    assert isinstance(report, TrainingMonitor)


def test_the_monitors_text_is_the_same_each_time():
    assert repr(TrainingMonitor(4)) == repr(TrainingMonitor(4)) == "TrainingMonitor(epochs=4)"


def test_a_notebook_that_is_opened_later_says_how_to_see_the_curve():
    data, _ = TrainingMonitor(4)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == (
        "TrainingMonitor(epochs=4): run this cell again to watch the loss fall"
    )


def test_the_monitor_keeps_the_curve_the_losses_and_the_end():
    monitor = TrainingMonitor(2)
    for step in range(10):
        monitor.step((step + 1) / 5, 10.0 - step)
    monitor.epoch(8.0, [])
    monitor.epoch(3.0, [4.0])
    monitor.finish("finished")
    assert monitor.done == 2.0
    assert monitor.curve == [[(step + 1) / 5, 10.0 - step] for step in range(10)]
    assert monitor.training == [8.0, 3.0]
    assert monitor.validation == [4.0]
    assert monitor.seconds_left == 0
    assert monitor.message.startswith("finished after ")


def test_a_long_curve_is_thinned_to_means():
    monitor = TrainingMonitor(1)
    for step in range(1000):
        monitor.step((step + 1) / 1000, float(step))
    monitor.finish("finished")
    assert len(monitor.curve) <= 120
    assert monitor.curve[0] == pytest.approx([0.009, 4.0])  # nine steps: 0 to 8
    assert monitor.curve[-1][0] == 1.0


def test_a_thousand_steps_cost_the_browser_few_messages(monkeypatch):
    monitor, sent = TrainingMonitor(1), []
    monkeypatch.setattr(monitor, "_tell", sent.append)
    for step in range(1000):
        monitor.step((step + 1) / 1000, 1.0)
    assert len(sent) < 20
