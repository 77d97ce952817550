"""The judge: each way of being wrong has its own sentence, and only what is right is right."""

import numpy as np
import pytest
import torch

from aelib.exercises.base import Exercise, Mistake, answers, no_arguments, prepare
from aelib.exercises.judge import judge


def tables(rng):
    """Tables of several sizes, as NumPy arrays."""
    return [(rng.random(shape) + 1,) for shape in ((1, 4), (3, 4), (5, 7))]


def tensors(rng):
    return [(torch.as_tensor(table).float(),) for (table,) in tables(rng)]


def judged(function, reference, cases=tables, wrong=(), **settings):
    """What the judge says of a function."""
    hints = ("Look at it.", "Look again.", "Look once more.")
    exercise = Exercise("own", "99", 1, 1, reference, cases, hints, wrong, **settings)
    prepared = prepare(exercise, seed=0)
    given = answers(exercise, function, prepared.cases)
    return judge(prepared, given, exercise.tolerance)


def sentence(function, reference, cases=tables, **settings):
    verdict = judged(function, reference, cases, **settings)
    assert verdict.status == "wrong"
    return verdict.sentence


def double(x):
    return 2 * x


def row_sums(x):
    return x.sum(axis=1)


# Right


def test_the_same_values_are_right_however_they_are_computed():
    verdict = judged(lambda x: np.array([sum(row) for row in x]), row_sums)
    assert (verdict.status, verdict.sentence) == ("ok", "right")


def test_rounding_is_right_and_more_than_the_tolerance_is_not():
    assert judged(lambda x: row_sums(x) * (1 + 1e-5), row_sums).status == "ok"
    assert judged(lambda x: row_sums(x) * (1 + 1e-3), row_sums).status == "wrong"
    assert judged(lambda x: row_sums(x) * 1.1, row_sums, tolerance=0.2).status == "ok"


def test_what_is_0_but_for_rounding_is_0():
    """The square of cos(90°) is 3.7e-33 by one formula and 0 by another."""
    assert judged(lambda x: 0 * row_sums(x), lambda x: 1e-33 * row_sums(x)).status == "ok"
    assert judged(lambda x: 0 * row_sums(x), lambda x: 1e-12 * row_sums(x)).status == "wrong"


def test_numbers_may_come_as_numbers_of_any_library():
    for kind in (float, np.float64, torch.tensor):
        assert judged(lambda x, kind=kind: kind(x.sum()), lambda x: float(x.sum())).status == "ok"


def test_a_list_and_an_array_of_numbers_are_the_same_answer():
    assert judged(lambda x: row_sums(x).tolist(), row_sums).status == "ok"
    assert judged(lambda x: list(row_sums(x)), row_sums).status == "ok"
    assert judged(lambda x: double(x).tolist(), double).status == "ok"
    assert judged(lambda x: tuple(row_sums(x)), row_sums).status == "ok"


def test_a_list_and_a_tuple_of_results_are_the_same_answer():
    def two(x):
        return float(x.min()), float(x.max())

    assert judged(lambda x: [x.min(), x.max()], two).status == "ok"
    assert judged(lambda x: torch.tensor([x.min(), x.max()]), two).status == "ok"


def test_two_tables_may_come_in_one_list():
    def two(x):
        return x, double(x)

    assert judged(lambda x: [x.tolist(), double(x).tolist()], two).status == "ok"
    assert judged(lambda x: np.stack([x, double(x)]), two).status == "ok"
    assert judged(lambda x: [double(x).tolist(), x.tolist()], two).status == "wrong"


def test_the_order_of_a_dicts_keys_does_not_matter():
    def both(x):
        return {"low": x.min(), "high": x.max()}

    assert judged(lambda x: {"high": x.max(), "low": x.min()}, both).status == "ok"


# An exercise's own mistakes come first


def test_a_known_mistake_gets_its_own_sentence():
    wrong = (Mistake(lambda x: x.mean(axis=1), "you took the mean; take the sum"),)
    assert sentence(lambda x: x.mean(axis=1), row_sums, wrong=wrong) == wrong[0].sentence


