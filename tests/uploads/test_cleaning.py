"""What becomes of a file that a stranger sent: only the pixels of honest photos, only quiet documents."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.uploads.cleaning import child, run
from backend.uploads.cleaning.verdict import Form, Verdict
from backend.uploads.models import Purpose
from tests.uploads import images


def look(data: bytes, folder: Path, purpose: Purpose = Purpose.PHOTO) -> Verdict:
    source = folder / "source"
    source.write_bytes(data)
    return child.look(purpose, source, folder)


def opened(form: Form) -> Image.Image:
    return Image.open(BytesIO(Path(form.path).read_bytes()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_position_and_maker_are_gone_from_every_form(kind: str, tmp_path: Path) -> None:
    data = images.phone_photo(kind)
    before = Image.open(BytesIO(data)).getexif()
    assert before.get_ifd(images.GPS_IFD)[1] == "N", "the test's own photo must carry a position"

    verdict = look(data, tmp_path)

    assert verdict.reason is None
    assert [(f.variant, f.format) for f in verdict.forms] == [
        ("480", "webp"),
        ("480", "jpg"),
        ("1280", "webp"),
        ("1280", "jpg"),
    ]
    for form in verdict.forms:
        after = opened(form)
        assert not after.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile"} & after.info.keys()
        raw = Path(form.path).read_bytes()
        assert b"Exif" not in raw
        assert b"Lan" not in raw


def test_comments_and_xmp_are_gone(tmp_path: Path) -> None:
    data = images.encoded(
        "JPEG", comment=b"chup tai nha Lan", xmp=b"<x:xmpmeta>nha Lan</x:xmpmeta>"
    )
    for form in look(data, tmp_path).forms:
        assert b"nha Lan" not in Path(form.path).read_bytes()


def test_the_picture_stands_the_right_way_up(tmp_path: Path) -> None:
    verdict = look(images.phone_photo(orientation=6), tmp_path)  # turned by 90 degrees
    form = next(f for f in verdict.forms if f.variant == "480" and f.format == "jpg")
    assert form.width < form.height
    pixels = opened(form).convert("RGB")
    top, bottom = pixels.getpixel((form.width // 2, 5)), pixels.getpixel((5, form.height - 5))
    assert top[0] > 200 > top[2], "what was left is on top now"
    assert bottom[2] > 200 > bottom[0]


def test_forms_are_at_most_480_and_1280_wide_and_never_blown_up(tmp_path: Path) -> None:
    large = look(images.encoded(image=images.picture(3000, 2000)), tmp_path)
    assert {(f.variant, f.width) for f in large.forms} == {("480", 480), ("1280", 1280)}
    small = look(images.encoded(image=images.picture(200, 100)), tmp_path)
    assert {f.width for f in small.forms} == {200}


def test_a_tall_screenshot_stays_readable(tmp_path: Path) -> None:
    verdict = look(images.encoded("PNG", images.picture(1080, 20_000)), tmp_path)
    assert verdict.reason is None
    assert max(f.height for f in verdict.forms) <= 5120


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_understood(mode: str, tmp_path: Path) -> None:
    image = (
        Image.new("L", (40, 30), 200).convert(mode)
        if mode != "I;16"
        else Image.new(mode, (40, 30), 40_000)
    )
    verdict = look(images.encoded("JPEG" if mode == "CMYK" else "PNG", image), tmp_path)
    assert verdict.reason is None
    assert all(opened(f).mode == "RGB" for f in verdict.forms)


def test_a_16_bit_picture_keeps_its_greys(tmp_path: Path) -> None:
    verdict = look(images.encoded("PNG", Image.new("I;16", (40, 30), 128 * 256)), tmp_path)
    grey = opened(verdict.forms[1]).convert("RGB").getpixel((5, 5))
    assert all(abs(value - 128) < 6 for value in grey)


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    verdict = look(images.encoded("PNG", Image.new("RGBA", (40, 30), (0, 0, 0, 0))), tmp_path)
    assert min(opened(verdict.forms[1]).convert("RGB").getpixel((5, 5))) > 250


def test_an_embedded_profile_is_applied_and_dropped(tmp_path: Path) -> None:
    verdict = look(images.encoded("JPEG", icc_profile=images.srgb_profile()), tmp_path)
    assert verdict.reason is None
    broken = look(images.encoded("JPEG", icc_profile=b"no profile at all"), tmp_path)
    assert broken.reason is None


def test_a_motion_photo_is_an_honest_photo(tmp_path: Path) -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 5000
    assert look(images.phone_photo() + film, tmp_path).reason is None


REFUSED = {
    "an empty file": (lambda: b"", "empty"),
    "plain text": (lambda: "đây là chữ".encode() * 100, "type_not_allowed"),
    "a web page": (lambda: b"<!doctype html><html><script>alert(1)</script>", "type_not_allowed"),
    "a drawing with script": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "type_not_allowed",
    ),
    "an animation": (lambda: images.encoded("GIF"), "type_not_allowed"),
    "an archive": (images.zip_archive, "type_not_allowed"),
    "an archive that explodes": (images.zip_bomb, "type_not_allowed"),
    "a program": (lambda: b"\x7fELF" + b"\0" * 200, "type_not_allowed"),
    "a PDF": (images.pdf, "type_not_allowed"),
    "a photo with an archive behind it": (
        lambda: images.encoded() + images.zip_archive(),
        "hidden_content",
    ),
    "an archive with bytes behind its end": (
        lambda: images.encoded() + images.zip_archive() + b"\0" * 100,
        "hidden_content",
    ),
    "a photo with RAR behind it": (
        lambda: images.encoded() + b"Rar!\x1a\x07\x01\x00" + b"x" * 50,
        "hidden_content",
    ),
    "a photo with a page in its comment": (
        lambda: images.encoded("JPEG", comment=b"<script src=//x></script>"),
        "hidden_content",
    ),
    "a photo with PHP in its comment": (
        lambda: images.encoded("JPEG", comment=b"<?php system($_GET[0]);"),
        "hidden_content",
    ),
    "a photo that is a PDF too": (
        lambda: images.encoded("JPEG", comment=b"%PDF-1.7 "),
        "hidden_content",
    ),
    "a photo cut off in the middle": (
        lambda: images.phone_photo()[:3000],
        "damaged",
    ),
    "a PNG cut off": (lambda: images.encoded("PNG")[:-200], "damaged"),
    "a HEIC cut off": (lambda: images.phone_photo("HEIF")[:-300], "damaged"),
    "only a header": (lambda: images.encoded()[:20], "damaged"),
    "a hundred megapixels": (lambda: images.png_claiming(10_000, 10_000), "too_many_pixels"),
    "a bomb of pixels": (lambda: images.png_claiming(60_000, 60_000), "too_many_pixels"),
    "a bomb in a comment": (images.png_text_bomb, "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_a_photo(name: str, tmp_path: Path) -> None:
    make, reason = REFUSED[name]
    verdict = look(make(), tmp_path)
    assert (verdict.reason, verdict.forms) == (reason, [])


def test_just_below_a_hundred_megapixels_the_header_lets_it_pass(tmp_path: Path) -> None:
    assert look(images.png_claiming(9_999, 10_000), tmp_path).reason == "damaged"


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 4000), junk=st.binary(min_size=1, max_size=40))
def test_no_damaged_photo_upsets_us(
    place: int, junk: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    data = bytearray(images.encoded(image=images.picture(120, 90)))
    place %= len(data)
    data[place : place + len(junk)] = junk
    verdict = look(bytes(data), folder)
    assert verdict.reason in {
        None,
        "damaged",
        "type_not_allowed",
        "too_many_pixels",
        "hidden_content",
    }


def test_a_quiet_pdf_is_taken(tmp_path: Path) -> None:
    verdict = look(images.pdf(), tmp_path, Purpose.DOCUMENT)
    assert (verdict.reason, verdict.content_type) == (None, "application/pdf")
    assert (
        look(images.pdf_with_object_stream(b"<</Type /Font>>"), tmp_path, Purpose.DOCUMENT).reason
        is None
    )


PDFS = {
    "script": (lambda: images.pdf(b"<</S /JavaScript /JS (app.alert(1))>>"), "active_content"),
    "script, spelt with escapes": (lambda: images.pdf(b"<</S /J#61va#53cript>>"), "active_content"),
    "a program": (lambda: images.pdf(b"<</S /Launch /F (cmd.exe)>>"), "active_content"),
    "a file inside": (lambda: images.pdf(b"<</Type /EmbeddedFile>>"), "active_content"),
    "script in an object stream": (
        lambda: images.pdf_with_object_stream(b"<</S /JavaScript>>"),
        "active_content",
    ),
    "an object stream nobody can read": (
        lambda: images.pdf(
            b"<</Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]>>\nstream\n00\nendstream"
        ),
        "active_content",
    ),
    "a password": (lambda: images.pdf(trailer=b"/Encrypt 9 0 R"), "encrypted"),
    "the end missing": (lambda: images.pdf()[:-40], "damaged"),
    "an archive behind it": (lambda: images.pdf() + images.zip_archive(), "hidden_content"),
    "a photo": (images.encoded, "type_not_allowed"),
    "nothing": (lambda: b"", "empty"),
}


@pytest.mark.parametrize("name", PDFS)
def test_refused_as_a_document(name: str, tmp_path: Path) -> None:
    make, reason = PDFS[name]
    assert look(make(), tmp_path, Purpose.DOCUMENT).reason == reason


def test_recordings_are_told_by_their_bytes(tmp_path: Path) -> None:
    ogg = b"OggS\x00\x02" + b"\0" * 22 + b"\x01\x13OpusHead" + b"\0" * 100
    assert look(ogg, tmp_path, Purpose.VOICE).content_type == "audio/ogg"
    wav = b"RIFF" + struct.pack("<I", 100) + b"WAVEfmt " + b"\0" * 100
    assert look(wav, tmp_path, Purpose.AUDIO).content_type == "audio/wav"
    assert look(images.encoded(), tmp_path, Purpose.VOICE).reason == "type_not_allowed"


def test_the_child_answers_like_the_function(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(images.phone_photo("HEIF"))
    verdict = run.look(Purpose.PHOTO, source, tmp_path)
    assert verdict.reason is None
    assert len(verdict.forms) == 4
    source.write_bytes(b"")
    assert run.look(Purpose.PHOTO, source, tmp_path).reason == "empty"


def test_a_child_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(images.phone_photo())
    assert run.look(Purpose.PHOTO, source, tmp_path, timeout_s=0.01).reason == "too_costly"


def test_a_child_that_fails_by_our_fault_says_so(tmp_path: Path) -> None:
    with pytest.raises(run.ChildError):
        run.look(Purpose.PHOTO, tmp_path / "missing", tmp_path)
