"""The server draws the first screen as the app does: both are held to the fixtures under pwa/."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from backend.feedback.models import FeedbackKind, Outcome
from backend.pages.render import render
from backend.pages.routes.screens import OUTCOME_LOOKS

FIXTURES = Path(__file__).resolve().parents[2] / "pwa" / "tests" / "fixtures"
PAGES = Path(__file__).resolve().parents[2] / "backend" / "pages" / "i18n"
APP = FIXTURES.parents[1] / "src" / "apps" / "resident" / "i18n"
CARDS: list[dict[str, Any]] = json.loads((FIXTURES / "card.json").read_text())
HOME: dict[str, Any] = json.loads((FIXTURES / "home.json").read_text())
SCREENS: dict[str, Any] = json.loads((FIXTURES / "screens.json").read_text())


def tree(markup: str) -> Any:
    """Elements with their attributes in any order and their text with white space squeezed."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")

    def plain(node: Any) -> Any:
        inside = [re.sub(r"\s+", " ", node.text or "").strip()]
        for child in node:
            inside += [plain(child), re.sub(r"\s+", " ", child.tail or "").strip()]
        return (node.tag, dict(sorted(node.attrib.items())), [part for part in inside if part])

    return plain(root)


def alive(markup: str) -> str:
    """The server's markup, with what it does for lack of the app as the app has it."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    for form in root.xpath('//form[contains(@class, "filters")]'):
        form.tag = "div"
        del form.attrib["action"]
    for select in root.xpath("//select[@name]"):
        del select.attrib["name"]
    for form in root.xpath('//div[contains(@class, "send-form")]'):
        form.tag = "form"
        form.set("novalidate", "")
    for button in root.xpath("//button[@disabled]"):
        del button.attrib["disabled"]
    for button in root.xpath('//*[@class="send-go"]/button'):
        button.set("type", "submit")
    for button in root.xpath("//noscript"):
        button.drop_tree()
    return "".join(lxml_html.tostring(child, encoding="unicode") for child in root)


@pytest.mark.parametrize("number", range(len(CARDS)))
def test_a_card_is_the_one_the_app_draws(number: int) -> None:
    expected = (FIXTURES / "card.html").read_text().strip().split("\n\n")
    case = CARDS[number]
    drawn = render("one_card.html", case["lang"], item=case["item"], commune=case["commune"])
    assert tree(drawn) == tree(expected[number])


def test_the_home_screen_is_the_one_the_app_draws() -> None:
    drawn = render(
        "home.html",
        "vi",
        commune=HOME["commune"],
        section="home",
        articles=HOME["articles"],
        q="",
        filtered=False,
        more="",
    )
    assert tree(drawn) == tree((FIXTURES / "home.html").read_text())


def test_the_list_of_outcomes_is_the_one_the_app_draws() -> None:
    drawn = render(
        "outcomes.html",
        "vi",
        commune=SCREENS["commune"],
        section="outcomes",
        items=SCREENS["outcomes"]["items"],
        looks=OUTCOME_LOOKS,
        categories=SCREENS["feedback_categories"]["items"],
        results=list(Outcome),
        chosen={"category": None, "outcome": None},
        more="",
    )
    assert tree(alive(drawn)) == tree((FIXTURES / "outcomes.html").read_text())


def test_the_form_is_the_one_the_app_draws() -> None:
    drawn = render(
        "send.html",
        "vi",
        commune=SCREENS["commune"],
        section="send",
        kinds=list(FeedbackKind),
        categories=SCREENS["feedback_categories"]["items"],
    )
    assert tree(alive(drawn)) == tree((FIXTURES / "send.html").read_text())


def test_an_outcome_looks_the_same_wherever_it_is_drawn() -> None:
    states = (APP.parent / "parts" / "states.ts").read_text()
    (table,) = re.findall(r"const OUTCOMES\b.*?\n}", states, re.DOTALL)
    looks = re.findall(r"(\w+): \{ tone: '(\w+)', icon: '([\w-]+)' }", table)
    assert {
        name: {"tone": "" if tone == "neutral" else tone, "icon": icon}
        for name, tone, icon in looks
    } == OUTCOME_LOOKS
    assert set(OUTCOME_LOOKS) == set(Outcome)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_server_and_the_app_use_the_same_words(language: str) -> None:
    said = json.loads((PAGES / f"{language}.json").read_text())
    app: dict[str, str] = {}
    for path in sorted(APP.glob(f"{language}*.ts")):
        for key, _, text in re.findall(r"'([\w.]+)':\s*(['\"`])(.*?)\2,", path.read_text()):
            app[key] = text.replace("\\'", "'")
    shared = {key for key in app if f"pages.{key}" in said}
    assert len(shared) > 30
    different = {key: (said[f"pages.{key}"], app[key]) for key in shared
                 if said[f"pages.{key}"] != app[key]}  # fmt: skip
    assert different == {}
