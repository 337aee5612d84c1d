"""Covers of the demo's articles, drawn here: flat shapes of the highlands and the coast, above a woven band."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from backend.core.auth import Principal
from backend.uploads.models import Upload
from backend.uploads.seed import keep_photo

SIZE = (1280, 720)
_FINE = 2  # drawn larger and shrunk, so that edges are smooth
_FLOOR = 640  # where the band begins
Pen = ImageDraw.ImageDraw
Point = tuple[float, float]

INK, PAPER, BRAND, SKY = "#14181c", "#fbf6ea", "#0b4f6c", "#cfe9f5"
RED, GOLD, LEAF, PINE, EARTH, STRAW = (
    "#9c2b23",
    "#e0a526",
    "#5f8f4e",
    "#2f5d50",
    "#7a4a2b",
    "#e9cf8f",
)


class _Canvas:
    """A pen that knows only the size of the finished picture."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    def area(self, points: Sequence[Point], fill: str) -> None:
        self._pen.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self._pen.rectangle([each * _FINE for each in (left, top, right, bottom)], fill=fill)

    def round(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        edges = [each * _FINE for each in (left, top, right, bottom)]
        self._pen.rounded_rectangle(edges, radius=22 * _FINE, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        edges = [
            (x - radius) * _FINE,
            (y - radius) * _FINE,
            (x + radius) * _FINE,
            (y + radius) * _FINE,
        ]
        self._pen.ellipse(edges, fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: int) -> None:
        self._pen.line(
            [(x * _FINE, y * _FINE) for x, y in points],
            fill=fill,
            width=width * _FINE,
            joint="curve",
        )

    def hills(self, height: float, swing: float, waves: float, start: float, fill: str) -> None:
        """One range: a wavy line at ``height``, filled down to the band."""
        crest = [
            (x, height + swing * math.sin(start + x / SIZE[0] * waves * math.tau))
            for x in range(0, SIZE[0] + 1, 8)
        ]
        self.area([*crest, (SIZE[0], _FLOOR), (0, _FLOOR)], fill)

    def band(self) -> None:
        """A woven edge: diamonds and steps in red, white and gold on indigo."""
        width, height = SIZE
        self.box(0, _FLOOR, width, height, "#1c2440")
        self.box(0, _FLOOR, width, _FLOOR + 7, RED)
        self.box(0, _FLOOR + 11, width, _FLOOR + 14, PAPER)
        middle = (_FLOOR + height) / 2 + 4
        for left in range(0, width, 80):
            x = left + 40
            for size, fill in ((30, RED), (20, PAPER), (11, "#1c2440"), (5, GOLD)):
                diamond = [
                    (x - size, middle),
                    (x, middle - size),
                    (x + size, middle),
                    (x, middle + size),
                ]
                self.area(diamond, fill)
            for step in (-6, 6):
                small = [(left - 6, middle + step), (left, middle + step - 6)]
                self.area([*small, (left + 6, middle + step), (left, middle + step + 6)], GOLD)


def _sky(canvas: _Canvas, fill: str = SKY, sun: str = "#fff3c4", at: Point = (1010, 150)) -> None:
    canvas.box(0, 0, *SIZE, fill)
    canvas.disc(*at, 74, sun)


def _levels(canvas: _Canvas) -> None:
    """Five ranges in the colours of the five levels (Decision 18/2021)."""
    _sky(canvas, "#eef4f7", "#ffffff")
    colours = ("#9fd3ee", "#f3e58a", "#ee9440", "#c03a2b", "#6b3a86")
    for place, fill in enumerate(colours):
        canvas.hills(230 + place * 88, 46 - place * 4, 1.1 + place * 0.22, place * 1.7, fill)


def _terraces(canvas: _Canvas) -> None:
    _sky(canvas)
    canvas.hills(270, 60, 1.3, 0.4, "#8fb7a8")
    canvas.hills(345, 44, 0.9, 2.6, PINE)
    for place, fill in enumerate((LEAF, "#86ad5b", STRAW, "#9dbb62", "#c7c66f", LEAF)):
        canvas.hills(410 + place * 40, 18, 1.2, 1 + place * 0.25, fill)


def _loudspeaker(canvas: _Canvas) -> None:
    _terraces(canvas)
    canvas.box(372, 150, 388, _FLOOR, INK)
    canvas.box(350, 192, 410, 224, INK)
    for side in (-1, 1):
        mouth = 380 + side * 150
        canvas.area([(380, 190), (380, 226), (mouth, 278), (mouth, 138)], "#f2f5f7")
        canvas.area(
            [(mouth, 278), (mouth, 138), (mouth + side * 18, 128), (mouth + side * 18, 288)], BRAND
        )


def _communal_house(canvas: _Canvas) -> None:
    """Nhà rông: the tall roof of the highland villages."""
    _sky(canvas, "#f6dcae", "#f4b860", (1030, 210))
    canvas.hills(370, 50, 1.2, 0.3, "#a98f6d")
    canvas.hills(470, 26, 0.8, 2.2, LEAF)
    canvas.area([(452, 440), (520, 96), (760, 96), (828, 440)], EARTH)
    canvas.area([(520, 96), (760, 96), (772, 156), (508, 156)], "#5d3620")
    for row in range(4):
        y = 210 + row * 56
        inset = (440 - y) * 0.2
        canvas.line([(458 + inset, y), (822 - inset, y)], STRAW, 5)
    canvas.box(496, 440, 784, 540, "#b98a57")
    canvas.box(606, 456, 674, 540, "#5d3620")
    for x in (506, 570, 700, 764):
        canvas.box(x, 540, x + 14, 606, "#5d3620")
    canvas.area([(600, 540), (680, 540), (700, 606), (580, 606)], STRAW)


def _health_station(canvas: _Canvas) -> None:
    _sky(canvas)
    canvas.hills(380, 54, 1.1, 1.2, "#8fb7a8")
    canvas.hills(520, 16, 0.8, 0.5, LEAF)
    canvas.box(360, 330, 920, 590, PAPER)
    canvas.area([(320, 336), (420, 236), (860, 236), (960, 336)], RED)
    canvas.round(596, 250, 684, 338, "#ffffff")
    canvas.box(630, 266, 650, 322, BRAND)
    canvas.box(612, 284, 668, 304, BRAND)
    canvas.box(596, 430, 684, 590, BRAND)
    for x in (420, 510, 726, 816):
        canvas.box(x, 406, x + 62, 480, "#8fd3f4")


def _pasture(canvas: _Canvas) -> None:
    _sky(canvas)
    canvas.hills(330, 56, 1.1, 2.0, "#8fb7a8")
    canvas.hills(440, 30, 0.8, 0.4, "#86ad5b")
    for x, y, fill in ((330, 430, EARTH), (700, 452, "#3c3a3a"), (1010, 420, "#a9744f")):
        for leg in (8, 40, 118, 148):
            canvas.box(x + leg, y + 60, x + leg + 16, y + 138, fill)
        canvas.round(x, y, x + 172, y + 84, fill)
        canvas.round(x - 62, y - 26, x + 24, y + 34, fill)
        canvas.line([(x - 46, y - 20), (x - 60, y - 50)], STRAW, 8)
        canvas.line([(x - 4, y - 20), (x + 12, y - 50)], STRAW, 8)
        canvas.line([(x + 166, y + 14), (x + 186, y + 84)], fill, 7)


def _coffee(canvas: _Canvas) -> None:
    canvas.box(0, 0, *SIZE, "#dfe9d2")
    canvas.hills(470, 40, 1.0, 0.6, "#b9cf9f")
    canvas.line([(-20, 560), (420, 380), (860, 250), (1300, 170)], EARTH, 16)
    for place, (x, y) in enumerate(((150, 490), (390, 392), (640, 315), (900, 240), (1130, 200))):
        for side in (-1, 1):
            tip = (x + 70, y + side * 170)
            bend = ((x - 50, y + side * 80), (x + 120, y + side * 74))
            canvas.area([(x, y), bend[0], tip, bend[1]], PINE if (place + side) % 2 else LEAF)
            canvas.line([(x, y), tip], "#d5e3bd", 4)
        for dx, dy in ((-22, -18), (20, -26), (-6, 24), (34, 16)):
            canvas.disc(x + dx, y + dy, 24, RED)
            canvas.disc(x + dx - 7, y + dy - 8, 6, "#d9776c")


def _dry_hills(canvas: _Canvas) -> None:
    _sky(canvas, "#f8d9a0", "#e8742c", (930, 190))
    canvas.hills(330, 64, 1.3, 0.8, "#c98f4e")
    canvas.hills(430, 42, 1.0, 2.9, "#a9703a")
    canvas.hills(530, 22, 0.9, 1.1, EARTH)
    # A strip without grass: fire stops there.
    canvas.area([(560, 400), (620, 400), (780, _FLOOR), (600, _FLOOR)], STRAW)
    for x, y in ((180, 470), (300, 500), (1000, 470), (1120, 500)):
        canvas.box(x - 6, y, x + 6, y + 90, "#4b2c19")
        canvas.area([(x - 52, y + 30), (x, y - 110), (x + 52, y + 30)], PINE)


def _sea(canvas: _Canvas, *fills: str) -> None:
    for place, fill in enumerate(fills):
        canvas.hills(400 + place * 62, 14, 5 + place, place * 1.3, fill)


def _boats(canvas: _Canvas) -> None:
    canvas.box(0, 0, *SIZE, "#9fb2bf")
    for x, y, size in (
        (250, 130, 84),
        (350, 104, 104),
        (470, 138, 80),
        (880, 110, 92),
        (990, 138, 74),
    ):
        canvas.disc(x, y, size, "#5d707e")
    canvas.hills(360, 30, 0.7, 0.2, "#6f8793")
    _sea(canvas, "#4d7f99", "#2f6a88", BRAND, "#093c53")
    for x, y, fill in ((260, 452, RED), (620, 500, "#1f5f8a"), (960, 462, LEAF)):
        canvas.line([(x + 76, y), (x + 76, y - 118)], INK, 8)
        canvas.area([(x + 84, y - 112), (x + 84, y - 70), (x + 140, y - 92)], GOLD)
        canvas.area([(x - 20, y), (x + 190, y), (x + 150, y + 52), (x + 20, y + 52)], fill)
        canvas.box(x - 20, y, x + 190, y + 9, PAPER)


def _water(canvas: _Canvas) -> None:
    canvas.box(0, 0, *SIZE, "#e6f3f9")
    canvas.round(300, 150, 720, 220, "#7c8a94")
    canvas.round(640, 150, 720, 330, "#7c8a94")
    canvas.round(430, 84, 560, 116, BRAND)
    canvas.box(486, 100, 504, 160, BRAND)
    canvas.box(624, 322, 736, 346, "#5f6c75")
    for y, size in ((400, 22), (474, 28)):
        canvas.area(
            [(680 - size * 0.86, y), (680, y - size * 2), (680 + size * 0.86, y)], "#2f8fc4"
        )
        canvas.disc(680, y + 4, size, "#2f8fc4")
    for place, fill in enumerate(("#8fd3f4", "#4fa6d3", BRAND)):
        canvas.hills(552 + place * 30, 9, 4 + place, place * 1.1, fill)


def _bins(canvas: _Canvas) -> None:
    _sky(canvas, "#eaf3ee", "#ffffff")
    canvas.hills(430, 34, 1.0, 0.8, "#b9d3c1")
    canvas.box(0, 566, SIZE[0], _FLOOR, "#d8d2c4")
    for x, fill in ((250, BRAND), (540, LEAF), (830, "#6b5b4d")):
        canvas.area([(x, 286), (x + 200, 286), (x + 176, 596), (x + 24, 596)], fill)
        canvas.round(x - 16, 246, x + 216, 294, fill)
        canvas.round(x + 70, 226, x + 130, 260, fill)
        canvas.disc(x + 100, 430, 52, PAPER)
    canvas.box(324, 404, 376, 462, BRAND)
    canvas.area([(612, 452), (620, 400), (672, 396), (664, 446)], LEAF)
    canvas.line([(906, 406), (954, 454)], "#6b5b4d", 12)
    canvas.line([(954, 406), (906, 454)], "#6b5b4d", 12)


COVERS: dict[str, Callable[[_Canvas], None]] = {
    "levels": _levels,
    "loudspeaker": _loudspeaker,
    "communal_house": _communal_house,
    "health_station": _health_station,
    "pasture": _pasture,
    "coffee": _coffee,
    "dry_hills": _dry_hills,
    "boats": _boats,
    "water": _water,
    "bins": _bins,
    "terraces": _terraces,
}


def draw(name: str) -> Image.Image:
    """The cover of that name (a key of ``COVERS``), 1280 × 720."""
    image = Image.new("RGB", (SIZE[0] * _FINE, SIZE[1] * _FINE))
    canvas = _Canvas(ImageDraw.Draw(image))
    COVERS[name](canvas)
    canvas.band()
    return image.resize(SIZE, Image.Resampling.BOX)


def demo_cover(session: Session, name: str, sender: Principal) -> Upload:
    """A clean upload of the cover ``name``, sent by ``sender``, ready to be put on an article."""
    return keep_photo(session, draw(name), sender)
