"""The American Law Institute's restatements and principles: Restatement (Second) of Contracts § 90."""

from __future__ import annotations

import re

from cases.services.citations.keys import key, slug
from cases.services.citations.patterns import Patterns, Rule

_SERIES = {"first": "", "second": "2d", "third": "3d", "fourth": "4th", "2d": "2d", "3d": "3d", "4th": "4th"}
_RESTATEMENT = re.compile(
    r"(?<!\w)Restatement(?: \((?P<series>First|Second|Third|Fourth|2d|3d|4th)\))? (?:of )?(?:the )?(?:Law of )?"
    r"(?P<subject>[A-Z][A-Za-z]+(?:(?: of| and| for| &|,|:)* [A-Z][A-Za-z.]+)*?),? ?(?:§§? ?|[Ss]ections? |[Ss]ec\. )(?P<section>\d{1,4}[A-Z]?)(?!\w)"
    r"(?P<pin>(?:\(\w{1,3}\))*(?:,? (?:cmts?\.|comments?|illus\.) ?[a-z\d]{1,3}(?!\w))?)"
)

GRAMMAR = Patterns(
    "restatements",
    10,
    [
        Rule(
            _RESTATEMENT,
            "other",
            lambda m: key("restatement" + _SERIES[(m["series"] or "first").lower()], slug(m["subject"]), m["section"]),
            ("restatement",),
        )
    ],
)
