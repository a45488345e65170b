"""Figures, dates, times and names of a sentence against its source, by value and whole."""

from __future__ import annotations

import datetime
import random
import re

import pytest

from documents.tests.gating import codes, judged, passage

RENT = "The rent of the crane is $4,523,000 a year and the deposit is $62,000."
TERM = "The lease begins on 3 May 2024 and the tenant may end it within thirty (30) business days."
SECOND = "Castellan ordered 640 sensors against a minimum of 1,200. The price of the remaining 560 sensors is 1,232,000 dollars."

SO = [
    ("The rent of the crane is $4,523,000.", RENT),
    ("The rent of the crane is 4.523 million dollars a year.", RENT),
    ("The rent of the crane is USD 4523000.", RENT),
    ("The deposit is sixty-two thousand dollars.", RENT),
    ("The deposit is $62k.", RENT),
    ("The lease begins on May 3, 2024.", TERM),
    ("The lease begins on 2024-05-03.", TERM),
    ("The lease begins in May 2024.", TERM),
    ("The lease begins in 2024.", TERM),
    ("The lease begins on Friday, 3 May 2024.", TERM),
    ("The lease begins on 3/5/24.", TERM),
    ("The lease begins on 3 May 2024.", "The lease begins on 3/5/24."),
    ("The tenant may end it within 30 business days.", TERM),
    ("Castellan ordered 640 sensors.", SECOND),
    ("The price of the remaining 560 sensors is $1,232,000.", SECOND),
    ("The minimum was 1,200 sensors.", SECOND),
    ("Two dozen cranes were delivered.", "24 cranes were delivered."),
    ("Half of the shares were sold.", "1/2 of the shares were sold."),
    ("The fund paid four and a half million euros.", "The fund paid €4,500,000."),
    ("Interest is 4.5 percent.", "Interest is 4 1/2 % a year."),
    ("The hearing began at 3 p.m.", "The hearing began at 15:00."),
    ("The hearing began at noon.", "The hearing began at 12:00 p.m. in room 5."),
    ("Under Section 7.1 Castellan holds it in confidence.", "7.1 Castellan holds it in confidence."),
    ("The warranty runs for 24 months from delivery.", "The warranty runs for twenty-four months from delivery."),
    ("The warranty runs for two years.", "The warranty runs for 24 months."),
    ("The rent is at least $5,000.", "The rent is not less than $5,000."),
    ("Notice takes 5 to 10 days.", "Notice takes 5-10 days."),
    ("Count II is dismissed.", "Count 2 is dismissed."),
    ("The drive has the serial number 4C530001.", "A drive with the serial number 4C530001 was attached."),
    ("The badge opened the laboratory at 9:47 p.m. on October 15, 2024.", "On the evening of October 15, 2024 the badge opened the laboratory at 9:47 p.m."),
    ("About 40 sensors failed.", "40 sensors failed."),
    ("The twenty-third invoice was paid.", "The 23rd invoice was paid."),
    ("The loss was 0.04 percent.", "The loss was 4 basis points."),
]  # fmt: skip

NOT_SO = [
    ("The rent of the crane is $4,532,000.", RENT, "figure"),
    ("The rent of the crane is €4,523,000.", RENT, "figure"),
    ("The rent of the crane is $4.5 million.", RENT, "figure"),
    ("The deposit is $64,000.", RENT, "figure"),
    ("The rent of the crane is $62,000.", RENT, "figure"),
    ("The deposit is $4,523,000.", RENT, "figure"),
    ("The lease begins on 4 May 2024.", TERM, "date"),
    ("The lease begins on 3 May 2023.", TERM, "date"),
    ("The lease begins on 3 June 2024.", TERM, "date"),
    ("The lease begins in June 2024.", TERM, "date"),
    ("The lease begins in 2023.", TERM, "date"),
    ("The lease begins on Monday, 3 May 2024.", TERM, "date"),
    ("The lease begins before 3 May 2024.", TERM, "date"),
    ("The tenant may end it within 30 days.", TERM, "figure"),
    ("The tenant may end it within one month.", "The tenant may end it within 30 days.", "figure"),
    ("Castellan ordered 460 sensors.", SECOND, "figure"),
    ("Castellan ordered 1,200 sensors.", SECOND, "figure"),
    ("Three dozen cranes were delivered.", "24 cranes were delivered.", "figure"),
    ("A third of the shares were sold.", "1/2 of the shares were sold.", "figure"),
    ("Interest is 4.5 percent.", "Interest is $4.5 a day.", "figure"),
    ("Interest is 5 percent.", "Interest is 4.5 percent.", "figure"),
    ("The hearing began at 3 p.m.", "The hearing began at 3 a.m.", "date"),
    ("The hearing began at 3:30 p.m.", "The hearing began at 3:00 p.m.", "date"),
    ("Under Section 7.2 Castellan holds it in confidence.", "7.1 Castellan holds it in confidence.", "figure"),
    ("Under Section 9 Castellan holds it in confidence.", "Under Section 7 Castellan holds it in confidence.", "figure"),
    ("The rent is at most $5,000.", "The rent is at least $5,000.", "quantifier"),
    ("The rent is more than $5,000.", "The rent is $5,000.", "quantifier"),
    ("The rent is $5,000.", "The rent is less than $5,000.", "quantifier"),
    ("Count III is dismissed.", "Count II is dismissed.", "figure"),
    ("The Halden-9 sensor failed.", "The Halden-7 sensor failed.", "figure"),
    ("The fourth invoice was paid.", "The fifth invoice was paid.", "figure"),
    ("The report is on page 9.", "The report is on page 7.", "figure"),
    ("The order was made on 3 May 2024.", "The order was made on 5 June 2024; the hearing took place on 3 May 2024.", "figure"),
]  # fmt: skip

