"""A first reading of a text by rules: category, kind, legal type, urgency, abuse, spam, each with its reasons.

Pure: text in, suggestion out. Words and their weights are data (``moderation.lexicon``); the rules below say how they
come together. It leans towards noticing: a complaint, a denunciation or an emergency that is taken for something
ordinary does harm, the other mistake costs an officer a glance. Nothing public follows from what is guessed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from backend.core.text import fold
from moderation.lexicon import CATEGORY_TERMS, SIGNAL_TERMS, TEENCODE
from moderation.models import FeedbackCategory, FeedbackKind, LegalType, Urgency

# Longer texts say what they want early; the rest is not read twice.
MAX_WORDS = 1_200
_WORD = re.compile(r"[^\W_]+")
_SHOWN_WORDS = 6
# How much has to speak for an emergency; tuned towards noticing.
ACUTE = 5
PRESSING = 2
ASKED = 2
ADVERTISED = 2
# More than this has to speak for a complaint, a denunciation.
CONTESTED = 3
DENOUNCED = 4
# A text with fewer marked words than this was typed without diacritics.
_MARKED_SHARE = 0.2
_SHORTEST_BARE = 4
_SHOUT = 20  # letters; a shorter text in capitals is just short
_LONGEST_QUESTION = 45
_QUESTION_ENDS = frozenset(
    {"khong", "chua", "ha", "vay", "nhi", "dau", "nao", "gi", "sao", "may", "nhieu", "ta", "a"}
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one field of a suggestion has its value: the words of the text that spoke for it."""

    field: str
    value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A guess, for a person to confirm."""

    category: FeedbackCategory
    kind: FeedbackKind
    legal_type: LegalType
    urgency: Urgency
    abusive: bool
    spam: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text, ready for the rules: its form, and which signals its words gave."""

    text: str
    words: tuple[str, ...]
    marked: bool
    signals: dict[str, list[str]]
    categories: dict[FeedbackCategory, dict[str, int]]

    def has(self, *names: str) -> bool:
        return any(self.signals.get(name) for name in names)

    def count(self, name: str) -> int:
        return len(self.signals.get(name, ()))

    def said(self, *names: str) -> tuple[str, ...]:
        found = [word for name in names for word in self.signals.get(name, ())]
        return tuple(dict.fromkeys(found))[:_SHOWN_WORDS]


def classify(text: str) -> Suggestion:
    """Read ``text`` as a resident typed it, with or without diacritics."""
    reading = _read(text)
    spam, abusive = _is_spam(reading), _is_abusive(reading)
    legal_type = LegalType.ORDINARY if spam else _legal_type(reading)
    urgency = Urgency.NORMAL if spam else _urgency(reading)
    category = FeedbackCategory.KHAC if spam else _category(reading, urgency)
    kind = FeedbackKind.REPORT if spam else _kind(reading, legal_type, urgency)
    reasons = [Reason("category", category.value, _category_words(reading, category))]
    if kind is not FeedbackKind.REPORT:
        reasons.append(Reason("kind", kind.value, reading.said(*_KIND_SIGNALS[kind])))
    if legal_type is not LegalType.ORDINARY:
        reasons.append(
            Reason("legal_type", legal_type.value, reading.said(*_LEGAL_SIGNALS[legal_type]))
        )
    if urgency is not Urgency.NORMAL:
        reasons.append(Reason("urgency", urgency.value, reading.said(*_URGENCY_SIGNALS[urgency])))
    if abusive:
        reasons.append(Reason("abusive", "true", reading.said("curse", "threat")))
    if spam:
        reasons.append(Reason("spam", "true", reading.said("advert")))
    return Suggestion(category, kind, legal_type, urgency, abusive, spam, tuple(reasons))


_KIND_SIGNALS = {
    FeedbackKind.QUESTION: ("asks",),
    FeedbackKind.PRAISE: ("thanks",),
    FeedbackKind.PROPOSAL: ("proposes",),
    FeedbackKind.POLICY_EVALUATION: ("judges", "programme"),
}
_LEGAL_SIGNALS = {
    LegalType.COMPLAINT: ("contests", "numbered", "decision"),
    LegalType.DENUNCIATION: ("accuses", "crime", "wants_action"),
}
_URGENCY_SIGNALS = {
    Urgency.EMERGENCY: ("despair", "emergency", "danger", "rescue", "now"),
    Urgency.PRIORITY: (
        "hazard",
        "structure",
        "failing",
        "outbreak",
        "outage",
        "abuse_of_person",
        "destitute",
        "grave_offence",
    ),
}


# ---------------------------------------------------------------- reading


def _read(text: str) -> _Reading:
    raw = _WORD.findall(unicodedata.normalize("NFC", text).lower())[:MAX_WORDS]
    words = tuple(part for word in raw for part in TEENCODE.get(word, word).split())
    words = tuple(map(_tone, words))
    marked_words = sum(1 for word in words if not word.isascii())
    marked = marked_words >= _MARKED_SHARE * max(1, len(words))
    signals: dict[str, list[str]] = defaultdict(list)
    categories: dict[FeedbackCategory, dict[str, int]] = defaultdict(dict)
    for term, owners in _found(words if marked else tuple(map(fold, words)), marked=marked):
        for owner, weight in owners:
            if isinstance(owner, FeedbackCategory):
                categories[owner][term] = weight
            else:
                signals[owner].append(term)
    return _Reading(text, words, marked, signals, categories)


