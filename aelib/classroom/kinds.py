"""What a file's name says: its kind, its lesson, whether it is a copy, whether a name is in it."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

Parts = tuple[str, ...]

_COPY = re.compile(
    r"(?:[ _-]*\((?P<a>\d{1,3})\)|-(?P<b>[1-9]\d?)|(?:[ _-]+[Cc]opy|-fresh) ?(?P<c>\d{0,3})"
    r"|[ _-]+(?:Kopie|copie|copia))$"
)
_COPY_OF = re.compile(r"(?:Copy|Kopie|Copie|Copia|Kopi|Cópia) (?:of|von|de|di|av|af) ", re.I)

# Words that stand where a name would stand, and are none.
_WORDS = (
    "lesson lessons lektion leçon lecon notebook nb homework home work hw ha assignment assign "
    "exercise exercises ex uebung übung aufgabe blatt sheet task tasks problem set ps pset lab "
    "week woche day unit chapter kapitel module modul part teil project solution solutions "
    "loesung lösung copy kopie of von my ae aelib autoencoder group gruppe groupe grupo team "
    "untitled version v attempt done "
    # and those of our lessons' titles
    "start here from scratch bottleneck latent space vs pca convolutional denoising vae sampling "
    "with sliders anomaly detection compression features and retrieval colour superresolution "
    "recommender failure gallery beyond adversaries codebooks diffusion flows hide predict sparse"
)
# Words for where work arrives, or for when: no folder of one of these is a person's.
_PLACES = (
    "mail mails email emails inbox outbox posteingang correo courriel attachment attachments "
    "attached anhang anhänge adjuntos late later ontime time verspätet spät nachzügler tarde "
    "retard submission submissions submitted abgabe abgaben einreichung einreichungen entregas "
    "rendus received upload uploads uploaded download downloads downloaded handed handin incoming "
    "file files ordner folder folders neuer archive archiv desktop documents dokumente onedrive "
    "notebooks students studenten studierende alumnos étudiants participants everybody everyone "
    "all section sections sektion class classes course courses kurs kurse tutorium tutorial "
    "tutorials cohort old new final draft drafts"
)
_TOGETHER = {"group", "gruppe", "groupe", "grupo", "team"}  # who hand in as one
_BETWEEN = "e by from per via sent in on hand the to grade with and"
_IN_PLACES = set(_PLACES.split())
_NO_NAMES = {*_WORDS.split(), *_IN_PLACES}
_NUMBER = re.compile(r"(?<!\d)(?!20\d{6}(?!\d))\d{5,}")  # of a student; a date is none
_DRIVE = re.compile(r"drive-download-\d+T\d+Z|OneDrive_\d", re.I)  # what Google or Microsoft packed
_CLASSROOM = re.compile(r"(?P<who>.*[^\W\d].*?) - (?P<rest>.+)", re.S)  # of Google
_TWO_DIGITS = re.compile(r"(?<!\d)\d\d(?!\d)")


def is_no_name(text: str) -> bool:
    """Whether a text holds no word that could be a person's name, and no student's number."""
    return _are(_NO_NAMES, text)


def is_title(text: str) -> bool:
    """Whether a text is what may follow a lesson's number: no name, and no other such number."""
    return is_no_name(text) and not _TWO_DIGITS.search(text)


def _are(known: set[str], text: str) -> bool:
    """Whether all words of a text are known, and no number in it is a student's."""
    return not _NUMBER.search(text) and all(word in known for word in _words(text))


def _words(text: str) -> list[str]:
    """The words of a text in small letters, without numbers."""
    return re.findall(r"[^\W\d_]+", text.lower())


def is_place(folder: str) -> bool:
    """Whether a folder's name says where or when work arrived: "mail", "HW 6 late", "Section 1"."""
    words = set(_words(folder))
    known = {*_NO_NAMES, *_BETWEEN.split()}
    there = bool(words & _IN_PLACES) and _are(known, folder) and not words & _TOGETHER
    return there or bool(_DRIVE.match(folder))


def is_assignment(folder: str) -> bool:
    """Whether a folder's name says what was asked: "ps6", "Lesson 06", "07_sampling_with_sliders".

    Where all words are as short as a person's name may be ("ha", "von") only with a number.
    """
    words = set(_words(folder))
    sure = any(letter.isdigit() for letter in folder) or any(len(word) > 3 for word in words)
    return bool(words) and is_no_name(folder) and sure and not words & _TOGETHER