def test_a_mistake_made_on_some_cases_only_does_not_get_the_sentence_of_a_whole_one():
    wrong = (Mistake(lambda x: x.mean(axis=1), "you took the mean; take the sum"),)

    def mean_of_several(x):
        return x.mean(axis=1) if len(x) > 1 else row_sums(x)

    assert "right for 1 of 3 cases" in sentence(mean_of_several, row_sums, wrong=wrong)


# Values that are right in another form


def test_transposed():
    assert "rows and columns are exchanged" in sentence(lambda x: double(x).T, double)


def test_another_shape():
    assert sentence(lambda x: row_sums(x)[:, None], row_sums) == (
        "right values, but the result has shape (1, 1); it should have shape (1,)"
    )


def test_an_array_of_one_in_place_of_a_number():
    told = sentence(lambda x: x.sum().reshape(1), lambda x: float(x.sum()))
    assert told == "right values, but the result has shape (1,); it should be a single number"


def test_an_array_where_the_text_asks_for_a_tensor():
    told = sentence(lambda x: (2 * x).numpy(), double, tensors, tensor=True)
    assert told == "right values, but as an array; return a torch tensor"


@pytest.mark.parametrize(
    "dressed",
    [
        lambda x: (2 * x).numpy(),
        lambda x: (2 * x).double(),
        lambda x: (2 * x).tolist(),
        lambda x: list(2 * x),
        lambda x: tuple(2 * row for row in x),
        lambda x: [[2 * value for value in row] for row in x],
        lambda x: np.array((2 * x).tolist()),
        lambda x: torch.tensor(2 * x.numpy().astype(float)),
    ],
)
def test_another_kind_or_precision_is_the_same_answer(dressed):
    assert judged(dressed, double, tensors).status == "ok"


def test_a_tensor_where_arrays_are_worked_with():
    assert judged(lambda x: torch.as_tensor(2 * x), double).status == "ok"
    assert judged(lambda x: torch.as_tensor(row_sums(x)), row_sums).status == "ok"


def test_whole_numbers_where_decimals_have_whole_values():
    assert judged(lambda x: np.floor(x).astype(int), lambda x: np.floor(x)).status == "ok"


def test_infinity_can_be_an_answer():
    def some_infinite(x):
        return np.where(x > 1.5, np.inf, -x)

    assert judged(lambda x: some_infinite(x) + 0, some_infinite).status == "ok"
    assert judged(lambda x: [np.inf, -np.inf], lambda x: [np.inf, -np.inf]).status == "ok"
    assert judged(lambda x: -some_infinite(x), some_infinite).status == "wrong"
    assert judged(lambda x: 0 * x + np.inf, some_infinite).status == "wrong"
    assert judged(lambda x: np.nan * x, some_infinite).status == "wrong"
    assert judged(lambda: np.inf, lambda: np.inf, no_arguments).status == "ok"


def test_floats_in_place_of_whole_numbers():
    told = sentence(lambda x: np.argmax(x, axis=1) * 1.0, lambda x: np.argmax(x, axis=1))
    assert "as decimal numbers; return whole numbers" in told


def test_complex_numbers_in_place_of_real_ones():
    assert "as complex numbers; return decimal numbers" in sentence(
        lambda x: double(x) + 0j, double
    )


# Factors, signs, offsets


def test_a_constant_factor():
    assert sentence(lambda x: 6 * x, double) == "too large by the factor 3 everywhere"
    assert sentence(lambda x: x, double) == "too small by the factor 2 everywhere"
    assert sentence(lambda x: -x, double) == (
        "too small by the factor 2 everywhere, and the sign is turned round"
    )


def test_a_factor_close_to_1_is_no_factor():
    assert "factor" not in sentence(lambda x: 2.001 * x, double)


def test_a_sum_in_place_of_a_mean_and_the_other_way_round():
    def mean_of_rows(x):
        return x.mean(axis=0)

    assert "rows of x; is a mean asked for?" in sentence(lambda x: x.sum(0), mean_of_rows)
    assert "columns of x; is a sum asked for?" in sentence(lambda x: x.mean(1), row_sums)
    assert "values of x; is a sum asked for?" in sentence(lambda x: x.mean(), lambda x: x.sum())


