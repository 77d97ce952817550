"""Whose is it? One row for each habit of a platform, a browser or a teacher, as in GRADING.md."""

import unicodedata
from pathlib import Path

import pytest

from aelib.classroom.kinds import is_no_name, readable
from aelib.classroom.names import AmbiguousError, place
from aelib.originals import lesson_files


def placed(*paths, level=0):
    """The student of each path; None where it is nobody's."""
    return [p.student or None for p in place([tuple(p.split("/")) for p in paths], level)[0]]


def told(*paths):
    return place([tuple(path.split("/")) for path in paths])[1]


NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MOODLE = "{}_assignsubmission_file_/06.ipynb"
D2L = "{} - {} - {}/06.ipynb"
SAKAI = "HW 6/{}/Submission attachment(s)/06.ipynb"

ROWS = {  # what it is -> paths, students
    "Moodle": (
        [MOODLE.format("Ada Lovelace_1815"), "Bob_12_assignsubmission_file_06_vae.ipynb",
         "Bob_12_assignsubmission_onlinetext_/onlinetext.html"],
        ["Ada Lovelace_1815", "Bob_12", "Bob_12"]),
    "Moodle, unzipped into a folder": (
        ["HW 6/" + MOODLE.format("Ada_1"), "HW 6/" + MOODLE.format("Bob_2")], ["Ada_1", "Bob_2"]),
    "Moodle, a zip within the folder, and one who came late": (
        ["c.zip/" + MOODLE.format("Ada_1"), "c.zip/" + MOODLE.format("Bob_2"), "cleo_06.ipynb"],
        ["Ada_1", "Bob_2", "cleo"]),
    "Canvas": (
        ["lovelaceada_LATE_1815_9001_06_vae-1.ipynb", "turingalan_1912_9002_06.ipynb",
         "hoppergrace_17_text.html", "lovelaceada_LATE_1815_9003_06_vae-2.ipynb"],
        ["lovelaceada_1815", "turingalan_1912", "hoppergrace_17", "lovelaceada_1815"]),
    "not Canvas: one number for two uploads": (
        ["hw_1_2026_ada.ipynb", "hw_1_2026_bob.ipynb"], ["hw_1_2026_ada", "hw_1_2026_bob"]),
    "not Canvas: folders": (
        ["group_1_2_x/06.ipynb", "group_1_3_x/06.ipynb"], ["group_1_2_x", "group_1_3_x"]),
    "Blackboard, with two attempts and its own notes": (
        ["HW_06_s1_attempt_2026-11-01-12-00-00_06.ipynb",
         "HW_06_s1_attempt_2026-11-01-12-00-00.txt",
         "HW_06_s2_attempt_2026-11-02-12-00-00_06.ipynb",
         "HW_06_s1_attempt_2026-11-03-12-00-00_06.ipynb"],
        ["s1", "s1", "s2", "s1"]),
    "Blackboard, names with an underscore": (
        ["L_a_l_attempt_2026-11-01-12-00-00_6.ipynb", "L_b_l_attempt_2026-11-01-12-00-00_6.ipynb"],
        ["a_l", "b_l"]),
    "Brightspace (D2L), with two attempts": (
        [D2L.format("12-6", "Ada Lovelace", "Nov 3, 2026 1155 PM"),
         D2L.format("12-6", "Ada Lovelace", "Nov 3, 2026 155 PM"),
         D2L.format("13-6", "Bo-Jo X", "3 November, 2026 11.55 AM"), "index.html"],
        ["Ada Lovelace_12", "Ada Lovelace_12", "Bo-Jo X_13", None]),
    "nbgrader's exchange, with two attempts": (
        ["ada+ps6+2026-11-03 10:00:00.1 UTC/06.ipynb", "ada+ps6+2026-11-04 10:00:00.1 UTC/06.ipynb",
         "bob+ps6+2026-11-03 10:00:00.1 UTC+x7f/06.ipynb"], ["ada", "ada", "bob"]),
    "nbgrader's submitted/": (
        ["submitted/ada/ps6/06.ipynb", "submitted/ada/ps7/07.ipynb", "submitted/bob/ps6/06.ipynb"],
        ["ada", "ada", "bob"]),
    "nbgrader's course": (
        ["submitted/ada/ps6/06.ipynb", "submitted/bob/ps6/06.ipynb", "source/ps6/06.ipynb",
         "autograded/ada/ps6/06.ipynb", "feedback/ada/ps6/06.html"],
        ["ada", "bob", None, None, None]),
    "assignment before student": (
        ["ps6/ada/06.ipynb", "ps7/ada/07.ipynb", "ps6/bob/06.ipynb", "ps7/bob/07.ipynb"],
        ["ada", "ada", "bob", "bob"]),
    "Sakai": (
        [SAKAI.format("Lovelace, Ada(ada1)"), "HW 6/Lovelace, Ada(ada1)/timestamp.txt",
         SAKAI.format("Turing, Alan(at)"), "HW 6/Turing, Alan(at)/Feedback Attachment(s)/06.ipynb",
         "HW 6/grades.csv"],
        ["Lovelace, Ada(ada1)", None, "Turing, Alan(at)", None, None]),
    "GitHub Classroom": (
        ["hw6-submissions/hw6-ada/06.ipynb", "hw6-submissions/hw6-bob/deep/06.ipynb"],
        ["ada", "bob"]),
    "Gradescope": (
        ["assignment_1_export/submission_45/06.ipynb", "assignment_1_export/submission_46/06.ipynb",
         "assignment_1_export/submission_metadata.yml"], ["submission_45", "submission_46", None]),
    "Teams": (
        ["Submitted files/Ada L/HW/Version 1/06.ipynb",
         "Submitted files/Ada L/HW/Version 2/06.ipynb",
         "Submitted files/Bob/HW/06.ipynb", "Working files/Bob/HW/06.ipynb"],
        ["Ada L", "Ada L", "Bob", None]),
    "Google Classroom": (
        ["Ada Lovelace - 06_vae.ipynb", "Bob - 06_vae.ipynb", "Bob - 06_vae (1).ipynb"],
        ["Ada Lovelace", "Bob", "Bob"]),
    "Google Drive, no name in it": (
        ["Copy of 06_vae_from_scratch.ipynb", "Copy of 06_vae_from_scratch(1).ipynb",
         "Kopie von 06_vae.ipynb"],
        ["Copy of 06_vae_from_scratch", "Copy of 06_vae_from_scratch(1)", "Kopie von 06_vae"]),
    "ILIAS": (
        ["Lovelace_Ada_ada1_4711/06.ipynb", "Turing_Alan_at_4712/06.ipynb"],
        ["Lovelace_Ada_ada1_4711", "Turing_Alan_at_4712"]),
    "a word, the lesson, the student": (
        ["lesson_06_ada.ipynb", "lesson_06_bob.ipynb", "HW 06_Cleo Jones.ipynb"],
        ["ada", "bob", "Cleo Jones"]),
    "the student, the lesson, its title": (
        ["ada_06_vae_from_scratch.ipynb", "ada_07_sampling_with_sliders.ipynb",
         "ada_06_vae_from_scratch (1).ipynb", "bob_06.ipynb"], ["ada", "ada", "ada", "bob"]),
    "the student and, after a dash, the lesson": (
        ["ada-06.ipynb", "ada-07.ipynb", "bob-06.ipynb", "HW 06 - Cy.ipynb", "HW - Di 06.ipynb"],
        ["ada", "ada", "bob", "Cy", "HW - Di"]),
    "words that we do not know stay apart": (
        ["sesion_06_ada.ipynb", "sesion_06_bob.ipynb", "tema_06_ada.ipynb", "tema_07_bob.ipynb"],
        ["sesion_06_ada", "sesion_06_bob", "tema_06_ada", "tema_07_bob"]),
    "marks of copies, with what they are copies of and without": (
        ["ada.ipynb", "ada-1.ipynb", "ada (2).ipynb", "bob (1).ipynb", "bob (2).ipynb",
         "cleo-1.ipynb", "cleo-2.ipynb"],
        ["ada", "ada", "ada", "bob", "bob", "cleo-1", "cleo-2"]),
    "what `aelib reset` writes is a copy, a surname is none": (
        ["ada_06_vae_from_scratch.ipynb", "ada_06_vae_from_scratch-fresh.ipynb",
         "ada_06_vae_from_scratch-fresh2.ipynb", "bob_06.ipynb", "bob fresh_06.ipynb"],
        ["ada", "ada", "ada", "bob", "bob fresh"]),
    "two that would both be ada": (
        ["exercise-06_ada.ipynb", "2026_06_ada.ipynb"], ["exercise-06_ada", "2026_06_ada"]),
    "names alone, also with a dot": (["ada.ipynb", "j.doe.ipynb", "j.roe.zip/06.ipynb"],
                                     ["ada", "j.doe", "j.roe"]),
    "one folder around all files": (["hw6/ada.ipynb", "hw6/bob.ipynb"], ["ada", "bob"]),
    "attempts in folders of a student": (
        ["ada/06.ipynb", "ada/old/06.ipynb", "bob/ps6/06.ipynb"], ["ada", "ada", "bob"]),
    "kinds of files that are no notebooks": (
        ["ada_06_vae.ipynb.txt", "bob_06.json", "dan_06.py", "fay.rar", "gus.tar.gz", "class.csv"],
        ["ada", "bob", "dan", "fay", "gus", None]),
    "an empty folder": (["ada/06.ipynb", "bob/"], ["ada", "bob"]),
    "folders that say where or when, not who": (
        ["ada/06.ipynb", "mail/Cy Late 06.ipynb", "Inbox (2)/Dan/06.ipynb",
         "HW 6 late/eve_06.ipynb", "On time/attachments.zip/Fay 06.ipynb", "Section 2/gus.ipynb",
         "sent by e-mail/mail/Hal/06.ipynb", "Abgaben/Ina.zip/06.ipynb"],
        ["ada", "Cy Late", "Dan", "eve", "Fay", "gus", "Hal", "Ina"]),
    "what a drive packed, in two parts": (
        ["drive-download-20261103T101010Z-001.zip/ada_06.ipynb",
         "drive-download-20261103T101010Z-001.zip/bob_06.ipynb",
         "drive-download-20261103T101010Z-002.zip/cleo_06.ipynb", "OneDrive_1_11-3-2026/dan.ipynb"],
        ["ada", "bob", "cleo", "dan"]),
    "logins that end in two digits": (
        ["mm12_06.ipynb", "mm34_06_vae.ipynb", "mm12_07.ipynb", "student_10_06.ipynb",
         "student_11_06.ipynb", "user56.zip/06.ipynb", "user57.zip/06.ipynb", "HW06_mm58.ipynb"],
        ["mm12", "mm34", "mm12", "student_10_06", "student_11_06", "user56", "user57", "mm58"]),
    "students by number": (
        ["1234567_06.ipynb", "lesson 06_7654321.ipynb", "Abgabe 24681012/06.ipynb",
         "20261103_06.ipynb"],
        ["1234567", "7654321", "Abgabe 24681012", "20261103_06"]),
    "folders that say what was asked": (
        ["ps6/ada/06.ipynb", "Lesson 07/bob_07.ipynb", "07_sampling_with_sliders/cleo.ipynb",
         "dan/06.ipynb"], ["ada", "bob", "cleo", "dan"]),
    "a section with one student of a platform": (
        ["A/" + MOODLE.format("Ada_1"), "B/" + MOODLE.format("Bob_2"),
         "C.zip/x/" + SAKAI.format("Turing, Alan(at)")],
        ["Ada_1", "Bob_2", "Turing, Alan(at)"]),
    "files without a name in such folders": (
        ["mail/06_vae.ipynb", "mail/06_vae (1).ipynb", "late/06_vae.ipynb", "ada/06.ipynb"],
        ["06_vae (mail)", "06_vae (1)", "06_vae (late)", "ada"]),
    "folders that may be somebody's": (
        ["Group 3/06.ipynb", "late team 4/06.ipynb", "Mail Jones/06.ipynb", "Ha/06.ipynb",
         "Von/06.ipynb", "hw6.zip/06.ipynb"],
        ["Group 3", "late team 4", "Mail Jones", "Ha", "Von", "hw6"]),
    "such words in a file's name": (
        ["late_06_ada.ipynb", "mail 06 Bob Late.ipynb", "cleo_06_late.ipynb", "cleo_07_vae.ipynb"],
        ["ada", "Bob Late", "cleo", "cleo"]),
}  # fmt: skip


