"""What the tables call things, and which way is better, by a lexicon."""

from __future__ import annotations

from nanocart.lexicon import Lexicon
from nanocart.schema import Mention


class Naming:
    """Names and preferences by concept, from one lexicon (none: the text's own words, the categories' defaults)."""

    def __init__(self, lexicon: Lexicon | None) -> None:
        self.concepts = lexicon.concepts if lexicon else {}

    def preferred(self, concept: str | None) -> str | None:
        """The preferred name of a concept identifier; None where the lexicon does not know it."""
        known = self.concepts.get(concept or "")
        return known.name if known else None

    def name(self, mention: Mention) -> str:
        """What a table calls a mention."""
        # An outcome's own words tell more than the concept that it belongs to, and an antigen's are the usual ones.
        if mention.label in ("OUTCOME", "CAR_TARGET"):
            return mention.text
        return self.preferred(mention.concept) or mention.text

    def better(self, mention: Mention) -> str | None:
        """Whether "higher" or "lower" is good for the patient, where that differs from the category's default."""
        known = self.concepts.get(mention.concept or "")
        return known.better if known else None
