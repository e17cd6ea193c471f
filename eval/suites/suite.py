"""What a suite is: a name, the files it needs, and a function from a context to figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from eval.metrics import Measure
from eval.predictors import Predictor
from eval.rows import Bench
from mtaudit.audit import Auditor, LanguageScorer
from mtaudit.config import Config
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.store import shipped


class Context:
    """What a suite works with: the data, the predictor, the language model and the audit.

    The language model is loaded when it is first asked for; the predictor stands on the same.
    """

    def __init__(
        self,
        bench: Bench,
        predictor: Callable[[LanguageScorer], Predictor],
        scorer: Callable[[], LanguageScorer],
    ) -> None:
        self.bench = bench
        self._predictor, self._scorer = predictor, scorer

    @cached_property
    def scorer(self) -> LanguageScorer:
        """The language model."""
        return self._scorer()

    @cached_property
    def predictor(self) -> Predictor:
        """What the word and sentence suites measure."""
        return self._predictor(self.scorer)

    @cached_property
    def knowledge(self) -> KnowledgeBase:
        """The shipped names."""
        return shipped()

    @cached_property
    def auditor(self) -> Auditor:
        """The audit under the default configuration."""
        return self.audit_over(self.knowledge)

    def audit_over(self, knowledge: KnowledgeBase) -> Auditor:
        """Return the audit under the default configuration over other names."""
        return Auditor(Config(), knowledge, self.scorer)


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite: ``scored`` are the files that a model is judged on, ``beside`` other ones.

    ``predicts`` is whether the figures are of the predictor; the others are of the whole audit.
    """

    name: str
    about: str
    scored: Sequence[str]
    run: Callable[[Context], list[Measure]]
    beside: Sequence[str] = ()
    predicts: bool = True
