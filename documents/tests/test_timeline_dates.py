"""Which dates are read, and which of them are those of something that happened."""

from __future__ import annotations

import time
from datetime import date

import pytest

from cases.services import citations as law
from documents.services.timeline.dates import dates_in
from documents.services.timeline.happened import happenings, tell_the_same

TODAY = date(2026, 1, 1)


def told(text: str) -> list[str]:
    """Each date as first day, last day or precision, and whether it is doubtful."""
    return [f"{one.date}{_to(one.end_date)}{_known(one.precision)}{' ?' if one.doubtful else ''}" for one in dates_in(text)]


def _to(day: date | None) -> str:
    return f"/{day}" if day else ""


def _known(precision: str) -> str:
    return "" if precision == "day" else f" {precision}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("March 3, 2021", ["2021-03-03"]),
        ("Mar. 3, 2021", ["2021-03-03"]),
        ("MARCH 3, 2021", ["2021-03-03"]),
        ("March 3rd,\n2021", ["2021-03-03"]),
        ("3 March 2021", ["2021-03-03"]),
        ("mid-May 2018", ["2018-05-01 month ?"]),
        ("May 3d, 2018, and the 22d of May 2018", ["2018-05-03", "2018-05-22"]),
        ("the 3rd day of March, 2021", ["2021-03-03"]),
        ("this twenty-third day of March, 2021", ["2021-03-23"]),
        ("2021-03-14", ["2021-03-14"]),
        ("3/14/2021", ["2021-03-14"]),
        ("3/14/21", ["2021-03-14"]),
        ("14.03.2021", ["2021-03-14"]),
        ("3/4/2021", ["2021-03-04 ?"]),
        ("3/3/2021", ["2021-03-03"]),
        ("23/3/2021, then 4/3/2021", ["2021-03-23", "2021-03-04"]),
        ("3/23/2021, then 4/3/2021", ["2021-03-23", "2021-04-03"]),
        ("on or about March 3, 2021", ["2021-03-03 ?"]),
        ("March 3-5, 2021", ["2021-03-03/2021-03-05"]),
        ("March 3 to 5, 2021", ["2021-03-03/2021-03-05"]),
        ("March 30 through April 2, 2021", ["2021-03-30/2021-04-02"]),
        ("December 30 to January 2, 2021", ["2020-12-30/2021-01-02"]),
        ("between March 3 and March 9, 2021", ["2021-03-03/2021-03-09"]),
        ("February 5 and February 12, 2025", ["2025-02-05", "2025-02-12"]),
        ("in March 2021", ["2021-03-01 month"]),
        ("In 2019, Acme", ["2019-01-01 year"]),
        ("February 29, 2024", ["2024-02-29"]),
        ("February 30, 2021", []),
        ("February 29, 2023", []),
        ("2/30/2021", []),
        ("31 June 2021", []),
        ("2021-13-01", []),
        ("13/13/2021", []),
        ("September 31-32, 2020", []),
        ("No. 1:25-cv-10482-EKL", []),
        ("42 U.S.C. § 1983 (2012)", []),
        ("§ 3.14.2021", []),
        ("version 4.3.21", []),
        ("March 3, 20215", []),
        ("he may 2021 times", []),
        ("2021-03-14T10:15", []),
    ],
)
def test_a_date_is_read_as_it_is_written(written: str, read: list[str]) -> None:
    assert told(written) == read


def happened(text: str, *more: str) -> list[str]:
    """The days of what the pages say that happened; each quotation stands where it is said to."""
    pages = [(number, page) for number, page in enumerate((text, *more), 1)]
    mentions = [(found.page, found.mention) for found in law.extract_pages(pages)]
    cited = [(page, one.start, one.end) for page, one in mentions]
    others = [(page, one.start, one.end) for page, one in mentions if one.kind in ("case", "short", "supra") and one.role != "record"]
    found = happenings(pages, cited, others, TODAY)
    for one in found:
        page = dict(pages)[one.page]
        assert page[one.start : one.end] == one.quote
        assert one.start <= one.date_start < one.date_end <= one.end
    return [f"{one.dated.date} {one.text}" for one in found]


@pytest.mark.parametrize(
    "sentence",
    [
        "On March 3, 2021, the crane struck the quay.",
        "The lease was signed by both parties on March 3, 2021.",
        "Castellan did not deliver the sensors on March 3, 2021.",
        "The hearing took place on March 3, 2021, in Courtroom 4.",
        "By letter dated March 3, 2021, the tenant gave notice of the leak.",
        "The parties entered into an agreement dated March 3, 2021.",
        "This Agreement is made and entered into as of March 3, 2021 by Doe and Roe.",
        "On March 3, 2021, the plaintiff filed suit under 42 U.S.C. § 1983.",
        "On March 3, 2021, the crane struck the quay. Compl. ¶ 12.",
    ],
)
def test_a_sentence_that_says_that_something_happened(sentence: str) -> None:
    (found,) = happened(f"STATEMENT OF FACTS\n\n12. {sentence}\n\nMore of this follows below.")
    assert found.startswith("2021-03-03 ")
    assert found.removeprefix("2021-03-03 ") in sentence


