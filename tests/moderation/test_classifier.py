"""The first reader of feedback: better than the floor, and above all it notices what must not be missed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.core.text import fold
from moderation.classifier import Suggestion, classify
from moderation.models import FeedbackCategory, FeedbackKind, LegalType, Urgency

CORPUS = Path(__file__).parents[1] / "data" / "feedback_corpus.jsonl"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()
]
# Accuracy and macro-F1 that TF-IDF with logistic regression reaches on texts it has not seen.
FLOOR = {
    "category": (0.51, 0.49),
    "kind": (0.78, 0.49),
    "legal": (0.96, 0.84),
    "urgency": (0.80, 0.55),
    "abusive": (0.98, 0.85),
    "spam": (0.96, 0.56),
}


def value(guess: Suggestion, field: str) -> Any:
    found = getattr(guess, {"legal": "legal_type"}.get(field, field))
    return getattr(found, "value", found)


def macro_f1(gold: list[Any], said: list[Any]) -> float:
    scores = []
    for label in set(gold):
        hits = sum(g == s == label for g, s in zip(gold, said, strict=True))
        wrong = sum((g == label) != (s == label) for g, s in zip(gold, said, strict=True))
        scores.append(2 * hits / (2 * hits + wrong) if hits else 0.0)
    return sum(scores) / len(scores)


@pytest.fixture(scope="module")
def guesses() -> list[Suggestion]:
    return [classify(row["text"]) for row in ROWS]


@pytest.mark.parametrize("field", FLOOR)
def test_on_the_texts_it_was_tuned_on_it_is_far_above_the_floor(
    guesses: list[Suggestion], field: str
) -> None:
    gold = [row[field] for row in ROWS]
    said = [value(guess, field) for guess in guesses]
    accuracy = sum(g == s for g, s in zip(gold, said, strict=True)) / len(gold)
    least_accuracy, least_f1 = FLOOR[field]
    assert accuracy > least_accuracy
    assert macro_f1(gold, said) > least_f1 + 0.08


@pytest.mark.parametrize(
    ("field", "label", "share"),
    [
        ("legal", "complaint", 0.90),
        ("legal", "denunciation", 0.95),
        ("urgency", "emergency", 0.90),
    ],
)
def test_what_must_not_be_missed_is_noticed(
    guesses: list[Suggestion], field: str, label: str, share: float
) -> None:
    wanted = [g for row, g in zip(ROWS, guesses, strict=True) if row[field] == label]
    assert sum(value(g, field) == label for g in wanted) >= share * len(wanted)


def test_it_reads_texts_whose_diacritics_were_left_out() -> None:
    """The law and the danger are noticed in most of them, typed as a fifth of all texts are."""
    for field, labels, share in (
        ("legal", {"complaint", "denunciation"}, 0.75),
        ("urgency", {"emergency"}, 0.60),
    ):
        rows = [row for row in ROWS if row[field] in labels]
        hits = sum(value(classify(fold(row["text"])), field) in labels for row in rows)
        assert hits >= share * len(rows), (field, hits, len(rows))


def test_legal_type_does_not_hang_on_names_and_numbers() -> None:
    """Most complaints of the corpus carry a name: without names and numbers they are noticed as well."""
    rows = [row for row in ROWS if row["legal"] != "ordinary"]
    hits = 0
    for row in rows:
        text = row["text"]
        for each in sorted(row["pii"], key=lambda pii: -pii["start"]):
            text = text[: each["start"]] + "…" + text[each["start"] + len(each["text"]) :]
        hits += classify(text).legal_type is not LegalType.ORDINARY
    assert hits >= 0.75 * len(rows), (hits, len(rows))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cháy nhà xóm trên rồi, cứu với!!!", {"urgency": "emergency"}),
        ("chay nha roi cuu voi, co nguoi ket ben trong", {"urgency": "emergency"}),
        ("Em không muốn sống nữa", {"urgency": "emergency"}),
        ("Cho hỏi làm căn cước cho bé ở đâu vậy ạ?", {"kind": "question", "urgency": "normal"}),
        ("Cảm ơn chú dân quân đã giúp mẹ tôi qua suối.", {"kind": "praise"}),
        ("Xe rác 5 ngày chưa lấy, hôi thối quá", {"category": "moi_truong_rac_thai"}),
        ("xe rac 5 ngay chua lay hoi thoi qua", {"category": "moi_truong_rac_thai"}),
        ("Mất điện từ tối qua tới giờ", {"category": "dien_nuoc_vien_thong"}),
        (
            "Tôi không đồng ý quyết định thu hồi đất số 12, đề nghị UBND xã xem xét lại.",
            {"legal": "complaint", "kind": "report"},
        ),
        (
            "Tôi tố cáo ông Lê Văn Tám kế toán ăn chặn tiền hộ nghèo, đề nghị điều tra.",
            {"legal": "denunciation", "kind": "report"},
        ),
        ("Tôi không tố cáo ai, chỉ mong nhắc nhở quán nhậu mở nhạc khuya.", {"legal": "ordinary"}),
        ("Vay nhanh không thế chấp, giải ngân trong ngày, inbox ngay", {"spam": True}),
        ("", {"category": "khac", "kind": "report", "spam": False}),
        ("🙂🙂🙂", {"category": "khac"}),
    ],
)
def test_plain_examples(text: str, expected: dict[str, Any]) -> None:
    guess = classify(text)
    assert {field: value(guess, field) for field in expected} == expected


def test_every_guess_that_matters_shows_its_words() -> None:
    guess = classify("Tôi tố cáo ông Lê Văn Tám ăn chặn gạo cứu đói, đề nghị điều tra.")
    reasons = {reason.field: reason for reason in guess.reasons}
    assert "tố cáo" in reasons["legal_type"].words
    assert reasons["category"].value == guess.category.value


def test_the_vocabulary_covers_every_category() -> None:
    assert {classify(row["text"]).category for row in ROWS} == set(FeedbackCategory)
    assert {classify(row["text"]).kind for row in ROWS} == set(FeedbackKind)
    assert {classify(row["text"]).urgency for row in ROWS} == set(Urgency)
