"""How a Vietnamese announcer reads what officials write: figures, dates, abbreviations. Pure; text in, text out."""

from backend.broadcasts.reading.aloud import aloud

__all__ = ["aloud"]
