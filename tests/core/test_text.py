"""Text as people type it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.text import clean, excerpt, fold, slugify


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đường  Trần Hưng Đạo", "duong tran hung dao"),
        ("ĐAK JƠ TA", "dak jo ta"),
        ("Bahnar: ơ̆ ư̆ ô̆ ê̆ â̆", "bahnar: o u o e a"),
        ("Ayun\u00a0Pa\n", "ayun pa"),
    ],
)
def test_the_search_key_has_no_marks(text: str, key: str) -> None:
    assert fold(text) == key
    assert fold(unicodedata.normalize("NFD", text)) == key


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()  # no lone surrogate is left
    assert "\x00" not in once


def test_what_makes_a_text_read_differently_from_what_it_says_is_removed() -> None:
    assert clean("a\u202eb\x00c\ud800d\r\ne\ufeff") == "abcd\ne"


@given(st.text(min_size=1), st.integers(10, 200))
def test_an_excerpt_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(excerpt(text, length)) <= length


def test_an_excerpt_ends_at_a_word() -> None:
    assert (
        excerpt("Cầu treo bị hỏng từ hôm qua, rất nguy hiểm", 30) == "Cầu treo bị hỏng từ hôm qua…"
    )


def test_a_slug_is_plain() -> None:
    assert slugify("Lịch cấp nước: tuần 47/2026") == "lich-cap-nuoc-tuan-47-2026"
