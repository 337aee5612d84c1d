"""Words the classifier knows, as data: terms by what they speak for, with weights; see ``moderation.classifier``.

A term is written with its diacritics and found in texts with and without them. A term that begins with ``~`` would
mean something else without diacritics (``~chợ`` / "cho") and is looked for only where people typed them. Single words of up to three letters are left
out of texts without diacritics anyway, unless they begin with ``=``.
"""

from moderation.lexicon.categories import CATEGORY_TERMS
from moderation.lexicon.signals import SIGNAL_TERMS, TEENCODE

__all__ = ["CATEGORY_TERMS", "SIGNAL_TERMS", "TEENCODE"]