NUMBERED = (
    *("student{k}_06", "mm{k}_06_vae", "user_{k}_06", "{k}_06", "06_{k}", "06_user{k}", "user-{k}"),
    *("lesson06_user{k}", "HW06_{k}", "ab{k}c_06", "Gruppe{k}_06", "team {k} 06", "vae_{k}"),
    *("{k:05}_06", "06 student {k}", "x{k}", "user{k} - 06_vae", "s{k:02}", "ps6-abc{k}"),
)


@pytest.mark.parametrize("ending", [".ipynb", ".zip/06_vae.ipynb", "/06_vae.ipynb"])
@pytest.mark.parametrize("pattern", NUMBERED)
def test_a_hundred_students_with_numbers_are_a_hundred(pattern, ending):
    paths = [pattern.format(k=k) + ending for k in range(1, 101)]
    assert len(set(placed(*paths, "ada/06.ipynb"))) == 101


TWO_PEOPLE = (
    *("{who}_{n}", "{n}_{who}", "HW - {who} {n}", "HW {n} - {who}", "{who} - {n}", "{n} - {who}"),
    *("Machine Learning - {who} {n}", "Machine Learning {n} {who}", "Machine Learning {who} {n}"),
    *("abgabe {n} von {who}", "lesson{n}{who}", "{who}{n}", "tema {n} {who}", "hw{n}-{who}"),
    *("2026-11-03 {who} {n}", "{n} 2026-11-03 {who}", "{n}_vae ({who})", "{who}'s {n}"),
    *("Prof Meier {n} {who}", "submission {who} {n}", "ML2026_{n}_{who}", "{n} {who} (1)"),
    *("Kopie von {n} {who}", "Copy of {who} {n}", "{who}-{n}", "week{n}_final_{who}_v2"),
)


