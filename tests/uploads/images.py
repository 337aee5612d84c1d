"""Photos made for the tests: as telephones write them, and as attackers do."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import ZipFile

import pillow_heif
from PIL import Image, ImageCms, ImageDraw

pillow_heif.register_heif_opener()

GPS_IFD = 0x8825
MAKE, ORIENTATION, DATE = 0x010F, 0x0112, 0x0132
AYUN = ((14.0, 8.0, 36.24), (108.0, 18.0, 46.8))


def exif_with_position(orientation: int = 1) -> Image.Exif:
    """EXIF as a telephone writes it: maker, time, the place where the picture was taken."""
    exif = Image.Exif()
    exif[MAKE] = "Điện thoại của Lan".encode()
    exif[DATE] = "2026:11:21 17:05:09"
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS_IFD).update({1: "N", 2: AYUN[0], 3: "E", 4: AYUN[1]})
    return exif


def picture(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    """A red left half and a blue right half."""
    image = Image.new(mode, (width, height), "red")
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill="blue")
    return image


def encoded(kind: str = "JPEG", image: Image.Image | None = None, **options: object) -> bytes:
    """The picture as a file of ``kind``."""
    out = BytesIO()
    (image or picture()).save(out, kind, **options)
    return out.getvalue()


def phone_photo(kind: str = "JPEG", orientation: int = 1) -> bytes:
    """A photo that carries its position."""
    return encoded(kind, exif=exif_with_position(orientation))


def zip_archive() -> bytes:
    """An archive with a page in it."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<p>xin chào</p>" * 50)
    return out.getvalue()


def zip_bomb() -> bytes:
    """Ten megabytes of nothing in a few kilobytes."""
    out = BytesIO()
    with ZipFile(out, "w", compression=8) as archive:
        archive.writestr("nothing", b"\0" * 10_000_000)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than anybody should decode; the data itself is tiny."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


def png_text_bomb() -> bytes:
    """A small PNG with a comment that unpacks to hundreds of megabytes."""
    plain = encoded("PNG", picture(8, 8))
    data = b"Comment\0\0" + zlib.compress(b"\0" * 300_000_000, 9)
    body = b"zTXt" + data
    bomb = struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    after_header = 8 + 4 + 4 + 13 + 4
    return plain[:after_header] + bomb + plain[after_header:]


def srgb_profile() -> bytes:
    """An ICC profile, as cameras embed one."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A small PDF with the given further objects."""
    body = b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
    body += b"2 0 obj <</Type /Pages /Kids [] /Count 0>> endobj\n"
    for number, content in enumerate(objects, start=3):
        body += b"%d 0 obj " % number + content + b" endobj\n"
    place = len(body)
    return body + b"trailer <</Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, place)


def pdf_with_object_stream(content: bytes) -> bytes:
    """A PDF that keeps an object in a compressed object stream."""
    packed = zlib.compress(b"4 0 " + content)
    return pdf(
        b"<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n" % len(packed)
        + packed
        + b"\nendstream"
    )
