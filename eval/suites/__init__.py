"""The suites, in the order in which they run: one file each."""

from eval.suites import (
    false_alarms,
    garbled_names,
    pairs,
    preference,
    seed,
    sentences,
    slips,
    spans,
    words,
)
from eval.suites.suite import Suite

SUITES: tuple[Suite, ...] = (
    spans.SUITE,
    words.SUITE,
    sentences.SUITE,
    pairs.SUITE,
    preference.SUITE,
    false_alarms.SUITE,
    slips.SUITE,
    seed.SUITE,
    garbled_names.SUITE,
)
