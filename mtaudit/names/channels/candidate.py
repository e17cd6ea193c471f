"""What a channel finds: words that may stand for a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mtaudit.document import Document, Segment, Span
from mtaudit.names.context import Context
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may stand for a name, and how probably the channel makes them of it.

    ``logprob`` is log P(words | name) in nats, up to the channel's constant; ``written`` the source
    name that it starts from, "" where none is needed; ``part`` the part of the name that is meant,
    "" for the whole.
    """

    span: Span
    entity: Entity
    logprob: float
    via: str
    written: str = ""
    part: str = ""


Channel = Callable[[Document, Segment, KnowledgeBase, Context], Iterator[Candidate]]
