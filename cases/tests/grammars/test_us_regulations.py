"""The Code of Federal Regulations, Treasury Regulations, the Federal Register."""

from __future__ import annotations

import pytest

from cases.tests.grammars import keys, mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29 C.F.R. §§ 1604.11(a), 1604.12", ["cfr:29:1604.11", "cfr:29:1604.12"]),
        ("29 CFR 1604.11", ["cfr:29:1604.11"]),
        ("29 C.F.R. pt. 1604", ["cfr:29:1604"]),
        ("29 C.F.R. Parts 1604 and 1605", ["cfr:29:1604", "cfr:29:1605"]),
        ("29 C.F.R. §§ 825.100-.800", ["cfr:29:825.100", "cfr:29:825.800"]),
        ("29 C.F.R. §§ 1910.132(a), .134", ["cfr:29:1910.132", "cfr:29:1910.134"]),
        ("47 CFR 73.293–73.295 and 73.593", ["cfr:47:73.293", "cfr:47:73.295", "cfr:47:73.593"]),
        ("17 C.F.R. § 240.10b-5(b)", ["cfr:17:240.10b-5"]),
        ("SEC Rule 10b-5", ["cfr:17:240.10b-5"]),
        ("26 C.F.R. § 1.401(k)-1(a)", ["cfr:26:1.401(k)-1"]),
        ("Treas. Reg. § 1.61-1(a)", ["cfr:26:1.61-1"]),
        ("Prop. Treas. Reg. § 1.61-1", ["proptreasreg:1.61-1"]),
        ("section 778.114 of title 29, Code of Federal Regulations", ["cfr:29:778.114"]),
        ("Title 29, Code of Federal Regulations, Section 778.114", ["cfr:29:778.114"]),
        ("part 73 of title 47, Code of Federal Regulations", ["cfr:47:73"]),
        ("66 Fed. Reg. 49,079", ["fr:66:49079"]),
        ("66 Fed. Reg. 49079", ["fr:66:49079"]),
        ("85 FR 12345", ["fr:85:12345"]),
    ],
)
def test_regulations_are_seen(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_pins_and_years() -> None:
    (appendix,) = mentions("20 C.F.R. pt. 404, subpt. P, app. 1 (2019)")
    assert (appendix.pin, appendix.year, appendix.kind) == ("subpt. P, app. 1", 2019, "regulation")
    (notice,) = mentions("66 Fed. Reg. 49,079, 49,081 (Sept. 23, 2001)")
    assert (notice.pin, notice.text) == ("49,081", "66 Fed. Reg. 49,079, 49,081")


@pytest.mark.parametrize("text", ["88 C.F.R. § 1", "part 4 of title 3", "12 F.R.D. 5 only", "Rule 10 of the club", "FR 12"])
def test_what_is_no_regulation_is_none(text: str) -> None:
    assert not [key for key in keys(text) if key.startswith(("cfr", "fr:"))]
