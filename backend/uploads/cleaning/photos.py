"""Photos, drawn anew: only the pixels survive, the right way up, in sRGB, in the sizes that pages need."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from backend.uploads.cleaning.verdict import Form, Refused
from backend.uploads.models import RejectReason

MAX_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
# variant: the box that it fits into; tall screenshots keep a readable width.
BOXES = {"480": (480, 1920), "1280": (1280, 5120)}
# JPEG decoders can leave out detail beyond this on the way, which saves memory.
_ENOUGH = (2600, 2600)

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # we ask the header ourselves, below


def draw_anew(data: bytes, folder: Path) -> list[Form]:
    """Write every form of the photo into ``folder``.

    Raises:
        Refused: too many pixels (told by the header, before anything is decoded), or damaged.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height >= MAX_PIXELS:
                raise Refused(RejectReason.TOO_MANY_PIXELS)
            if min(opened.size) < 1:
                raise Refused(RejectReason.DAMAGED)
            opened.draft(None, _ENOUGH)
            opened.load()
            pixels = _plain(ImageOps.exif_transpose(opened))
    except MemoryError:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError) as e:
        raise Refused(RejectReason.DAMAGED) from e
    forms = []
    for variant, box in BOXES.items():
        sized = pixels.copy()
        sized.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=3)
        forms.append(_write(sized, folder, variant, "webp"))
        forms.append(_write(sized, folder, variant, "jpg"))
    return forms


def _plain(image: Image.Image) -> Image.Image:
    """A fresh RGB image with the same pixels and nothing else: no EXIF, no comment, no profile."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        profile = None
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        image = _to_srgb(image, profile)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        if profile:
            opaque = _to_srgb(coloured.convert("RGB"), profile)
            opaque.putalpha(coloured.getchannel("A"))
            coloured = opaque
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, coloured)
    fresh = Image.new("RGB", image.size)
    fresh.paste(image.convert("RGB"))
    return fresh


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as every screen understands them; a broken profile changes nothing."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _write(image: Image.Image, folder: Path, variant: str, form: str) -> Form:
    path = folder / f"{variant}.{form}"
    if form == "webp":
        image.save(path, "WEBP", quality=80, method=4)
    else:
        image.save(path, "JPEG", quality=82, optimize=True, progressive=True)
    data = path.read_bytes()
    return Form(
        variant=variant,
        format=form,
        width=image.width,
        height=image.height,
        bytes=len(data),
        content_type="image/webp" if form == "webp" else "image/jpeg",
        sha256=hashlib.sha256(data).hexdigest(),
        path=str(path),
    )
