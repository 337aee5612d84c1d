"""Codes that survive the telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.ids import CROCKFORD, new_id, normalise_tracking_code, tracking_code

PLACES = st.integers(0, 7)


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert made[0].version == 7


def test_a_code_is_read_as_people_type_it() -> None:
    code = tracking_code("gl")
    body = code.removeprefix("GL-")
    sloppy = "gl " + body.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert normalise_tracking_code(sloppy) == code


@given(PLACES, st.sampled_from(CROCKFORD))
def test_every_single_wrong_character_is_noticed(place: int, wrong: str) -> None:
    code = tracking_code("GL").replace("-", "")
    if code[2 + place] == wrong:
        return
    with pytest.raises(ValueError, match="check character"):
        normalise_tracking_code(code[: 2 + place] + wrong + code[3 + place :])


@pytest.mark.parametrize(
    "text", ["", "GL", "GL-1234-567", "1L-1234-5678", "GL-UUUU-UUUU", "é" * 10]
)
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"tracking code|letter U"):
        normalise_tracking_code(text)
