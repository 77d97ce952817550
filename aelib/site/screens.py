"""A lesson as a talk: which parts of a page make one screen, and in which order they are uncovered.

The page stays one text. Presenter mode (static/present.js) shows one screen of it at a time, as
much at once as the wall can hold (static/frames.js).
"""

from dataclasses import dataclass, field
from itertools import groupby, pairwise

from aelib.site.cells import Block
from aelib.site.elements import elements
from aelib.site.pieces import Piece, plain

MOST = 25  # screens of a lesson
_WORDS = 90  # of prose that a key uncovers at once, where paragraphs allow it
_TAIL = 15  # words that end a screen, which are not worth a key of their own
_LINE = 16  # words that lead to a picture and would be alone on the wall
_ASIDE = 30  # words that say something of a picture before they lead to the next
_CODE = 6  # words whose room a line of code takes
_LISTS = {"ul", "ol"}  # which belong to what stands before them


@dataclass
class Screen:
    """What is seen at once in presenter mode.

    Args:
        title: The heading of its section.
        pieces: In the order of the page.
        first: Whether its section begins here.
        on_path: Whether the talk comes by; exercises at the end of a lesson stay on the page.
    """

    title: str
    pieces: list[Piece] = field(default_factory=list)
    first: bool = True
    on_path: bool = True

    @property
    def words(self) -> int:
        """Words of prose."""
        return sum(piece.words for piece in self.pieces)

    @property
    def is_exercise(self) -> bool:
        """Whether it is there for an exercise."""
        return next((p for p in self.pieces if not p.leads_on), self.pieces[0]).is_exercise

    @property
    def waits(self) -> bool:
        """Whether a few words that lead on are all it has."""
        return not self.first and all(piece.leads_on for piece in self.pieces)

    def led_on(self, piece: Piece) -> list[Piece]:
        """Take from its end what leads on to the next screen of the section, which begins here."""
        led: list[Piece] = []
        while len(self.pieces) > 1 and self.pieces[-2].kind != "h2":
            last = self.pieces[-1]
            if not (last.is_heading or last.ends == ":" or (piece.is_exercise and last.leads_on)):
                break
            led.insert(0, self.pieces.pop())
        return led

    @property
    def rows(self) -> list[list[Piece]]:
        """Pieces as the page groups them: prose that is shown together, and each cell alone."""

        def key(piece: Piece) -> tuple[object, ...]:
            if piece.kind == "cell":
                return (id(piece),)
            shown = piece.kind in ("h2", "div")
            return shown, piece.step, piece.covered, id(piece.block)

        return [list(row) for _, row in groupby(self.pieces, key)]

    @property
    def parts(self) -> list[tuple[bool, list[list[Piece]]]]:
        """Rows that the page shows at once, and rows that wait together behind one button."""
        groups = groupby(self.rows, lambda row: row[0].covered)
        return [(covered, list(rows)) for covered, rows in groups]


def screens_of(blocks: list[Block]) -> list[Screen]:
    """Cut a lesson into screens, MOST at most on the talk's path.

    A screen begins with a section, with an exercise, and with the first sentence after a picture
    or a verdict has been shown and read.
    """
    screens: list[Screen] = []
    pieces = _pieces(blocks)
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        if not screens or piece.kind in ("h1", "h2"):
            screens.append(Screen(plain(piece.html)))
        elif not screens[-1].waits and (
            piece.is_exercise or _is_over(screens[-1], piece, after) or (after and after.is_quiz)
        ):
            led = screens[-1].led_on(piece)
            screens.append(Screen(screens[-1].title, led, first=False))
        screens[-1].pieces.append(piece)
    for screen in screens:
        at_home = "Exercises" in screen.title
        screen.on_path = not at_home or any(piece.lives for piece in screen.pieces)
    _rejoin(screens)
    _merge(screens)
    for screen in screens:
        _cover(screen)
    _conceal(screens)
    return screens


def _pieces(blocks: list[Block]) -> list[Piece]:
    found: list[Piece] = []
    for block in blocks:
        if block.kind == "prose":
            found += [Piece(tag, html, block) for tag, html in elements(block.html)]
        else:
            announced = bool(found) and found[-1].kind == "p" and found[-1].ends == ":"
            found.append(Piece("cell", "", block, announced=announced))
    return found