NAMED = [
    ("Raman signed the lease.", "John Raman signed the lease."),
    ("J. Raman signed the lease.", "John Raman signed the lease."),
    ("John Raman signed the lease.", "John Q. Raman signed the lease."),
    ("Ms. Raman signed the lease.", "Priya Raman signed the lease."),
    ("Castellan Robotics signed the lease.", "Castellan Robotics, Inc. signed the lease."),
    ("Castellan Robotics, Inc. signed the lease.", "CASTELLAN ROBOTICS signed the lease."),
    ("Castellan's sensor failed.", "The sensor of Castellan failed."),
    ("NIST tested the sensor.", "The National Institute of Standards and Technology tested the sensor."),
    ("Payments under the Supply Agreement are late.", "Payments under the supply agreement are late."),
    ("The Bank of America paid Marlowe.", "Bank of America paid Marlowe."),
]
NOT_NAMED = [
    ("John Raman signed the lease.", "John Smith met Raman, who signed the lease."),
    ("John Raman signed the lease.", "Mr. Raman signed the lease."),
    ("Peter Raman signed the lease.", "John Raman signed the lease."),
    ("Marlowe Robotics signed the lease.", "Castellan Robotics signed the lease."),
    ("The lease was signed by Castellan Robotics.", "The lease was signed by Castellan Freight."),
    ("The sensor was tested by Halverson.", "The sensor was tested by Marlowe."),
    ("FTC tested the sensor.", "The National Institute of Standards and Technology tested the sensor."),
    ("The lease was signed by Mark.", "There is a mark where somebody signed the lease."),
    ("Bank of Boston paid Marlowe.", "Bank of America paid Marlowe."),
]


@pytest.mark.parametrize(("sentence", "source"), [*SO, *NAMED])
def test_what_is_the_same_by_value_is_supported(sentence: str, source: str) -> None:
    found = judged(sentence, source)
    assert found.supported, codes(found)


@pytest.mark.parametrize(("sentence", "source", "code"), NOT_SO)
def test_a_value_that_is_another_is_not(sentence: str, source: str, code: str) -> None:
    found = judged(sentence, source)
    assert not found.supported
    assert code in codes(found)


@pytest.mark.parametrize(("sentence", "source"), NOT_NAMED)
def test_a_name_must_stand_whole(sentence: str, source: str) -> None:
    found = judged(sentence, source, asked=sentence)
    assert not found.supported
    assert "name" in codes(found)


def test_evidence_ties_a_first_name_to_a_surname_unless_it_has_two_of_them() -> None:
    tie = passage("John Raman is an engineer.", 7, title="Other")
    assert judged("John Raman signed the lease.", "Mr. Raman signed the lease.", others=[tie]).supported
    twin = passage("His sister Priya Raman is not.", 8, title="Third")
    assert codes(judged("John Raman signed the lease.", "Mr. Raman signed the lease.", others=[tie, twin])) >= {"name"}


def test_the_date_and_title_of_a_document_belong_to_what_it_says() -> None:
    told = {"title": "E-mail from Raman", "date": datetime.date(2024, 9, 12)}
    assert judged("In the e-mail of September 12, 2024 Raman says the offer is approved.", "The offer is approved.", **told).supported
    assert "date" in codes(
        judged("In the e-mail of September 13, 2024 Raman says the offer is approved.", "The offer is approved.", **told)
    )


MATTER = [
    "On May 6, 2022 Marlowe and Castellan entered into an agreement for 1,200 sensors.",
    "The price of the remaining 560 sensors, $1,232,000, falls due on June 4, 2024.",
    "Buyer may reject sensors within 20 days of delivery, and 212 of them went back by April 19, 2024.",
    "The data sheet states a drift of 0.04 percent, and 318 units were shipped at 9:47 p.m. on October 15, 2024.",
]


def test_every_figure_that_is_changed_is_noticed() -> None:
    chance = random.Random(15)
    for text in MATTER:
        assert judged(text, text).supported
        for found in re.finditer(r"\d+", text):
            for _ in range(3):
                other = str(int(found[0]) + chance.randint(1, 8)).zfill(len(found[0]))
                changed = text[: found.start()] + other + text[found.end() :]
                assert not judged(changed, text).supported, changed
