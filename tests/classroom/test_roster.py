"""The list of a class, totals and what the platforms import."""

import csv

import pytest

from aelib.classroom import exports, similar
from aelib.classroom.completing import on_the_list
from aelib.classroom.marking import Row
from aelib.classroom.roster import RosterError, match, read_roster
from aelib.classroom.submissions import Student

MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 1815,Ada Lovelace,ada@x.org,Submitted,,10,
Participant 1912,Émile Zola,zola@x.org,No submission,,10,
Participant 1999,Bo Bo,bo@x.org,Submitted,,10,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Old (9)
    Points Possible,,,,,10
"Lovelace, Ada",4711,s1,alov,A,3
"Zola, Émile",4712,s2,ezol,A,
"""


def people(tmp_path, text, encoding="utf-8"):
    (tmp_path / "class.csv").write_text(text, encoding=encoding)
    return read_roster(tmp_path / "class.csv")


@pytest.mark.parametrize(
    ("text", "students"),
    [
        (MOODLE, ["Ada Lovelace_1815", "Emile Zola_1912"]),
        (MOODLE, ["lovelace ada", "zola"]),
        (MOODLE, ["someone_1815", "Zola, Émile(ez)"]),
        (CANVAS, ["lovelaceada_4711", "zolaemile_4712"]),
        (CANVAS, ["Ada Lovelace", "x(ezol)"]),
        ("first name;last name\nAda;Lovelace\nÉmile;Zola\n", ["Lovelace_Ada", "emile zola"]),
        ("name\tid\nAda Lovelace\t1\nÉmile Zola\t2\n", ["adalovelace", "zolaemile_77"]),
    ],
)
def test_names_are_found_however_a_platform_writes_them(tmp_path, text, students):
    matched, unmatched = match(students, people(tmp_path, text))
    assert unmatched == []
    assert ["Ada" in matched[students[0]].name, "Zola" in matched[students[1]].name] == [True] * 2


def test_who_fits_nobody_or_two_is_told(tmp_path):
    listed = people(tmp_path, "name,id\nAda L,1\nAda L,2\nBo,3\nCleo,4\n", "utf-8-sig")
    students = {name: Student() for name in ("Ada L", "Ada L_2", "Bo", "bo_3", "dan")}
    matched, absent, lines = on_the_list(students, listed)
    assert {name: person.row["id"] for name, person in matched.items()} == {"Ada L_2": "2"}
    assert [person.row["id"] for person in absent] == ["1", "3", "4"]
    assert [line.partition(" is nobody")[0] for line in lines] == ["Ada L", "Bo", "bo_3", "dan"]


def test_a_list_without_names_is_refused(tmp_path):
    with pytest.raises(RosterError, match="no column with names"):
        people(tmp_path, "a,b\n1,2\n")
    with pytest.raises(RosterError, match="cannot be read"):
        read_roster(tmp_path / "nowhere.csv")


ROWS = [
    Row("Ada Lovelace_1815", "06.ipynb", "half", 1, 1, "ok", "right", "3 of 3", "late"),
    Row("Ada Lovelace_1815", "06.ipynb", "total", 0.67, 2, "look at this", "x"),
    Row("Bo Bo", "06.ipynb", "half", 0, 1, "wrong", "x"),
]


def lines(path):
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def test_totals_are_one_line_for_each_student(tmp_path):
    exports.write_totals(tmp_path / "t.csv", exports.totals(ROWS))
    assert (tmp_path / "t.csv").read_text() == (
        "student,score,max,late,to look at\nAda Lovelace_1815,1.67,3,late,1\nBo Bo,0,1,,0\n"
    )


def test_moodles_worksheet_keeps_its_columns(tmp_path):
    matched, _ = match([row.student for row in ROWS], people(tmp_path, MOODLE))
    matched, _ = match(["Ada Lovelace_1815", "Bo Bo"], people(tmp_path, MOODLE))
    exports.write_moodle(tmp_path / "m.csv", exports.totals(ROWS), matched)
    first, second = lines(tmp_path / "m.csv")
    assert list(first) == MOODLE.partition("\n")[0].split(",")
    assert (first["Identifier"], first["Grade"], first["Maximum Grade"]) == (
        *("Participant 1815", "1.67", "3"),
    )
    assert (second["Email address"], second["Grade"]) == ("bo@x.org", "0")
    exports.write_moodle(tmp_path / "m.csv", exports.totals(ROWS), {})
    assert lines(tmp_path / "m.csv")[0]["Identifier"] == "Participant 1815"


def test_canvas_gets_its_five_columns_and_the_points_possible(tmp_path):
    matched, _ = match(["lovelaceada_4711"], people(tmp_path, CANVAS))
    rows = [Row("lovelaceada_4711", "06.ipynb", "half", 1, 1, "ok", "right")]
    exports.write_canvas(tmp_path / "c.csv", exports.totals(rows), matched, "Lesson 06")
    possible, ada = lines(tmp_path / "c.csv")
    assert list(ada) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lesson 06"]
    assert possible["Lesson 06"] == "1"
    assert list(ada.values()) == ["Lovelace, Ada", "4711", "s1", "alov", "A", "1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_columns_in_another_order_and_people_of_one_first_name(tmp_path, encoding):
    text = "Matrikel;Gruppe;Nachname;E-Mail;Vorname\n11;A;Schmidt;as@x.org;Anna\n"
    text += "12;B;Huber;ah@x.org;Anna\n13;B;Ørsted;so@x.org;Søren\n"
    (tmp_path / "class.csv").write_text(text, encoding=encoding)
    people = read_roster(tmp_path / "class.csv")
    assert [person.name for person in people] == ["Anna Schmidt", "Anna Huber", "Søren Ørsted"]
    matched, unmatched = match(["Huber Anna_71", "ANNA SCHMIDT", "Anna", "so"], people)
    assert {s: p.name for s, p in matched.items()} == {
        "Huber Anna_71": "Anna Huber", "ANNA SCHMIDT": "Anna Schmidt", "so": "Søren Ørsted"
    }  # fmt: skip
    assert unmatched == ["Anna"], "there are two"


def test_a_list_that_cannot_be_read_is_told_with_its_cure(tmp_path):
    (tmp_path / "latin.csv").write_bytes("name\nZoë".encode("latin-1"))
    with pytest.raises(RosterError, match="save it once more from the spreadsheet, as CSV UTF-8"):
        read_roster(tmp_path / "latin.csv")
    with pytest.raises(RosterError, match="No such file"):
        read_roster(tmp_path / "none.csv")


def test_a_spreadsheet_is_told_of_letters_that_are_not_ascii(tmp_path):
    exports.write_table(tmp_path / "a.csv", ["x"], [["a"]])
    exports.write_table(tmp_path / "b.csv", ["x"], [["é"]])
    assert not (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf")


LONG = "def f(x, y):\n" + "".join(
    f"    a{i} = x * {i} + y - a{i - 1 if i else 0}\n" for i in range(9)
)


def test_renaming_hides_nothing_and_what_is_short_is_told():
    other = LONG.replace("x", "left").replace("y", "right").replace("a", "b").replace("def", "def")
    prints = {
        "ada": {"f": similar.fingerprint([LONG]), "g": similar.fingerprint(["g = 1"])},
        "bob": {"f": similar.fingerprint([other.replace("bef", "def")])},
        "cleo": {"f": similar.fingerprint([LONG.replace("*", "+").replace("-", "/")])},
    }
    first, last = similar.pairs(prints)
    assert first == "f: ada and bob, 100% alike"
    assert "Too short to tell, since right answers look alike: g." in last
