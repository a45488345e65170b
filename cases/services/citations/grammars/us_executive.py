"""What Congress and Presidents number: public laws, the Statutes at Large, executive orders, proclamations."""

from __future__ import annotations

import re

from cases.services.citations.keys import key
from cases.services.citations.patterns import Patterns, Rule

_PUBLIC_LAW = re.compile(
    r"(?<!\w)(?:Pub(?:lic|\.) ?L(?:aw|\.)|P\. ?L\.)(?: ?Nos?\.?)? ?(?P<law>\d{2,3}-\d{1,4})(?![\w-]\d)(?P<pin>,? §§? ?\d+[\w()]*)?", re.I
)
_AT_LARGE = re.compile(r"(?<![\w.])(?P<volume>\d{1,3}) ?Stat\. ?(?P<page>\d{1,5})(?![\w])(?:, (?P<pin>\d{1,5}(?:-\d{1,5})?)(?! ?[A-Z(§]))?")
_ORDER = re.compile(
    r"(?<!\w)(?:Exec(?:utive|\.) ?(?:Order|Ord\.)|E\. ?O\.)(?: ?Nos?\.?)? ?(?P<number>\d{1,2},\d{3}|\d{1,5})(?![\w-])", re.I
)
_PROCLAMATION = re.compile(r"(?<!\w)(?:Presidential )?Proc(?:lamation|\.)(?: ?Nos?\.?)? ?(?P<number>\d{1,2},\d{3}|\d{3,5})(?![\w-])")

GRAMMAR = Patterns(
    "us_executive",
    10,
    [
        Rule(_PUBLIC_LAW, "statute", lambda m: key("publ", m["law"]), ("publ", "pub.l", "p.l.")),
        Rule(_AT_LARGE, "statute", lambda m: key("stat", m["volume"], m["page"]), ("stat.",)),
        Rule(_ORDER, "regulation", lambda m: key("execorder", m["number"].replace(",", "")), ("exec", "e.o.")),
        Rule(_PROCLAMATION, "regulation", lambda m: key("proclamation", m["number"].replace(",", "")), ("proc",)),
    ],
)