_Owner = FeedbackCategory | str
_Owners = list[tuple[_Owner, int]]


def _found(words: tuple[str, ...], *, marked: bool) -> Iterator[tuple[str, _Owners]]:
    """The terms among ``words``, in order; only lengths that some term beginning with a word has are tried."""
    terms, lengths = _terms(marked=marked), _lengths(marked=marked)
    for start, word in enumerate(words):
        for length in lengths.get(word, ()):
            term = " ".join(words[start : start + length])
            owners = terms.get(term)
            # At the end of a text fewer words are left than were asked for: that term was found already.
            if owners is not None and start + length <= len(words):
                yield term, owners


@lru_cache(maxsize=2)
def _lengths(*, marked: bool) -> dict[str, tuple[int, ...]]:
    """First word of a term -> how many words the terms have that begin with it."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for term in _terms(marked=marked):
        words = term.split()
        lengths[words[0]].add(len(words))
    return {word: tuple(sorted(some)) for word, some in lengths.items()}


@lru_cache(maxsize=2)
def _terms(*, marked: bool) -> dict[str, _Owners]:
    """Every term as it looks in a text with diacritics, or in one without."""
    known: dict[str, _Owners] = defaultdict(list)
    for category, by_weight in CATEGORY_TERMS.items():
        for weight, listed in by_weight.items():
            for term in _split(listed, marked=marked):
                known[term].append((category, weight))
    for signal, listed in SIGNAL_TERMS.items():
        for term in _split(listed, marked=marked):
            known[term].append((signal, 1))
    return dict(known)


def _split(listed: str, *, marked: bool) -> set[str]:
    terms = set()
    for part in listed.split(","):
        term = " ".join(part.split())
        with_marks_only, term = term.startswith("~"), term.removeprefix("~")
        kept_short, term = term.startswith("="), term.removeprefix("=")
        words = [_tone(word) for word in _WORD.findall(term.lower())]
        if not words or (with_marks_only and not marked):
            continue
        if not marked:
            # Short words mean too much without their marks: "té", "tế", "tê" are all "te".
            short = len(words) == 1 and not term.isascii() and len(words[0]) < _SHORTEST_BARE
            if short and not kept_short:
                continue
            words = [fold(word) for word in words]
        terms.add(" ".join(words))
    return terms


_OLD_TONE = re.compile("(?<!q)(o|u)([aey])([\u0300\u0301\u0303\u0309\u0323])$")
# Only these endings can be spelled in two ways; the rest of a text is not taken apart.
_OLD_ENDING = re.compile("[ou](?:[àáãảạèéẽẻẹỳýỹỷỵ]|[aey][\u0300\u0301\u0303\u0309\u0323])$")


def _tone(word: str) -> str:
    """One spelling of each word: "hoà" becomes "hòa", the tone mark on the first vowel of oa, oe, uy."""
    if word.isascii() or not _OLD_ENDING.search(word):
        return word
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", _OLD_TONE.sub(r"\1\3\2", apart))


# ---------------------------------------------------------------- rules


def _category(reading: _Reading, urgency: Urgency) -> FeedbackCategory:
    scores = {category: sum(found.values()) for category, found in reading.categories.items()}
    if urgency is Urgency.EMERGENCY and FeedbackCategory.THIEN_TAI_KHAN_CAP in scores:
        scores[FeedbackCategory.THIEN_TAI_KHAN_CAP] += 4
    if not scores:
        return FeedbackCategory.KHAC
    order = list(FeedbackCategory)
    return max(scores, key=lambda category: (scores[category], -order.index(category)))


def _category_words(reading: _Reading, category: FeedbackCategory) -> tuple[str, ...]:
    found = reading.categories.get(category, {})
    return tuple(sorted(found, key=lambda term: -found[term])[:_SHOWN_WORDS])


def _kind(reading: _Reading, legal_type: LegalType, urgency: Urgency) -> FeedbackKind:
    if legal_type is not LegalType.ORDINARY or urgency is Urgency.EMERGENCY:
        return FeedbackKind.REPORT
    complains, judged = reading.count("complains"), reading.count("judges")
    if _is_question(reading, complains):
        return FeedbackKind.QUESTION
    if reading.has("programme") and judged >= 1 and complains <= judged + 1:
        return FeedbackKind.POLICY_EVALUATION
    if reading.has("thanks") and complains <= (1 if reading.has("hazard") else 2):
        return FeedbackKind.PRAISE
    if reading.has("proposes") and complains <= 2:  # noqa: PLR2004 - words of displeasure
        return FeedbackKind.PROPOSAL
    return FeedbackKind.REPORT


def _is_question(reading: _Reading, complains: int) -> bool:
    """Asks for information, and for nothing else: short, ends on a question, little displeasure."""
    if len(reading.words) > _LONGEST_QUESTION or complains > 2:  # noqa: PLR2004 - as above
        return False
    mark = "?" in reading.text
    asking_end = any(fold(word) in _QUESTION_ENDS for word in reading.words[-3:])
    return reading.count("asks") + int(mark) + int(asking_end) >= 2  # noqa: PLR2004 - signs of asking


def _legal_type(reading: _Reading) -> LegalType:
    """Complaint: an authority's decision about oneself, contested. Denunciation: somebody named, a crime, action wanted."""
    denounced = _denounces(reading)
    contested = _complains(reading)
    if denounced <= 0 and contested <= 0:
        return LegalType.ORDINARY
    # Both at once: what is asked for decides.
    return LegalType.DENUNCIATION if denounced >= contested else LegalType.COMPLAINT


