"""The United Kingdom: neutral citations ([2019] UKSC 41, [45]; [2015] EWHC 1234 (Ch) at [12]) and the law reports ([1932] AC 562)."""

from __future__ import annotations

import re

from cases.services.citations.keys import key, slug
from cases.services.citations.patterns import PARAGRAPHS, Patterns, Rule

_DIVISIONS = (
    r"Ch|Chancery|QB|KB|Admin|Comm|Fam|Pat|TCC|IPEC|Admlty|Costs|SCCO|COP|LAC|AAC|IAC|LC|TC|B|Mercantile|HESC|SEC|GRC|PC|WLU|T1|T2|T3"
)
_COURTS = r"UKSC|UKHL|UKPC|UKUT|UKFTT|UKEAT|EAT|UKIPTrib|UKVAT|UKAIT|UKIAT|EWCA ?(?:Civ|Crim)|EWHC|EWFC|EWCOP|EWCC|EWCR|CSIH|CSOH|HCJAC|HCJ|SAC|SC [A-Z]{3}|ScotCS|NICA|NIQB|NIKB|NICh|NIFam|NICC|NIMaster|CAT|EWLandsTr"
_NEUTRAL = re.compile(
    rf"(?<![\w\[(])[\[(]?(?P<year>(?:1[89]|20)\d\d)[\])]?,? (?P<court>{_COURTS}) (?P<number>\d{{1,5}})(?!\w)(?: ?\((?P<division>{_DIVISIONS})\))?{PARAGRAPHS}"
)
_SERIES = r"A\.?C\.?|Q\.?B\.?|K\.?B\.?|Ch\.?|Fam\.?|P\.?|W\.?L\.?R\.?|All E\.?R\.?(?: \((?:Comm|EC)\))?|Lloyd's Rep\.?(?: IR)?|I\.?C\.?R\.?|IRLR|BCLC|BCC|EMLR|FLR|FSR|RPC|Cr\.? ?App\.? ?R\.?(?: ?\(S\))?|HLR|LGR|P ?& ?CR|EGLR|STC|SC \(HL\)|SC|SLT|NI|CMLR|ECR"
_REPORTS = re.compile(
    rf"\[(?P<year>(?:18|19|20)\d\d)\] (?:(?P<volume>\d) )?(?P<series>{_SERIES}) (?P<page>(?:I-|II-)?\d{{1,5}})(?!\w)(?:,? (?:at )?(?P<pin>\d{{1,5}}(?:-\d{{1,5}})?[A-H]?(?:-[A-H])?)(?![\w\]])(?! [A-Z]))?"
)


def _reported(match: re.Match[str]) -> str:
    return key("uk" + slug(match["series"]), match["year"], match["volume"], match["page"])


GRAMMAR = Patterns(
    "uk",
    10,
    [
        Rule(_NEUTRAL, "case", lambda m: key(slug(m["court"] + (m["division"] or "")), m["year"], m["number"]), (), named=True),
        Rule(_REPORTS, "case", _reported, ("]",), named=True),
    ],
)
