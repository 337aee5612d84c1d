"""Pictures for the demo, drawn here: simple scenes, so that no photo of a real place or person is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from backend.core import clock, ids, storage
from backend.core.auth import Principal
from backend.uploads.cleaning.photos import draw_anew
from backend.uploads.models import OwnerKind, Purpose, Upload, UploadState
from backend.uploads.service import UNATTACHED_FOR

SIZE = (1280, 960)
_HORIZON = 520
Pen = ImageDraw.ImageDraw


def _landscape() -> Image.Image:
    """Sky, hills and a meadow."""
    image = Image.new("RGB", SIZE, "#bfe0f2")
    pen = ImageDraw.Draw(image)
    pen.ellipse((980, 90, 1120, 230), fill="#fff1b8")
    pen.polygon([(0, 520), (260, 300), (560, 520)], fill="#6f9d77")
    pen.polygon([(360, 520), (760, 250), (1280, 520)], fill="#5d8b69")
    pen.rectangle((0, _HORIZON, *SIZE), fill="#8fbf6b")
    return image


def _road(pen: Pen) -> None:
    pen.polygon([(560, 520), (720, 520), (1120, 960), (160, 960)], fill="#5b6066")
    for top, bottom, half in ((560, 610, 4), (660, 730, 7), (790, 900, 11)):
        pen.rectangle((640 - half, top, 640 + half, bottom), fill="#f4f4f0")
    for row in range(3):
        pen.rectangle(
            (330 - row * 40, 760 + row * 26, 950 + row * 40, 772 + row * 26), fill="#f2c94c"
        )


def _bridge(pen: Pen) -> None:
    pen.rectangle((0, 660, 1280, 960), fill="#6ba7c9")
    pen.rectangle((0, 600, 1280, 650), fill="#9aa0a6")
    for left in range(90, 1280, 300):
        pen.rectangle((left, 650, left + 50, 860), fill="#858b91")
    for left in range(0, 1280, 60):
        pen.rectangle((left, 540, left + 8, 600), fill="#d8dadd")
    pen.rectangle((0, 532, 1280, 544), fill="#d8dadd")


def _loudspeaker(pen: Pen) -> None:
    pen.rectangle((620, 260, 650, 960), fill="#777c82")
    for side in (-1, 1):
        edge = 635 + side * 210
        pen.polygon([(635, 330), (635, 370), (edge, 430), (edge, 270)], fill="#d9dde1")
        pen.ellipse((edge - 26, 268, edge + 26, 432), fill="#aeb4ba")


def _desk(pen: Pen) -> None:
    pen.rectangle((0, 0, *SIZE), fill="#f3efe6")
    pen.rectangle((120, 560, 1160, 900), fill="#a9744f")
    pen.rectangle((100, 530, 1180, 570), fill="#8a5c3c")
    pen.rectangle((180, 120, 560, 360), fill="#ffffff", outline="#0b4f6c", width=10)
    for line in range(4):
        pen.rectangle((220, 170 + line * 44, 520 - line * 40, 186 + line * 44), fill="#9fb7c2")
    pen.rectangle((800, 400, 1020, 530), fill="#39424b")


def _park(pen: Pen) -> None:
    for left in (140, 460, 900, 1120):
        pen.rectangle((left, 470, left + 26, 640), fill="#7a5536")
        pen.ellipse((left - 90, 300, left + 116, 520), fill="#3f7d4b")
    pen.rectangle((540, 690, 820, 716), fill="#8a5c3c")
    pen.rectangle((560, 716, 580, 780), fill="#5f4028")
    pen.rectangle((780, 716, 800, 780), fill="#5f4028")


def _yard(pen: Pen) -> None:
    pen.polygon([(300, 430), (640, 250), (980, 430)], fill="#b4532a")
    pen.rectangle((340, 430, 940, 640), fill="#f1e3c8")
    pen.rectangle((590, 490, 690, 640), fill="#7a5536")
    pen.polygon([(200, 640), (1080, 640), (1240, 960), (40, 960)], fill="#d9cfbd")


SCENES: dict[str, Callable[[Pen], None]] = {
    "road": _road,
    "bridge": _bridge,
    "loudspeaker": _loudspeaker,
    "desk": _desk,
    "park": _park,
    "yard": _yard,
}


def demo_photo(session: Session, scene: str, sender: Principal) -> Upload:
    """A clean photo of ``scene`` (a key of ``SCENES``), sent by ``sender``, ready to be attached."""
    image = _landscape()
    SCENES[scene](ImageDraw.Draw(image))
    return keep_photo(session, image, sender)


def keep_photo(session: Session, image: Image.Image, sender: Principal) -> Upload:
    """Store ``image`` in the forms that the worker makes of a photo that somebody sends."""
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    data = out.getvalue()
    stem = ids.new_secret(12)
    forms: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="tieng-lang-scene-") as folder:
        for form in draw_anew(data, Path(folder)):
            values = asdict(form)
            path = Path(values.pop("path"))
            key = f"photos/{stem}/{form.variant}.{form.format}"
            storage.put(key, path.read_bytes())
            forms.append({**values, "key": key})
    known = sender.kind in {OwnerKind.RESIDENT, OwnerKind.STAFF} and sender.id is not None
    upload = Upload(
        id=uuid4(),
        purpose=Purpose.PHOTO,
        state=UploadState.CLEAN,
        owner_kind=OwnerKind(sender.kind) if known else OwnerKind.ANONYMOUS,
        owner_id=sender.id if known else None,
        length=len(data),
        offset=len(data),
        content_type="image/png",
        sha256=hashlib.sha256(data).hexdigest(),
        renditions=forms,
        expires_at=clock.now() + UNATTACHED_FOR,
    )
    session.add(upload)
    session.flush()
    return upload