def _complains(reading: _Reading) -> int:
    """How much speaks for a complaint (Law on Complaints 2011, Art. 2); 0 or less: it is none."""
    if not reading.has("contests") or not reading.has("decision"):
        return 0
    if not reading.has("own"):
        return 0
    score = min(3, reading.count("contests")) + min(2, reading.count("decision"))
    score += 2 * min(1, reading.count("numbered")) + min(1, reading.count("authority"))
    score -= 2 * reading.count("not_complaint") + (2 if _only_asks(reading) else 0)
    return score - CONTESTED


def _denounces(reading: _Reading) -> int:
    """How much speaks for a denunciation (Law on Denunciations 2018, Art. 2); 0 or less: it is none."""
    crimes, accuses = reading.count("crime"), reading.count("accuses")
    if not crimes and not accuses:
        return 0
    score = min(3, crimes) + 3 * min(1, accuses) + min(2, reading.count("wants_action"))
    score += 2 if _names_somebody(reading) else min(1, reading.count("accused"))
    score -= 3 * reading.count("hearsay") + (3 if _only_asks(reading) else 0)
    return score - (DENOUNCED - 1 if accuses else DENOUNCED)


_TITLE = (
    "ông|ong|bà|anh|chị|thằng|thang|con|cô|chú|bác|thầy|mụ|lão|tên|công ty|cong ty|cty|doanh nghiệp"
    "|nhóm của|người của|cơ sở|tiệm|quán"
)
_NAMED = re.compile(rf"(?i:\b(?:{_TITLE}))\s+(?:[A-ZĐÀ-Ỹ][\w']*)(?:\s+[A-ZĐÀ-Ỹ][\w']*)*")
_FULL_NAME = re.compile(r"(?:\b[A-ZĐÀ-Ỹ][a-zà-ỹđ']+\s+){2,4}[A-ZĐÀ-Ỹ][a-zà-ỹđ']+")


def _names_somebody(reading: _Reading) -> bool:
    """True when a title stands before a name, or a name of three words is given."""
    if _NAMED.search(reading.text) or _FULL_NAME.search(reading.text):
        return True
    return not reading.marked and reading.has("accused")


def _cries(reading: _Reading) -> int:
    """1 when the text shouts: several exclamation marks, or capitals throughout."""
    letters = [each for each in reading.text if each.isalpha()]
    capitals = sum(1 for each in letters if each.isupper())
    return int("!!" in reading.text or (len(letters) > _SHOUT and capitals > 0.8 * len(letters)))


def _only_asks(reading: _Reading) -> bool:
    if reading.text.rstrip().endswith("?"):
        return reading.has("asks")
    return "?" in reading.text and reading.count("asks") >= ASKED


def _urgency(reading: _Reading) -> Urgency:
    over = reading.count("not_now")
    calm = 2 * over + (4 if _only_asks(reading) else 0) + 2 * min(1, reading.count("proposes"))
    acute = 2 * min(3, reading.count("emergency")) + min(2, reading.count("now"))
    acute += min(2, reading.count("danger")) + min(2, reading.count("rescue"))
    acute += min(1, reading.count("ongoing")) + min(1, reading.count("life")) + _cries(reading)
    if reading.has("despair") and not over:
        return Urgency.EMERGENCY
    if reading.has("emergency", "danger") and acute - calm >= ACUTE:
        return Urgency.EMERGENCY
    pressing = 2 * min(2, reading.count("hazard")) + 2 * min(2, reading.count("outbreak"))
    pressing += 3 * min(1, reading.count("abuse_of_person")) + 3 * min(
        1, reading.count("destitute")
    )
    pressing += 2 if reading.has("structure") and reading.has("failing") else 0
    pressing += 3 * min(1, reading.count("grave_offence")) + min(1, reading.count("emergency"))
    if reading.has("outage"):
        pressing += 2 if reading.has("long_or_vulnerable") else 0
    pressing -= (
        min(2, over) + (3 if _only_asks(reading) else 0) + (2 if reading.has("thanks") else 0)
    )
    return Urgency.PRIORITY if pressing >= PRESSING else Urgency.NORMAL


def _is_abusive(reading: _Reading) -> bool:
    return reading.has("curse", "threat")


def _is_spam(reading: _Reading) -> bool:
    return reading.count("advert") >= ADVERTISED and not reading.has("report_of_scam")
