"""Neutral citations of courts outside the United States: [2019] UKSC 41, [2015] EWHC 123 (Ch), 2020 SCC 5, ECLI:EU:C:2014:317."""

from __future__ import annotations

import re

from cases.services.citations.keys import key, slug
from cases.services.citations.patterns import Patterns, Rule

_DIVISIONS = r"Ch|QB|KB|Admin|Comm|Fam|Pat|TCC|IPEC|Admlty|Costs|COP|LAC|AAC|IAC|LC|TC"
# United Kingdom, Ireland, Australia, New Zealand, Hong Kong, Singapore, South Africa, the Caribbean, the Commonwealth.
_BRACKETED = (
    r"UKSC|UKHL|UKPC|UKUT|UKFTT|UKEAT|EAT|EWCA ?(?:Civ|Crim)|EWHC|EWFC|EWCOP|EWCC|CSIH|CSOH|HCJAC|ScotCS|NICA|NIQB|NIKB|NICh|NIFam"
    r"|IESC|IECA|IEHC|HCA|FCA|FCAFC|FamCA|FCCA|NSWCA|NSWSC|NSWCCA|VSCA?|QCA|QSC|WASCA?|SASCF?C?|TASSC|ACTSC|NTSC"
    r"|NZSC|NZCA|NZHC|HKCFA|HKCA|HKCFI|SGCA|SGHC|SGDC|ZACC|ZASCA|ZAGPJHC|ZAWCHC|CCJ|KESC|NGSC|INSC"
)
_CANADIAN = r"SCC|CSC|FCA?|CAF|TCC|ONCA|ONSC|ONCJ|BCCA|BCSC|ABCA|ABQB|ABKB|SKCA|MBCA|QCCA|QCCS|NBCA|NSCA|NSSC|NLCA|PECA|YKCA|NWTCA|NUCA"
_PIN = r"(?:,? (?:at )?(?P<pin>\[\d+\](?:-\[\d+\])?|(?:at )?paras? \d+(?:-\d+)?))?"
_ECLI = re.compile(
    r"(?<![\w:])ECLI:(?P<country>[A-Z]{2}):(?P<court>[A-Z0-9]{1,7}):(?P<year>\d{4}):(?P<number>[A-Z0-9.]{1,25}[A-Z0-9])(?![\w:])", re.I
)
_BRITISH = re.compile(
    rf"\[(?P<year>(?:19|20)\d\d)\] (?P<court>{_BRACKETED}) (?P<number>\d{{1,5}})(?!\w)(?: \((?P<division>{_DIVISIONS})\))?{_PIN}"
)
_OF_CANADA = re.compile(rf"(?<![\w\[])(?P<year>(?:19|20)\d\d) (?P<court>{_CANADIAN}) (?P<number>\d{{1,5}})(?!\w){_PIN}")

GRAMMAR = Patterns(
    "neutral",
    10,
    [
        Rule(_ECLI, "case", lambda m: key("ecli", m["country"], m["court"], m["year"], m["number"]), ("ecli:",)),
        Rule(_BRITISH, "case", lambda m: key(slug(m["court"] + (m["division"] or "")), m["year"], m["number"])),
        Rule(_OF_CANADA, "case", lambda m: key(slug(m["court"]), m["year"], m["number"])),
    ],
)
