"""Nouns that say of what kind the name beside them is."""

from __future__ import annotations

from collections.abc import Mapping

CUES: Mapping[str, frozenset[str]] = {
    "newspaper": frozenset(
        "newspaper daily paper weekly magazine tabloid journal gazette publication".split()
    ),
    "news-agency": frozenset("agency".split()),
    "broadcaster": frozenset("channel television tv station network radio broadcaster".split()),
    "website": frozenset("website site portal newspaper outlet publication edition".split()),
    "party": frozenset("party movement bloc list coalition alliance front group".split()),
    "armed-group": frozenset(
        "group militia force fighter militant faction movement brigade battalion terrorist "
        "organization organisation gunman jihadist insurgent element rebel army unit".split()
    ),
    "army": frozenset("force troop soldier army unit corps".split()),
    "security-service": frozenset("service agency intelligence force police officer".split()),
    "government": frozenset("government council ministry parliament committee".split()),
    "court": frozenset("court tribunal".split()),
    "organisation": frozenset(
        "organization organisation association group council union foundation agency body".split()
    ),
    "company": frozenset("company firm group bank".split()),
    "province": frozenset("province governorate region district".split()),
    "city": frozenset("city town village district area countryside".split()),
    "landmark": frozenset(
        "mosque square theatre theater crossing airport prison camp shrine river bridge palace "
        "base dam church".split()
    ),
    "person": frozenset(
        "president minister leader general mr spokesman spokeswoman commander envoy sheikh king "
        "prince premier chief ayatollah imam colonel".split()
    ),
    "people": frozenset("people community minority tribe".split()),
}
