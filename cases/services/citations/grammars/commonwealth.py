"""Neutral citations of Ireland, Australia, New Zealand, Canada, Hong Kong, Singapore, South Africa, India, Kenya, Nigeria and the Caribbean:
[1992] HCA 23; 2019 SCC 65 at para 12; 2008 CanLII 1234 (ON SC); and the Commonwealth Law Reports, (1992) 175 CLR 1."""

from __future__ import annotations

import re

from cases.services.citations.keys import key, slug
from cases.services.citations.patterns import PARAGRAPHS, Patterns, Rule

_COURTS = (
    r"IESC(?:DET)?|IECA|IEHC|IECC|HCA(?:Trans|SL)?|FCA(?:FC)?|FamCA(?:FC)?|FCCA|FedCFamC\dF|FMCA|NSWCA|NSWSC|NSWCCA|NSWLEC|NSWDC|VSCA?|VCC|VCAT|QCA|QSC|QDC|WASCA?|WADC|SASCF?C?|SASCA"
    r"|TASSC|TASFC|TASCCA|ACTSC|ACTCA|NTSC|NTCA|AATA|FWCFB|FWC|NZSC|NZCA|NZHC|NZDC|NZERA|NZEmpC|HKCFA|HKCA|HKCFI|HKDC|SGCA|SGHC(?:\([AI]\))?|SGDC|ZACC|ZASCA|ZA[A-Z]{2,3}HC|CCJ|KESC|KECA|KEHC|NGSC|INSC"
)
_CANADIAN = (
    r"SCC|CSC|FCA?|CAF|CF|TCC|CCI|ONCA|ONSC|ONCJ|ONLTB|ONWSIAT|BCCA|BCSC|BCPC|ABCA|ABQB|ABKB|ABPC|ABCJ|SKCA|SKQB|SKKB|MBCA|MBQB|MBKB|QCCA|QCCS|QCCQ|NBCA|NBQB|NBKB|NSCA|NSSC|NSPC|NLCA|NLSC|NLTD"
    r"|PECA|PESC|PESCAD|PESCTD|YKCA|YKSC|NWTCA|NWTSC|NUCA|NUCJ|CMAC|CHRT|TCDP"
)
_BRACKETED = re.compile(rf"[\[(]?(?P<year>(?:19|20)\d\d)[\])] (?P<court>{_COURTS}) (?P<number>\d{{1,5}})(?!\w){PARAGRAPHS}")
_CANADA = re.compile(
    rf"(?<![\w\[(,-])(?<!\d )(?P<year>(?:19|20)\d\d) (?P<court>{_CANADIAN}) (?P<number>\d{{1,5}})(?![\w,]\d|\w){PARAGRAPHS}"
)
_CANLII = re.compile(
    r"(?<![\w\[])(?P<year>(?:18|19|20)\d\d) CanLII (?P<number>\d{1,7})(?!\w)(?: \((?P<court>[A-Z]{2,4}(?: [A-Z]{2,6})?)\))?" + PARAGRAPHS
)
_CLR = re.compile(
    r"\((?P<year>19\d\d|20\d\d)\) (?P<volume>\d{1,3}) (?P<series>CLR|ALR|ALJR|FCR|NSWLR|FLR) (?P<page>\d{1,4})(?!\w)(?:,? at (?P<pin>\d{1,4}(?:-\d{1,4})?)(?!\w))?"
)

GRAMMAR = Patterns(
    "commonwealth",
    10,
    [
        Rule(_BRACKETED, "case", lambda m: key(slug(m["court"]), m["year"], m["number"]), ("]", ")"), named=True),
        Rule(_CANADA, "case", lambda m: key(slug(m["court"]), m["year"], m["number"]), named=True),
        Rule(_CANLII, "case", lambda m: key("canlii", m["year"], m["number"]), ("canlii",), named=True),
        Rule(_CLR, "case", lambda m: key("au" + slug(m["series"]), m["volume"], m["page"]), ("lr", "aljr", "fcr"), named=True),
    ],
)
