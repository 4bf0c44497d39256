"""The mentions that the rules propose for a text: of every type, each where the context bears it out."""

from __future__ import annotations

from nanocart.lexicon import FALSE_FRIEND
from nanocart.rules import cargoes, cells, diseases, outcomes, particles, targets
from nanocart.rules.view import Candidate, View, select


def propose(view: View) -> list[Candidate]:
    """The candidates that stand, in order; none of them overlap.

    >>> propose(View("LNPs work."))
    []
    """
    return select(_proposals(view)) if view.hits else []


def _proposals(view: View) -> list[Candidate]:
    named = [*cells.candidates(view), *targets.candidates(view), *diseases.candidates(view)]
    carriers = select(particles.candidates(view))
    named += cargoes.candidates(view, carriers)
    return [one for one in (*carriers, *named, *outcomes.candidates(view, named)) if not _is_false_friend(view, one)]


def _is_false_friend(view: View, one: Candidate) -> bool:
    """Whether the candidate overlaps a phrase that is something else, and does not contain it as a part."""
    return any(
        hit.start < one.end
        and one.start < hit.end
        and not (one.start <= hit.start and hit.end <= one.end and (one.start, one.end) != (hit.start, hit.end))
        for hit, _, weak in view.of(FALSE_FRIEND)
        if not weak
    )