@pytest.mark.parametrize("ending", [".ipynb", ".zip/notebook.ipynb"])
@pytest.mark.parametrize("pattern", TWO_PEOPLE)
def test_two_people_with_a_lesson_each_are_two(pattern, ending):
    found = placed(
        *(pattern.format(who=who, n=n) + ending for who, n in (("ada", "06"), ("bob", "07")))
    )
    assert found[0] != found[1]
    assert None not in found


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_table(row):
    paths, students = ROWS[row]
    assert placed(*paths) == students


def test_the_last_attempt_comes_last():
    for row in ("Blackboard, with two attempts and its own notes", "Teams"):
        paths, students = ROWS[row]
        found = place([tuple(path.split("/")) for path in paths])[0]
        first, *_, last = [p for p in found if p.student == students[0] and not p.own]
        assert first.attempt < last.attempt
    evening, noon, *_ = place(
        [tuple(p.split("/")) for p in ROWS["Brightspace (D2L), with two attempts"][0]]
    )[0]
    assert evening.attempt > noon.attempt


def test_files_that_stay_apart_are_told():
    assert told(*ROWS["words that we do not know stay apart"][0])
    assert told(*ROWS["two that would both be ada"][0])
    assert told(*ROWS["assignment before student"][0])
    assert told(*ROWS["folders that say what was asked"][0])
    assert not told(*ROWS["folders that say where or when, not who"][0])
    assert "mail/06_vae.ipynb" in told(*ROWS["files without a name in such folders"][0])[0]
    assert told("06_vae.ipynb", "ada_06.ipynb") == [
        "06_vae.ipynb: no student's name could be told, so each file is a student"
    ]
    assert not told("06_vae.ipynb")
    assert not told(*ROWS["a word, the lesson, the student"][0])
    assert not told(*ROWS["Sakai"][0])


def test_where_two_readings_fit_the_run_stops_and_names_both():
    paths = ["blue/ada_06.ipynb", "blue/bob_06.ipynb", "cleo/06.ipynb"]
    with pytest.raises(AmbiguousError, match=r"blue holds ada_06.ipynb and bob_06.ipynb"):
        placed(*paths)
    assert placed(*paths, level=1) == ["blue", "blue", "cleo"]
    assert placed(*paths, level=2)[:2] == ["ada", "bob"]
    paths = ["a.zip/ada_06.ipynb", "a.zip/bob_06.ipynb", "cleo.zip/06.ipynb"]
    with pytest.raises(AmbiguousError, match=r"a.zip holds ada_06.ipynb and bob_06.ipynb"):
        placed(*paths)
    assert placed("mail/06.ipynb", "ada/06.ipynb", level=1) == ["mail", "ada"]


def test_a_name_has_one_spelling():
    assert readable(unicodedata.normalize("NFD", "José")) == "José"
    assert readable("a\x1b[31md\u202eb") == "a_[31md_b"


@pytest.mark.parametrize("path", lesson_files(NOTEBOOKS), ids=lambda path: path.stem)
def test_no_word_of_a_lessons_title_is_a_students_name(path):
    assert is_no_name(path.stem)