def test_the_argument_is_named_whose_rows_or_columns_are_the_factor():
    def two(rng):
        return [(rng.random((n + 2, 3)), rng.random((n, 4))) for n in (1, 3, 6)]

    told = sentence(lambda w, x: x.sum() / len(w), lambda w, x: x.sum(), two)
    assert told == "too small by the number of rows of w; is a sum asked for?"


def test_the_sign():
    told = sentence(lambda x: -2 * x, double)
    assert told == "right except for the sign: plus and minus are exchanged"


def test_an_offset():
    assert sentence(lambda x: 2 * x - 1, double) == ("too small by the same amount everywhere: 1")


# Values that are wrong


def test_nan_and_infinity():
    def logarithm(x):
        with np.errstate(divide="ignore"):
            return np.log(x * 0)

    assert "NaN or infinity for x of shape (1, 4)" in sentence(logarithm, double)
    assert "NaN or infinity" in sentence(lambda x: x * np.nan, double)


def test_another_number_of_values():
    told = sentence(lambda x: x[:, 1:], double)
    assert told == "its result has shape (1, 3) for x of shape (1, 4); it should have shape (1, 4)"


def test_right_on_some_cases_only():
    told = sentence(lambda x: row_sums(x[:1]) * np.ones(len(x)), row_sums)
    assert told.startswith("right for 1 of 3 cases, but wrong for x of shape (3, 4) at [")


def test_what_differs_is_shown_with_digits_enough_to_see_it():
    told = sentence(lambda x: 1000.4, lambda x: 1000 + 0 * x[0, 0])
    assert told.endswith("expected 1000, got 1000.4") or "by the same amount" in told
    told = sentence(lambda x: [2.0, 5.002], lambda x: [2.0, 5.001], tolerance=1e-6)
    assert told.endswith("at [1]: expected 5.001, got 5.002")


def test_the_entry_of_a_dict_is_named():
    def both(x):
        return {"low": x.min(axis=1), "high": x.max(axis=1)}

    def wrong(x):
        return {"low": x.min(axis=1), "high": x.max(axis=1) * np.linspace(1, 2, len(x)) + 1}

    assert " at ['high'][" in sentence(wrong, both)


def test_truth_values_are_compared_too():
    told = sentence(lambda x: x < 1.5, lambda x: x > 1.5)
    assert told.startswith("wrong for x of shape (1, 4) at [0, 0]: expected")


def test_a_word():
    assert sentence(lambda x: "dense", lambda x: "sparse") == (
        "it returns 'dense' for x of shape (1, 4); that is not it"
    )
    assert sentence(lambda x: "12", lambda x: 12) == (
        "it returns a text for x of shape (1, 4); expected a number"
    )


# Several results


def two(x):
    return x.min(axis=1), x.max(axis=1)


def test_too_few_and_too_many_results():
    assert "it returns one result for x of" in sentence(lambda x: x.min(axis=1), two)
    assert "expected 2 results" in sentence(lambda x: x.min(axis=1), two)
    assert "it returns 3 results" in sentence(lambda x: (*two(x), x), two)
    told = sentence(lambda x: (row_sums(x),), row_sums)
    assert told.startswith("it returns a list, tuple or dict of one result")
    assert told.endswith("return one result by itself")


def test_other_names():
    told = sentence(lambda x: {"a": x, "c": x}, lambda x: {"a": x, "b": x})
    assert "2 results named ['a'], ['c']" in told
    assert "expected 2 results named ['a'], ['b']" in told


def test_several_results_with_one_wrong():
    told = sentence(lambda x: (x.min(axis=1), x.max(axis=1) ** 2), two)
    assert " at [1][0]: expected" in told
    told = sentence(lambda x: (x.min(axis=1) + 1e-9, x.max(axis=1) ** 2), two)
    assert " at [1][0]: expected" in told, "rounding in the first is not what is wrong"


def test_another_structure_on_a_later_case():
    def sometimes_two(x):
        return row_sums(x)[:, None] if len(x) < 5 else two(x)

    assert sentence(sometimes_two, row_sums)


# Nothing, or nothing that can be used


