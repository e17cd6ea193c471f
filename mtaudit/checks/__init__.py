"""The checks: pure functions from a document and its evidence to findings."""

from mtaudit.checks import (
    apposition,
    formulas,
    garbled_name,
    name_consistency,
    pronoun_reference,
    quotation_marks,
    repeated_agent,
    repeated_word,
    sentence_shape,
    unexpected_word,
    wrong_attachment,
)
from mtaudit.checks.check import Check

CHECKS: tuple[Check, ...] = (
    garbled_name.CHECK,
    unexpected_word.CHECK,
    name_consistency.CHECK,
    repeated_word.CHECK,
    repeated_agent.CHECK,
    wrong_attachment.CHECK,
    apposition.CHECK,
    quotation_marks.CHECK,
    sentence_shape.CHECK,
    formulas.CHECK,
    pronoun_reference.CHECK,
)
