"""What a teacher's folder looks like after two sections, three weeks and a few mails."""

import zipfile
from io import BytesIO

import pytest
from handed_in import notebook

from aelib.classroom.grading import Options, _collected
from aelib.classroom.submissions import SubmissionError, collect

BOOK = notebook("x = 1")


def packed(files):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def moodle(people, name="06_vae.ipynb", content=BOOK):
    return {f"{who}_assignsubmission_file_/{name}": content for who in people}


def canvas(people):
    return {f"{who}_{9000 + k}_06_vae.ipynb": BOOK for k, who in enumerate(people)}


TWO_OF_MOODLE = {
    "ML-A-Lesson 06-11.zip": packed(moodle(["Li Wei_100", "Ada L_101"])),
    "ML-B-Lesson 06-12.zip": packed(moodle(["Li Wei_200", "Bo M_201"])),
}
FOLDERS = {  # what lies there -> student: notebooks; and a part of what is told, if anything
    "two sections of Moodle, with two people of one name": (
        TWO_OF_MOODLE,
        {"Li Wei_100": 1, "Li Wei_200": 1, "Ada L_101": 1, "Bo M_201": 1},
        "Li Wei_100 and Li Wei_200 stay apart",
    ),
    "these two in folders, and all in a zip": (
        {"all.zip": packed({f"S{k}/{n}": z for k, (n, z) in enumerate(TWO_OF_MOODLE.items())})},
        {"Li Wei_100": 1, "Li Wei_200": 1, "Ada L_101": 1, "Bo M_201": 1},
        "Li Wei_100 and Li Wei_200 stay apart",
    ),
    "a zip of a section's zip of students' zips": (
        {"all.zip": packed({"Section A.zip": packed(
            moodle(["Ada L_1", "Bo M_2"], "hw.zip", packed({"hw/06_vae.ipynb": BOOK})))})},
        {"Ada L_1": 1, "Bo M_2": 1}, "",
    ),
    "two of Canvas in zips, one student in both": (
        {"submissions.zip": packed(canvas(["lovelaceada_11", "zolabob_12"])),
         "submissions (1).zip": packed(canvas(["lovelaceada_11", "weili_13"]))},
        {"lovelaceada_11": 2, "zolabob_12": 1, "weili_13": 1}, "",
    ),
    "two halls of plain files": (
        {"red/ada_06.ipynb": BOOK, "red/bob_06.ipynb": BOOK, "blue/cleo_06.ipynb": BOOK,
         "blue/dan_06.ipynb": BOOK},
        {"ada": 1, "bob": 1, "cleo": 1, "dan": 1}, "red is taken for a folder of students",
    ),
    "mails beside a platform's zip": (
        {"ML-Lesson 06-11.zip": packed(moodle(["Ada L_1"])), "mail/Cy Late 06.ipynb": BOOK},
        {"Ada L_1": 1, "Cy Late": 1}, "",
    ),
    "two sections of plain files": (
        {"Section 1/ada.ipynb": BOOK, "Section 1/bob.ipynb": BOOK, "Section 2/cleo.ipynb": BOOK,
         "Section 2/dan.ipynb": BOOK},
        {"ada": 1, "bob": 1, "cleo": 1, "dan": 1}, "",
    ),
    "two sections of students' folders, with two people of one name": (
        {"Section 1/ada/06.ipynb": BOOK, "Section 1/bob/06.ipynb": BOOK,
         "Section 2/ada/06.ipynb": BOOK, "Section 2/dan/06.ipynb": BOOK},
        {"ada (Section 1)": 1, "ada (Section 2)": 1, "bob": 1, "dan": 1},
        "ada is in Section 1 and Section 2: taken for two people",
    ),
    "two lessons of one class": (
        {"ps6/ada/06.ipynb": BOOK, "ps6/bob/06.ipynb": BOOK, "ps7/ada/07.ipynb": BOOK,
         "ps7/bob/07.ipynb": BOOK},
        {"ada": 2, "bob": 2}, "ps6 is taken for a folder of students",
    ),
    "two weeks of Moodle, which numbers people anew": (
        {"Week 6.zip": packed(moodle(["Ada L_1", "Bo M_2"])),
         "Week 12.zip": packed(moodle(["Ada L_51", "Bo M_52"], "12.ipynb"))},
        {"Ada L_1": 1, "Ada L_51": 1, "Bo M_2": 1, "Bo M_52": 1},
        "one whom Moodle numbered anew",
    ),
}  # fmt: skip


def written(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize("case", FOLDERS)
def test_nobody_is_merged(tmp_path, case):
    files, expected, said = FOLDERS[case]
    collected = collect(written(tmp_path, files))
    assert {name: len(one.notebooks) for name, one in collected.students.items()} == expected
    assert collected.aside == []
    assert said in "\n".join(collected.told)
    assert bool(collected.told) == bool(said)


def test_where_one_section_has_one_student_it_stops_and_asks(tmp_path):
    names = ("red/ada_06.ipynb", "red/bob_06.ipynb", "blue/cleo_06.ipynb")
    with pytest.raises(SubmissionError, match=r"red holds .*ada_06.ipynb and .*--level 1"):
        collect(written(tmp_path, dict.fromkeys(names, BOOK)))


def test_what_the_command_names_is_no_submission(tmp_path):
    (tmp_path / "ada.ipynb").write_text(BOOK)
    for name in ("class.csv", "mine.py"):
        (tmp_path / name).write_text("name\nAda")
    own = {"roster": tmp_path / "class.csv", "exercises": tmp_path / "mine.py"}
    assert _collected(Options(tmp_path, **own), ()).aside == []
    assert len(_collected(Options(tmp_path), ()).aside) == 1, (
        "class.csv lies beside, mine.py is work"
    )