def untouched(x):
    """What the notebook gives."""
    return None  # your code


def passing(x):
    pass


def dots(x): ...


def test_the_stub_is_not_attempted():
    for stub in (untouched, passing, dots, lambda x: None):
        assert judged(stub, double).sentence == "not written yet"


def test_a_forgotten_return_is_told_as_that():
    def forgets(x):
        x = 2 * x

    def ends_in_the_value(x):
        2 * x

    def loops(x):
        for _ in x:
            pass

    for function in (forgets, ends_in_the_value, loops, lambda x: x.fill(1), Silent()):
        verdict = judged(function, double)
        assert verdict.status == "wrong"
        assert verdict.sentence == "it returns nothing; write return in front of the result"


class Silent:
    def __call__(self, x):
        self.last = 2 * x


def test_a_print_in_place_of_return_is_told_as_that(capsys):
    def prints(x):
        print(2 * x)

    told = "it prints its result and returns nothing; write return in place of print"
    assert sentence(prints, double) == told
    assert sentence(lambda x: print(2 * x), double) == told


def test_an_empty_list_is_a_result_of_no_numbers():
    for empty in ([], (), {}):
        assert sentence(lambda x, e=empty: e, row_sums).startswith("its result has shape (0,)")
    assert judged(lambda x: [], lambda x: []).status == "ok"
    told = judged(lambda x: [None], double).sentence
    assert told == "it returned [None], in which there is no number"


def test_not_implemented_is_not_attempted():
    def stub(x):
        raise NotImplementedError

    assert judged(stub, double).status == "not attempted"


def test_nothing_returned_on_some_way():
    told = sentence(lambda x: double(x) if len(x) > 1 else None, double)
    assert told == "it returns nothing for x of shape (1, 4); is there a return on each way?"


def test_what_cannot_be_compared():
    verdict = judged(lambda x: {1, 2}, double)
    assert verdict.status == "error"
    assert verdict.sentence.startswith(
        "it returned set, which is not a tensor, an array or a number"
    )
    assert "an array of objects" in judged(lambda x: np.array([None]), double).sentence


def test_an_exception_is_named_with_its_line_and_its_case():
    def divides(x):
        y = x.shape[0] - 1
        return 1 / y

    verdict = judged(divides, double)
    assert verdict.status == "error"
    assert verdict.sentence == (
        "it stopped at `return 1 / y` with ZeroDivisionError: division by zero "
        "(called with x of shape (1, 4))"
    )


def test_an_exception_that_cannot_even_be_printed():
    class BrokenError(Exception):
        def __str__(self):
            raise ValueError

    def breaks(x):
        raise BrokenError

    assert "with BrokenError" in judged(breaks, double).sentence


def test_another_number_of_arguments():
    verdict = judged(lambda: 1, double)
    assert verdict.status == "error"
    assert verdict.sentence.startswith("it should take one argument, x")
    assert judged(lambda x, y: 1, lambda a, b: 1, lambda rng: [(1, 2)]).status == "ok"
    told = judged(lambda x: 1, lambda a, b: 1, lambda rng: [(1, 2)]).sentence
    assert told == "it should take 2 arguments: a, b"


# What a call does besides returning


def test_an_input_changed_in_place():
    def in_place(x):
        x *= 2
        return x

    assert sentence(in_place, double) == (
        "right values, but it changes its input x; work on a copy"
    )
    assert "changes its input x" in sentence(in_place, double, tensors, differentiable=True)


def test_an_entry_added_to_a_dict_given():
    def adds(p):
        p["new"] = 1
        return p["a"]

    told = sentence(adds, lambda p: p["a"], lambda rng: [({"a": 1.0},), ({"a": 2.0},)])
    assert "changes its input p" in told


def test_one_call_cannot_spoil_the_next():
    seen = []

    def remembers(x):
        seen.append(x.copy())
        x[:] = 0
        return 2 * seen[-1]

    assert "changes its input" in sentence(remembers, double)
    assert all(x.all() for x in seen)