def without_copy(stem: str) -> tuple[str, int]:
    """A name without the mark that a second copy gets, and its number."""
    stem = _COPY_OF.sub("", stem)
    match = _COPY.search(stem)
    if match is None or not stem[: match.start()]:
        return stem, 0
    number = match["a"] or match["b"] or match["c"] or "1"
    return without_copy(stem[: match.start()])[0], int(number)


def named_by(name: str) -> str:
    """Whose a file's name says it is; empty if it does not."""
    return name_in(without_copy(notebook_stem(name))[0])[0]


def name_in(stem: str) -> tuple[str, str, str]:
    """The student's name in a file's name, empty if there is none; the lesson, and the rest."""
    match = _CLASSROOM.fullmatch(stem)
    if match and not is_no_name(match["who"]):
        lesson = lesson_of(match["rest"])
        return match["who"], lesson, match["rest"].replace(lesson, "", 1) if lesson else ""
    number = next(_lessons(stem), None)
    if number is None:
        return ("" if is_no_name(stem) else stem), "", ""
    first, rest = stem[: number.start()].rstrip("_ -"), stem[number.end() :].lstrip("_ -")
    if not is_no_name(first):
        return first, number[0], rest
    if first and not is_no_name(rest):
        return rest, number[0], ""
    return "", number[0], rest  # 06_vae_from_scratch: a lesson's title


def _lessons(name: str) -> Iterator[re.Match[str]]:
    """The two-digit numbers that may be a lesson's: 06 in hw06, but none in mm12, a login."""
    for match in _TWO_DIGITS.finditer(name):
        before = re.search(r"[^\W\d_]*$", name[: match.start()])
        if before and is_no_name(before[0]):
            yield match


def lessons_in(name: str) -> list[str]:
    """The two-digit numbers in a file's name: of which lesson it seems to be."""
    found = (match for match in _lessons(name) if re.match(r"[_ .()-]|$", name[match.end() :]))
    return [match[0] for match in found]


def lesson_of(name: str) -> str:
    """The first of them; empty if there is none."""
    return next(iter(lessons_in(name)), "")


def is_notebook(name: str) -> bool:
    """Whether a file's name says that it is a notebook, also where a browser renamed it."""
    return name.lower().endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))


def notebook_stem(name: str) -> str:
    """A file's name without what marks its kind."""
    return _KINDS.sub("", name) or name


# Kinds of files in which somebody may hand in work, though only notebooks and zips are read.
_KINDS = re.compile(
    r"(\.(ipynb|zip|json|py|html?|rar|7z|tar|t?gz|bz2|xz|pdf|docx?|odt|rtf|pages|r?md|qmd)"
    r"(\.(txt|json|gz|bz2|xz))?)$",
    re.I,
)
_LISTS = re.compile(r"(readme|index|grades|feedback|comments|notes)\b.*", re.I | re.S)


def is_work(name: str) -> bool:
    """Whether a file beside others may be what a student handed in."""
    return bool(_KINDS.search(name)) and not _LISTS.fullmatch(name)


_NOISE = {"__MACOSX", "Thumbs.db", "desktop.ini", ".DS_Store", "__pycache__", ".ipynb_checkpoints",
          ".git", ".github", ".gitignore", ".gitattributes", ".vscode", ".idea", ".venv",
          ".pytest_cache"}  # fmt: skip
_OWN = {
    *("timestamp.txt", "comments.txt", "submission_metadata.yml", "index.html"),
    *("grades.csv", "grades.png", "grades.csv.journal", ".aelib-feedback"),
    *("grades-totals.csv", "grades-moodle.csv", "grades-canvas.csv"),
}


def is_noise(parts: Parts) -> bool:
    """Files that systems leave: resource forks, checkpoints, version control."""
    return any(part in _NOISE or part.startswith(("._", "~$")) for part in parts)


def is_own(parts: Parts) -> bool:
    """What a platform, or an earlier run, put beside the submissions."""
    lower = [part.lower() for part in parts]
    feedback = lower[0] == "feedback" or "feedback attachment(s)" in lower
    return lower[-1] in _OWN or feedback or "_assignfeedback_" in lower[0]


def readable(name: str) -> str:
    """A name in one spelling (NFC), without control characters, which a terminal might obey."""
    name = unicodedata.normalize("NFC", name)
    return "".join(letter if letter.isprintable() else "_" for letter in name)


def stem_of(path: Parts) -> str:
    """The name of a zip without its ending and the mark of a copy: HW6 (1).zip -> HW6."""
    return without_copy(PurePosixPath(path[-1]).stem)[0]


def is_zip(name: str) -> bool:
    """Whether a file's name says that it is a zip."""
    return name.lower().endswith(".zip")
