"""What Congress and Presidents number: public laws, the Statutes at Large, committee reports, executive orders, proclamations, treaties."""

from __future__ import annotations

import re

from cases.services.citations.keys import key
from cases.services.citations.patterns import Patterns, Rule

_PUBLIC_LAW = re.compile(
    r"(?<!\w)(?P<kind>Pub(?:lic|\.)|Priv(?:ate|\.)|Pvt\.|P\.) ?L(?:aw|\.)(?: ?Nos?\.?)? ?(?P<law>\d{2,3}-\d{1,4})(?![\w-]\d)"
    r"(?:,? (?P<pin>(?:tit\. [IVX]+, )?(?:§§? ?|sec(?:tions?|s?\.) )\d+[A-Za-z]?(?:\(\w{1,4}\))*(?:(?:-|, | and |, and )(?>\d+)(?:\(\w{1,4}\))*(?! ?Stat| ?Cong))*))?",
    re.I,
)
# A page that a number of another citation follows is none.
_PAGES = r"(?>\d{1,5}(?:-\d{1,5})?)(?! ?[A-Z§\[]|[\w-])"
_AT_LARGE = re.compile(
    rf"(?<![\w.])(?P<volume>\d{{1,3}}) ?Stat\. ?(?P<page>\d{{1,5}})(?!\w)(?:,? (?:at )?(?P<pin>{_PAGES}(?:, {_PAGES})*))?(?! ?Stat)"
)
_ORDER = re.compile(
    r"(?<!\w)(?:Exec(?:utive|\.) ?(?:Order|Ord\.)|E\. ?O\.)(?: ?Nos?\.?)? ?(?P<number>\d{1,2},\d{3}|\d{3,5})(?![\w-])(?:,? (?P<pin>§§? ?\d+(?:\(\w{1,3}\))*))?",
    re.I,
)
_PROCLAMATION = re.compile(r"(?<!\w)(?:Presidential )?Proc(?:lamation|\.)(?: ?Nos?\.?)? ?(?P<number>\d{1,2},\d{3}|\d{3,5})(?![\w-])")
_REPORT = re.compile(
    r"(?<!\w)(?P<house>H\. ?R\.|S\.|H\.|House|Senate) ?(?P<sort>Conf\. |Exec\. )?(?:Rep(?:ort|t?\.)|Doc(?:ument|\.))(?: ?Nos?\.?)? ?(?P<number>\d{2,3}-\d{1,4})(?![\w-])"
    r"(?:,? (?:pt\. \d, )?(?:at|p\.|pp\.) (?P<pin>\d{1,4}(?:-\d{1,4})?)(?!\w))?"
)
_TREATY = re.compile(
    r"(?<![\w.])(?P<volume>\d{1,4}) ?(?P<series>U\. ?S\. ?T\.|U\. ?N\. ?T\. ?S\.|L\. ?N\. ?T\. ?S\.|I\. ?L\. ?M\.|Bevans) ?(?P<page>\d{1,5})(?!\w)(?:, (?P<pin>"
    rf"{_PAGES}))?"
)
_TREATY_NUMBER = re.compile(
    r"(?<!\w)(?P<series>T\. ?I\. ?A\. ?S\.|E\. ?A\. ?S\.|T\. ?S\.)(?: ?Nos?\.?) ?(?P<number>\d{1,5}|\d{1,2},\d{3}|\d{2}-\d{3,4})(?![\w-])"
)


def _law(match: re.Match[str]) -> str:
    return key("pvtl" if match["kind"].lower().startswith(("priv", "pvt")) else "publ", match["law"])


def _report(match: re.Match[str]) -> str:
    house = "h" if match["house"].startswith("H") else "s"
    return key(f"{house}{'doc' if 'Doc' in match[0] else 'rep'}", match["number"])


def _series(match: re.Match[str]) -> str:
    return "".join(filter(str.isalpha, match["series"])).lower()


GRAMMAR = Patterns(
    "us_executive",
    10,
    [
        Rule(_PUBLIC_LAW, "statute", _law, ("publ", "pub.l", "p.l.", "priv", "pvt")),
        Rule(_AT_LARGE, "statute", lambda m: key("stat", m["volume"], m["page"]), ("stat.",)),
        Rule(_ORDER, "regulation", lambda m: key("execorder", m["number"].replace(",", "")), ("exec.o", "executiveo", "e.o.", "eo1")),
        Rule(_PROCLAMATION, "regulation", lambda m: key("proclamation", m["number"].replace(",", "")), ("proclamation", "proc.")),
        Rule(
            _REPORT,
            "other",
            _report,
            (
                "h.r.rep",
                "s.rep",
                "h.rep",
                "houserep",
                "senaterep",
                "conf.rep",
                "h.r.conf",
                "h.r.doc",
                "h.doc",
                "s.doc",
                "housedoc",
                "senatedoc",
            ),
        ),
        Rule(_TREATY, "other", lambda m: key(_series(m), m["volume"], m["page"]), ("u.s.t.", "t.s.", "i.l.m.", "bevans")),
        Rule(_TREATY_NUMBER, "other", lambda m: key(_series(m), m["number"].replace(",", "")), ("t.i.a.s", "e.a.s", "t.s.")),
    ],
)