@pytest.mark.parametrize(
    "detached",
    [
        lambda x: 2 * x.detach(),
        lambda x: torch.tensor((2 * x).tolist()),
        lambda x: 2 * x.detach() + 0 * x,
        lambda x: torch.no_grad()(double)(x),
    ],
)
def test_a_gradient_that_does_not_get_through(detached):
    told = sentence(detached, double, tensors, differentiable=True)
    assert told.startswith("right values, but wrong gradients")
    assert judged(detached, double, tensors).status == "ok", "only where gradients are asked for"


def loss(x_hat, x):
    return ((x_hat - x) ** 2).sum()


def pairs(rng):
    return [(x, x + 1) for (x,) in tensors(rng)]


@pytest.mark.parametrize(
    "function",
    [
        lambda x_hat, x: loss(x_hat, x.detach()),
        lambda x_hat, x: loss(x_hat, torch.as_tensor(x.numpy())),
        lambda x_hat, x: sum(loss(a, b) for a, b in zip(x_hat, x, strict=True)),
        lambda x_hat, x: loss(x_hat.double(), x),
    ],
)
def test_a_gradient_is_asked_for_only_towards_what_is_learned(function):
    assert judged(function, loss, pairs, differentiable=("x_hat",)).status == "ok"


def test_a_gradient_towards_what_is_learned_is_still_asked_for():
    told = sentence(lambda a, x: loss(a.detach(), x), loss, pairs, differentiable=("x_hat",))
    assert told.startswith("right values, but wrong gradients towards what is learned")


def test_rows_in_a_list_pass_their_gradients_on():
    assert judged(lambda x: [2 * row for row in x], double, tensors, differentiable=True).status


def test_numpy_where_a_gradient_has_to_pass():
    verdict = judged(lambda x: np.asarray(x) * 2, double, tensors, differentiable=True)
    assert verdict.status == "error"
    assert "use torch's functions only" in verdict.sentence


def test_gradients_are_asked_for_even_where_they_are_switched_off():
    with torch.no_grad():
        assert judged(double, double, tensors, differentiable=True).status == "ok"


def test_random_results_are_the_same_at_each_call_and_rarely_right():
    assert judged(lambda x: np.random.rand(*x.shape), double).status == "wrong"  # noqa: NPY002
    twice = judged(lambda x: x * 0 + torch.rand(()), lambda x: x * 0 + torch.rand(()), tensors)
    assert twice.status == "ok"


# Numbers to be found


@pytest.mark.parametrize("answer", [41, 43.0, -42, 84, 0.42, np.nan, np.inf, "42", [42], (1, 2)])
def test_a_number_to_be_found_is_never_given_away(answer):
    verdict = judged(lambda: answer, lambda: 42, no_arguments, tolerance=1e-4)
    assert verdict.status == "wrong"
    assert "42" not in verdict.sentence.replace(str(answer), "")
    assert not {"large", "small", "sign"} & set(verdict.sentence.split())


def test_a_number_to_be_found_is_found():
    for answer in (42, 42.0, np.int64(42), torch.tensor(42)):
        assert judged(lambda a=answer: a, lambda: 42, no_arguments).status == "ok"


@pytest.mark.parametrize("answer", ["blue", "Blue", " BLUE "])
def test_a_word_may_be_written_in_any_case(answer):
    assert judged(lambda: answer, lambda: "blue", no_arguments).status == "ok"


def test_a_word_to_be_found_is_never_given_away():
    told = sentence(lambda: "green", lambda: "blue", no_arguments)
    assert "green" in told
    assert "blue" not in told


def test_what_is_huge_is_told_by_its_shape():
    huge = np.broadcast_to(1.0, (10**6, 10**6))
    assert "(1000000, 1000000)" in sentence(lambda x: huge, double)
    assert "(1000000, 1000000)" in sentence(lambda: huge, lambda: 42, no_arguments)


def test_what_an_error_says_goes_on_behind_a_colon():
    """PyTorch tells on a second line which layers have no weights."""

    def other_names(x):
        torch.nn.Linear(2, 3).load_state_dict({"encoder": torch.zeros(3, 2)})

    told = judged(other_names, double).sentence
    assert (
        'Error(s) in loading state_dict for Linear: Missing key(s) in state_dict: "weight"' in told
    )
