"""What a beginner needs is introduced before it is used, and the minutes of a lesson add up."""

import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from aelib.originals import lesson_files

LESSONS = lesson_files(Path(__file__).parents[2] / "notebooks")
NOTEBOOKS = {path.stem[:2]: nbformat.read(path, as_version=4) for path in LESSONS}
TAUGHT = list(NOTEBOOKS)[1:]  # 00 is for playing

# Words of the field: where a lesson says one for the first time, it is set off and explained.
FIELD = (
    *("tensor", "bottleneck", "validation", "PCA", "activation function", "seed"),
    *("batch", "epoch", "learning rate", "autograd", "nn.Module", "SiLU", "nats?", "cross-entropy"),
    *("overfitting", "overcomplete", "Jacobian", "L1 norm", "weight decay", "receptive field"),
    *("feature map", "kernel", "max pooling", "transposed convolution", "residual block"),
    *("PSNR", "SSIM", "softmax", "U-Net", "likelihood", "prior", "posterior collapse"),
    *("ROC", "TF-IDF", "batch normalisation", "discriminator", "codebook", "transformer"),
)

# Words of our own, each with a word of the field that stands in the same cell the first time.
OURS = {
    "01": {"one bend": "activation function"},
    "04": {"stencil": "kernel"},
    "05": {"reader": "classifier"},
    "06": {"dice": "sample", "bell": "Gaussian"},
    "08": {
        "Letters are odd": "anomalies",
        "false alarm": "false positive",
        "hits": "true positive",
        "outline": "total variation",
    },
    "10": {"shelf": "database", "mates": "relevant"},
    "12": {"the bar": "baseline"},
    "14": {"text of 49 words": "tokens"},
}


def prose(lesson):
    """The texts of a lesson after its opening, without headings."""
    cells = [c.source for c in NOTEBOOKS[lesson].cells if c.cell_type == "markdown"]
    return [re.sub(r"^#+ .*$", "", source, flags=re.M) for source in cells[1:]]


def set_off(text):
    """What stands in bold or in italics."""
    return re.findall(r"\*{1,2}([^*\n]+)\*{1,2}", text)


def first_with(word, texts):
    return next((text for text in texts if re.search(rf"\b{word}", text, flags=re.I)), None)


def sentences(text):
    """The longer sentences of a text, each as a reader meets it."""
    parts = re.split(r"\n\n|(?<=[.?!)])\s+(?=[(A-Z])", text)
    return [part.strip() for part in parts if len(part.strip()) >= 45]


def test_no_sentence_is_said_twice_in_a_lesson():
    for lesson in NOTEBOOKS:
        said = Counter(each for text in prose(lesson) for each in sentences(text))
        assert [(lesson, each) for each, times in said.items() if times > 1] == []


@pytest.mark.parametrize("word", FIELD)
def test_a_word_of_the_field_is_set_off_where_it_is_first_used(word):
    text = first_with(word, [text for lesson in TAUGHT for text in prose(lesson)])
    assert text, "no lesson uses it any more"
    assert first_with(word, set_off(text)), text


@pytest.mark.parametrize(
    ("lesson", "ours", "field"), [(n, *pair) for n in OURS for pair in OURS[n].items()]
)
def test_beside_a_word_of_our_own_stands_the_fields(lesson, ours, field):
    text = first_with(ours, prose(lesson))
    assert text, "the lesson does not use it any more"
    assert field in text, text


def tags(cell):
    return cell.metadata.get("tags", [])


def minutes(lesson):
    """Minutes for reading, for other parts (the cases of 13), for the exercises, and in all."""
    pattern = (
        r"Reading (?:and playing )?takes? about (\d+) minutes"
        r"(?:, the ten cases (\d+))? and the exercises (\d+), so (\d+) in all"
    )
    found = re.search(pattern, NOTEBOOKS[lesson].cells[0].source)
    assert found, "Reading takes about N minutes and the exercises N, so N in all."
    return [int(number or 0) for number in found.groups()]


@pytest.mark.parametrize("lesson", TAUGHT)
def test_the_minutes_of_a_lesson_add_up(lesson):
    reading, others, exercises, in_all = minutes(lesson)
    text = "\n".join(prose(lesson))
    stated = [int(n) for n in re.findall(r"\*\*Exercise \d+ \((\d+) minutes", text)]
    assert exercises == sum(stated)
    assert in_all == reading + others + exercises


@pytest.mark.parametrize("lesson", TAUGHT)
def test_reading_takes_what_its_length_says(lesson):
    """130 words or 25 lines of code in a minute, half a minute for a picture: within ten."""
    cells = NOTEBOOKS[lesson].cells
    words = sum(len(text.split()) for text in prose(lesson) if "**Exercise " not in text)
    code = [c for c in cells if c.cell_type == "code" and "exercise" not in tags(c)]
    lines = sum(len(c.source.splitlines()) for c in code)
    pictures = sum("image/png" in o.get("data", {}) for c in code for o in c.outputs)
    assert abs(minutes(lesson)[0] - (words / 130 + lines / 25 + pictures / 2)) <= 10


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_no_paragraph_stands_twice(lesson):
    cells = [cell.source for cell in NOTEBOOKS[lesson].cells if cell.cell_type == "markdown"]
    paragraphs = [each.strip() for cell in cells for each in re.split(r"\n\s*\n", cell)]
    long = [each for each in paragraphs if len(each) > 60]
    assert len(long) > 20
    assert [each for each in set(long) if long.count(each) > 1] == []


@pytest.mark.parametrize("lesson", NOTEBOOKS)
def test_a_paragraph_is_short_enough_to_stand_beside_its_picture(lesson):
    """On the wall a longer one takes the picture's place."""
    cells = [cell.source for cell in NOTEBOOKS[lesson].cells if cell.cell_type == "markdown"]
    parts = [each for cell in cells for each in re.split(r"\n\s*\n|\n(?=- |\d+\. )", cell)]
    prose = [each for each in parts if not each.startswith(("|", "**Exercise"))]
    assert [each for each in prose if len(each.split()) > 110] == []