@pytest.mark.parametrize(
    "text",
    [
        "The tenant shall pay the rent on March 3, 2021, at the office.",  # due, not done
        "The answer must be served by March 3, 2021, at the latest.",
        "The lease ran until March 3, 2021, and was signed by both.",
        "He has been employed there since March 3, 2021, as he told us.",
        "The agreement will be signed on March 3, 2021, in Boston.",
        "Was the lease signed on March 3, 2021, by both parties?",
        "Under the lease dated March 3, 2021, the tenant paid the rent to Roe.",  # of the lease, not of the payment
        "The letter of March 3, 2021 was received by nobody at all.",
        "The court allowed this. Roe v. Wade, 410 U.S. 113 (Mar. 3, 1973).",
        "The claim was dismissed on March 3, 1970. Roe v. Wade, 410 U.S. 113 (1973).",  # of another matter
        "Case 1:21-cv-00001 Document 12 Filed 03/03/21 Page 3 of 10",
        "© 2021 Acme Corporation. All rights reserved since March 3, 2021.",
        "Sent: Wednesday, March 3, 2021 10:15 AM\nthe crane was inspected.",
        "On Wed, Mar 3, 2021 at 10:15 AM, Jane Doe <jane@doe.example> wrote:",
        "March 3, 2021\n\nDear Ms. Roe, I received your letter about the crane.",
        "Printed on March 3, 2021.",
        "COMPLAINT FILED MARCH 3, 2021.",
        "The crane was inspected (March 3, 2021) and found to be unsafe.",
        "The crane was inspected on February 30, 2021, and found unsafe.",
        "The crane was inspected on March 3, 2031, and found to be unsafe.",  # not yet
    ],
)
def test_dates_of_nothing_that_happened_are_left_alone(text: str) -> None:
    assert happened(text) == []


def test_a_sentence_that_goes_over_a_page_is_whole_and_stands_on_the_page_of_its_date() -> None:
    (found,) = happenings([(7, "A. Facts\n\nThe crane,"), (8, "which on March 3, 2021 struck the quay.\nMore.")], today=TODAY)
    assert found.text == "The crane, which on March 3, 2021 struck the quay."
    assert (found.page, found.start, found.quote) == (8, 0, "which on March 3, 2021 struck the quay.")


def test_two_dates_of_a_sentence_are_two_events_and_a_limit_in_it_is_none() -> None:
    found = happened("On March 3, 2021 Doe served the request, and on April 9, 2021 Roe answered it, although it was due by April 2, 2021.")
    assert [one[:10] for one in found] == ["2021-03-03", "2021-04-09"]


def test_offsets_are_code_points() -> None:
    (found,) = happenings([(1, "𝕏 ﬁrst. Être 𝕏: on March 3, 2021 the crane struck the quay.")], today=TODAY)
    assert found.quote == "Être 𝕏: on March 3, 2021 the crane struck the quay."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("On March 3, 2021, Roe terminated the lease.", "Roe terminated the lease on 3/3/2021 by letter.", True),
        ("Roe paid $4,000 to Doe on March 3, 2021.", "On March 3, 2021 Roe paid $5,000 to Doe.", False),
        ("Roe signed the new lease on March 3, 2021.", "Roe did not sign the new lease on March 3, 2021.", False),
        ("Roe filed the motion to dismiss on March 3, 2021.", "Doe opposed the motion to dismiss on March 3, 2021.", False),
        ("The crane struck the quay on March 3, 2021.", "Roe hired a new foreman on March 3, 2021.", False),
    ],
)
def test_sentences_of_one_day_tell_the_same_or_not(one: str, other: str, same: bool) -> None:
    assert tell_the_same(one, other) is tell_the_same(other, one) is same


def test_a_long_text_full_of_dates_takes_a_moment() -> None:
    text = "On March 3, 2021 the crane struck the quay, and nobody was there. " * 5000 + "1/2/" * 20_000 + "March 3 " * 20_000
    began = time.process_time()
    assert len(happenings([(1, text)], today=TODAY)) == 5000
    assert time.process_time() - began < 10


def test_in_rulings_of_the_corpus_no_event_is_found_in_a_citation(corpus) -> None:
    """The sentences keep their places in real texts."""
    import json

    count = 0
    for line in (corpus / "law" / "rulings.jsonl").read_text("utf-8").splitlines()[:12]:
        record = json.loads(line)
        text = str(record.get("text") or record.get("plain_text") or "")
        mentions = law.extract(text)
        places = [(1, one.start, one.end) for one in mentions]
        for found in happenings([(1, text)], places, [(1, one.start, one.end) for one in mentions if one.kind == "case"], TODAY):
            count += 1
            assert text[found.start : found.end] == found.quote
            assert not any(start < found.date_end and found.date_start < end for _page, start, end in places)
    assert count > 0
