from __future__ import annotations

import time

import pytest

from backend.broadcasts.reading import aloud
from backend.broadcasts.reading.numbers import integer, written


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (4, "bốn"),
        (10, "mười"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (115, "một trăm mười lăm"),
        (1_000, "một nghìn"),
        (1_005, "một nghìn không trăm linh năm"),
        (2_026, "hai nghìn không trăm hai mươi sáu"),
        (10_500, "mười nghìn năm trăm"),
        (1_000_000, "một triệu"),
        (1_000_001, "một triệu không trăm linh một"),
        (1_234_567, "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy"),
        (2_000_000_000, "hai tỷ"),
        (2_000_000_015, "hai tỷ không trăm mười lăm"),
        (-7, "âm bảy"),
    ],
)
def test_numbers_are_said_as_an_announcer_says_them(number: int, words: str) -> None:
    assert integer(number) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1.500.000", "một triệu năm trăm nghìn"),
        ("1,500,000", "một triệu năm trăm nghìn"),
        ("2,5", "hai phẩy năm"),
        ("2.5", "hai phẩy năm"),
        ("0,75", "không phẩy bảy mươi lăm"),
        ("3,05", "ba phẩy không năm"),
        ("007", "không không bảy"),
        ("1.234,5", "một nghìn hai trăm ba mươi tư phẩy năm"),
    ],
)
def test_separators_are_understood(text: str, words: str) -> None:
    assert written(text) == words


@pytest.mark.parametrize(
    ("written_text", "spoken"),
    [
        # dates
        ("ngày 20/11/2026", "ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 5/4", "ngày mùng năm tháng tư"),
        ("ngày 30-4", "ngày ba mươi tháng tư"),
        ("sáng 1/12", "sáng ngày mùng một tháng mười hai"),
        ("từ 1/11 đến 5/11", "từ ngày mùng một tháng mười một đến ngày mùng năm tháng mười một"),
        ("từ ngày 1-5/12", "từ ngày mùng một đến mùng năm tháng mười hai"),
        ("tháng 11/2026", "tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("2026-11-20", "ngày hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("ngày 5 tháng 4", "ngày mùng năm tháng tư"),
        ("thứ 2, thứ 4, thứ 7", "thứ hai, thứ tư, thứ bảy"),
        ("ngày 99/99/2026", None),
        # times
        ("lúc 17h30", "lúc mười bảy giờ ba mươi phút"),
        ("lúc 17:15", "lúc mười bảy giờ mười lăm phút"),
        ("lúc 5:00", "lúc năm giờ"),
        ("từ 7h - 9h30", "từ bảy giờ đến chín giờ ba mươi phút"),
        ("trước 08 giờ 00 phút", "trước tám giờ"),
        ("0h ngày 1/1", "không giờ ngày mùng một tháng một"),
        # documents
        ("Kế hoạch số 147/KH-UBND", "Kế hoạch số một trăm bốn mươi bảy của ủy ban nhân dân"),
        (
            "Thực hiện 147/KH-UBND",
            "Thực hiện kế hoạch số một trăm bốn mươi bảy của ủy ban nhân dân",
        ),
        (
            "Quyết định số 19/2025/QĐ-TTg",
            "Quyết định số mười chín năm hai nghìn không trăm hai mươi lăm của thủ tướng chính phủ",
        ),
        (
            "Nghị định 49/2024/NĐ-CP",
            "Nghị định số bốn mươi chín năm hai nghìn không trăm hai mươi tư của chính phủ",
        ),
        ("Nghị quyết số 04-NQ/TU", "Nghị quyết số bốn của tỉnh ủy"),
        # money, measures, spans
        ("15.000đ/kg", "mười lăm nghìn đồng một ki lô gam"),
        ("1,5 tỷ đồng", "một phẩy năm tỷ đồng"),
        ("2.500.000 đồng", "hai triệu năm trăm nghìn đồng"),
        ("50.000 - 100.000 đồng/người", "năm mươi nghìn đến một trăm nghìn đồng một người"),
        ("2,5 ha", "hai phẩy năm héc ta"),
        ("120 km²", "một trăm hai mươi ki lô mét vuông"),
        ("35 km/h", "ba mươi lăm ki lô mét một giờ"),
        ("12m2", "mười hai mét vuông"),
        ("18-25°C", "mười tám đến hai mươi lăm độ C"),
        ("-2°C", "âm hai độ C"),
        ("tăng 5,5%", "tăng năm phẩy năm phần trăm"),
        ("3/4 số hộ", "ba phần tư số hộ"),
        ("2026-2030", "hai nghìn không trăm hai mươi sáu đến hai nghìn không trăm ba mươi"),
        ("5 - 7 phút", "năm đến bảy phút"),
        # telephones
        ("0912.345.678", "không chín một hai, ba bốn năm, sáu bảy tám"),
        ("gọi 113", "gọi một một ba"),
        ("tổng đài 1022", "tổng đài một không hai hai"),
        # abbreviations and capitals
        ("UBND xã Ayun", "ủy ban nhân dân xã Ayun"),
        ("TDP 3, P. Quy Nhơn", "tổ dân phố ba, phường Quy Nhơn"),
        ("HĐND-UBND", "hội đồng nhân dân và ủy ban nhân dân"),
        ("thẻ BHYT, BHXH", "thẻ bảo hiểm y tế, bảo hiểm xã hội"),
        ("ỦY BAN NHÂN DÂN XÃ AYUN", "ủy ban nhân dân xã ayun"),
        ("kênh XTV", "kênh ích tê vê"),
        ("khóa XV, quý III", "khóa mười lăm, quý ba"),
        ("v.v...", "vân vân."),
        # lists, markup, addresses
        ("- Rửa tay\n- Đeo khẩu trang", "Rửa tay\nĐeo khẩu trang"),
        ("1. Rửa tay", "một, Rửa tay"),
        ("<b>Bà con</b> &amp; khách", "Bà con và khách"),
        ("Xem www.gialai.gov.vn.", "Xem gialai chấm gov chấm vn."),
        ("QL19", "quốc lộ mười chín"),
        ("🙂🙂", ""),
        ("", ""),
    ],
)
def test_a_bulletin_is_read_as_people_say_it(written_text: str, spoken: str | None) -> None:
    heard = aloud(written_text)
    if spoken is not None:
        assert heard == spoken
    assert not any(character.isdigit() for character in heard)


@pytest.mark.parametrize(
    "nasty",
    ["1" * 20_000, "1." * 10_000, "1-" * 10_000, " " * 50_000, "A-" * 10_000, "\n" * 20_000,
     "<" * 20_000, "a." * 10_000, "www." * 5_000, "TP. " * 5_000],
)  # fmt: skip
def test_no_text_takes_for_ever(nasty: str) -> None:
    began = time.process_time()
    aloud(nasty)
    assert time.process_time() - began < 5