def _is_over(screen: Screen, piece: Piece, after: Piece | None) -> bool:
    """Whether a screen has shown something, and its text has said what to see there.

    A heading, and what leads from one picture to the next, begin with what they lead to. What a
    widget is asked, or what there is to try with it, stays beside it, a verdict in numbers stays
    beside the picture that shows them, and what a cell shows beside the words that lead to it. A
    picture after an exercise waits for the next screen, where it is spoken of.
    """
    at_end = "Exercises" in screen.title
    if screen.is_exercise or at_end:
        new = piece.kind != "cell" and screen.pieces[-1].kind == "cell"
        return new or (piece.is_picture and not at_end)
    shown = [i for i, p in enumerate(screen.pieces) if p.is_picture or p.is_verdict]
    told = piece.kind == "cell" and (not piece.block.outputs or piece.is_verdict)
    if not shown or piece.kind in _LISTS or told:
        return False
    listed = after is not None and after.kind in _LISTS
    to_try = piece.leads_on and not piece.is_heading and listed
    if screen.pieces[shown[-1]].lives and (to_try or (piece.ends == "?" and not piece.asks)):
        return False
    leads = piece.ends in (":", "?") and piece.words <= _ASIDE
    to_next = after is not None and after.kind == "cell" and leads
    since = screen.pieces[shown[-1] + 1 :]
    read = any(p.kind != "cell" and not p.for_the_desk for p in since)
    if piece.kind == "cell":
        return read and screen.pieces[shown[-1]].lives
    return read or piece.kind == "h3" or (piece.kind == "p" and to_next)


def _rejoin(screens: list[Screen]) -> None:
    """Join prose that goes on about a picture, and shows a table at most, to the picture."""
    for i in range(len(screens) - 1, 0, -1):
        before, screen = screens[i - 1 : i + 1]
        kinds = [piece.kind for piece in screen.pieces]
        prose = kinds[0] != "div" and set(kinds) <= {"p", "div", *_LISTS}
        alone = prose and not any(piece.is_exercise for piece in screen.pieces)
        apart = screen.first or not screen.on_path or before.is_exercise
        moved = any(piece.lives for piece in before.pieces)
        asks = any(piece.asks for piece in screen.pieces) or screen.pieces[-1].leads_on
        if alone and not (apart or moved or asks):
            before.pieces += screen.pieces
            del screens[i]


def _merge(screens: list[Screen]) -> None:
    """Join neighbours within a section, those with the least text first, until there are few.

    An exercise shares its screen only where nothing else is left to join.
    """
    while sum(screen.on_path for screen in screens) > MOST:
        pairs = [
            (a.is_exercise or b.is_exercise, a.words + b.words, i)
            for i, (a, b) in enumerate(pairwise(screens))
            if not b.first and a.on_path and b.on_path
        ]
        if not pairs:
            return
        *_, i = min(pairs)
        screens[i].pieces += screens.pop(i + 1).pieces


def _cover(screen: Screen) -> None:
    """Number the steps: an answer waits for a key, and so do what is said of it and long prose.

    What a colon announces comes at once, unless somebody was asked to guess it. What is said of
    a widget waits until it was moved, and a single line stands with the picture it leads to.
    """
    moved = False  # whether a widget is shown of which nothing has been said
    step, answered, asked, words = 0, False, False, 0
    open_ = False  # whether a question was asked in passing, which a class can answer
    groups = _together(screen.pieces)
    for group in groups:
        more = sum(_words(piece) for piece in group)
        is_tail = group is groups[-1] and more <= _TAIL
        is_long = words and words + more > _WORDS and not is_tail
        for piece in group:
            answers = piece.is_answer and not piece.lives
            said = piece.kind != "cell" or piece.is_answer or piece.is_told
            turns = (answers != answered and said) or (moved and piece.kind != "cell")
            moved = piece.lives or (moved and piece.kind == "cell")
            few = 0 < words <= _LINE and not open_
            at_once = turns and answers and (piece.announced or few) and not asked
            if at_once:
                answered = True
            elif turns or (
                is_long and piece is group[0] and piece.kind != "cell" and _words(piece)
            ):
                step, answered, words, open_ = step + 1, answers, 0, False
            words += _words(piece)
            open_ = open_ or (piece.kind != "cell" and "?" in plain(piece.html))
            asked = piece.asks or piece.block.kind == "guess" or (asked and not answers)
            piece.step = step


def _words(piece: Piece) -> int:
    """Words that a wall shows below the heading, or as many as fill the room that code takes."""
    if piece.is_told and piece.block.kind != "guess":
        return _CODE * (piece.block.html.count("\n") + 1)
    return 0 if piece.is_heading or piece.for_the_desk else piece.words


def _together(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces in groups: what leads on to prose stands with it."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and groups[-1][-1].leads_on and piece.kind != "cell":
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _conceal(screens: list[Screen]) -> None:
    """Cover, for the page, what comes out of a guess and what is said of it.

    What goes on with that on the next screen is covered as well, until something new begins there:
    what is set in bold, what leads to a cell.
    """
    covered = False
    for screen in screens:
        pieces, guessed, read = screen.pieces, False, True
        carried = covered = covered and pieces[0].kind != "cell"
        for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
            new = piece.html.startswith("<p><strong>") or (after and after.kind == "cell")
            if carried and piece.kind == "p" and new:
                covered = carried = False
            if piece.block.kind == "guess":
                guessed, covered = True, False
            elif piece.asks or piece.is_exercise or piece.lives or piece.is_heading:
                covered = False
            elif piece.block.kind == "verdict":
                guessed, covered, read = False, True, False
            elif piece.kind == "cell":
                covered = (guessed and piece.is_answer) or (covered and not read)
            else:
                read = not guessed
            piece.covered = covered
