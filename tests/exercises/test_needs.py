"""What belongs to an answer: the statements that it needs, in order, whatever they are."""

import pytest

from aelib.exercises.needs import read_cells, taken

ONE = "def f():\n    return 1"


def ways(*cells):
    """Each way to read the exercise `f`: the name that holds it, and the statements."""
    return [(way.target, list(way.statements)) for way in taken(read_cells(cells), "f")]


def first(*cells):
    return ways(*cells)[0][1]


def test_what_is_not_needed_is_left_out():
    cells = ["import os, math\nclass Other:\n    pass", "N = 3\nM = 4", "def g():\n    return N"]
    cells += ["def f():\n    return math.sqrt(g())", "print(f())\nplt.plot(N)", "while True: pass"]
    assert first(*cells) == [
        "import math",
        "N = 3",
        "def g():\n    return N",
        "def f():\n    return math.sqrt(g())",
    ]


def test_a_name_of_the_functions_own_is_not_the_notebooks():
    cells = ["x = load_mnist()\nz = fit(x)", "def f(x):\n    z = 2 * x\n    return [x for x in z]"]
    assert first(*cells) == ["def f(x):\n    z = 2 * x\n    return [x for x in z]"]


@pytest.mark.parametrize(
    "table",
    ["[k for k in 'ab']", "{k for k in 'ab'}", "{k: 1 for k in 'ab'}"],
)
def test_nor_is_a_comprehensions_variable(table):
    """From Python 3.12 on its scope is the notebook's; a fit of that name must not be needed."""
    cells = [f"TABLE = {table}", "k = fit(aelib.Autoencoder(2), x_train)", "def f(): return TABLE"]
    assert first(*cells) == [f"TABLE = {table}", "def f():\n    return TABLE"]


@pytest.mark.parametrize(
    "statement",
    [
        "K = 2",
        "K: float = 2",
        "K = L = 2",
        "K, L = (2, 3)",
        "K = math.log(2)",
        "K = np.array([1, 2])",
        "K = torch.nn.functional",
        "K = f'{2}'",
        "K = defaultdict(list)",
        "K = functools.partial(max, 1)",
        "import torch as K",
        "from torch import exp as K",
        "try:\n    import K\nexcept ImportError:\n    K = None",
        "if True:\n\n    def K():\n        return 2",
        "for K in range(3):\n    pass",
        "with open('x') as K:\n    pass",
        "class K:\n    pass",
        "(K := 3)",
    ],
)
def test_whatever_binds_a_name_that_is_needed_belongs_to_it(statement):
    function = "def f():\n    return K"
    assert first("M = 1", statement, function)[-2:] == [statement, function]


@pytest.mark.parametrize(
    "change",
    ["K /= 2", "K['a'] = 2", "K.a = 2", "K.append(2)", "random.shuffle(K)", "del K[0]",
     "for i in range(3):\n    K.append(i)"],
)  # fmt: skip
def test_what_changes_a_value_belongs_to_it(change):
    cells = ["K = g()", change, "def f():\n    return K", "print(K)\nplt.plot(K)\ncheck('g', K)"]
    assert first(*cells) == ["K = g()", change, "def f():\n    return K"]


def test_all_definitions_count_in_their_order():
    cells = ["def f():\n    return None", "K = 1", "def f(k=K):\n    return k", "K = 3"]
    assert first(*cells) == cells


def test_a_decorator_below_the_stub_comes_before_the_function():
    cells = ["def f():\n    return None", "def t(g):\n    return g\n@t\ndef f():\n    return 1"]
    assert first(*cells)[-1] == "@t\ndef f():\n    return 1"
    assert "def t(g):\n    return g" in first(*cells)


def test_an_alias_a_lambda_and_a_number_are_answers():
    assert first("def mine():\n    return 1\nf = mine") == ["def mine():\n    return 1", "f = mine"]
    assert first("f = lambda x: 2 * x") == ["f = lambda x: 2 * x"]
    assert first("f = 0.25") == ["f = 0.25"]


@pytest.mark.parametrize(
    ("given", "target"),
    [("mine", "mine"), ("0.5", "_answer"), ("S.mine", "_answer"), ("partial(g, 1)", "_answer")],
)
def test_what_check_is_given_is_an_answer_too(given, target):
    cells = ["def f():\n    return None", "mine = 1\nS = g = mine", f"aelib.check('f', {given})"]
    assert [way[0] for way in ways(*cells)] == ["f", target]
    for call in (f"check(answer={given}, name='f')", f"print(check({given}, 'f'))"):
        assert ways(*cells[:2], call) == ways(*cells)


def test_what_check_met_is_one_way_and_the_end_another():
    cells = ["K = 1", "def f():\n    return K", "check('f', f)", "K = 2"]
    assert ways(*cells) == [("f", [cells[0], cells[1], "K = 2"]), ("f", cells[:2])]
    assert len(ways(*cells[:3])) == 1


@pytest.mark.parametrize(
    "cell",
    [
        f"torch.exp?\n{ONE}",
        f"files = !ls\n{ONE}",
        f"%matplotlib inline\n!ls\n{ONE}",
        f"%%time\n{ONE}",
        f"%%debug\n{ONE}",
        f"%%capture out\n{ONE}",
        "    def f():\n        return 1",
        f"{ONE}\n%timeit f()",
        f"{ONE}\nf??",
    ],
)
def test_magics_are_taken_away_as_jupyter_does(cell):
    assert first(cell) == [ONE]


@pytest.mark.parametrize("cell", [f"%%bash\n{ONE}", f"%%writefile f.py\n{ONE}", "%pip install f"])
def test_what_is_no_python_is_no_answer(cell):
    assert ways(cell) == []


def test_a_line_that_begins_with_a_percent_sign_may_be_python():
    cell = "def f(i, n):\n    return [\n        (i + n)\n        % n\n    ]"
    assert first(cell) == ["def f(i, n):\n    return [(i + n) % n]"]


def test_each_import_stands_alone_and_all_of_one_package_count():
    assert first("import x.y, x.z\nfrom m import a, b", "def f():\n    return a + b + x.y") == [
        "import x.y",
        "import x.z",
        "from m import a",
        "from m import b",
        "def f():\n    return a + b + x.y",
    ]


def test_annotations_of_the_future_stay():
    cells = ["from __future__ import annotations", "def f(x: Foo):\n    return x"]
    assert first(*cells) == cells
