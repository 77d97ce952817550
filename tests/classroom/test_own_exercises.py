"""`aelib exercises check`: what is wrong with a teacher's own file is said at once."""

import pytest
from handed_in import EXERCISES

from aelib.cli import main


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (("", ""), 0, "no faults"),
        (
            ('mean(dim=1), "you', 'sum(dim=1), "you'),
            1,
            "a mistake is called right (you took the mean)",
        ),
        (("return values / 2", "return None"), 1, "half, seed 0: its reference is refused"),
        (("EXERCISES =", "MINE ="), 2, "has no list EXERCISES"),
    ],
)
def test_faults_are_said(tmp_path, capsys, change, status, said):
    (tmp_path / "mine.py").write_text(EXERCISES.replace(*change) if change[0] else EXERCISES)
    assert main(["exercises", "check", str(tmp_path / "mine.py")]) == status
    captured = capsys.readouterr()
    assert said in captured.out + captured.err
