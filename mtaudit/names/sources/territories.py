"""Countries and territories from the Unicode CLDR, as babel ships them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice

from mtaudit.names.countries import country_forms
from mtaudit.names.entities import Entity
from mtaudit.names.sources.source import Source

_LANGUAGES = ("ar", "fa", "he", "ru", "uk", "zh", "tr", "ur", "ps", "ku", "es", "fr")
# English writes the article before these.
_WITH_ARTICLE = frozenset(
    "AE BS CD CF CG DO FO GB GM IO KM KY MH MP MV NL PH PS RU SB TC TF US VA VG VI".split()
)


def source() -> Source:
    """Return the territories of the CLDR as a source."""
    return Source(
        key="cldr",
        title="Unicode CLDR territories",
        version=f"babel {version('babel')}",
        licence="Unicode-3.0",
        attribution="Copyright © Unicode, Inc., by way of babel",
        read=lambda skip: islice(enumerate(_entities(), 1), skip, None),
    )


def _entities() -> Iterator[Entity]:
    from babel import Locale

    names = {language: Locale.parse(language).territories for language in _LANGUAGES}
    english = Locale.parse("en").territories
    forms = country_forms()
    for code in sorted(english):
        if len(code) != 2 or not code.isalpha() or code in ("EU", "EZ", "UN", "XA", "XB", "ZZ"):
            continue
        name = english[code].replace("&", "and")
        yield Entity(
            id=f"country-{code.lower()}",
            kind="country",
            name=name,
            ap=name,
            bbc=name,
            aliases=tuple(form for form, known in forms.items() if known == code and form != name),
            sources=tuple(
                (language, territories[code])
                for language, territories in names.items()
                if code in territories
            ),
            readings=(),
            countries=(code,),
            article=code in _WITH_ARTICLE,
            note=f"territory {code} of the Unicode CLDR",
            origin="cldr",
        )
