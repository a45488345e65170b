"""What may be typed: plain words, operators, phrases, distances, citations, and anything else without an error of the server."""

from __future__ import annotations

import contextlib
import datetime
import math
import random
import re
import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from cases.models import Case
from documents.services.search import SearchError
from documents.services.search.query.lexer import FIELDS
from documents.services.search.query.parser import parse
from documents.tests.searching import ask, document, titles
from documents.views.searching.help import SECTIONS
from lexintel.models import User

pytestmark = pytest.mark.django_db

BREACH = "The seller committed a breach of the supply contract when it delivered late."
FRAUD = "Fraud in the inducement makes a contract voidable, and no breach is needed for that."
LEASE = "The tenant's lease ends in May; the landlord keeps the deposit."


@pytest.fixture
def library(case: Case) -> Case:
    document(case, "Breach", BREACH, vectors=False)
    document(case, "Fraud", FRAUD, vectors=False)
    document(case, "Lease", LEASE, vectors=False)
    return case


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what happens to the deposit of tenants", {"Lease"}),
        ("breach deposit", {"Breach", "Fraud", "Lease"}),
        ("breach AND voidable", {"Fraud"}),
        ("breach NOT fraud", {"Breach"}),
        ("breach -fraud", {"Breach"}),
        ('contract -"supply contract"', {"Fraud"}),
        ("(landlord OR voidable) AND (contract OR lease)", {"Fraud", "Lease"}),
        ('"breach of the supply contract"', {"Breach"}),
        ('"breach supply"', set()),
        ('"supply contract" lease', {"Breach"}),
        ("breach w/4 contract", {"Breach", "Fraud"}),
        ("breach w/3 contract", set()),
        ("fraud w/6 contract", {"Fraud"}),
        ("contract /s delivered", {"Breach"}),
        ('"contract breach"~4', {"Breach", "Fraud"}),
        ('("supply contract" OR inducement) w/9 (late OR voidable)', {"Breach", "Fraud"}),
        ("void*", {"Fraud"}),
        ("delivere*", {"Breach"}),
        ("title:lease contract", {"Lease"}),
        ("kind:filing landlord", {"Lease"}),
        ("kind:email landlord", set()),
        ("LANDLORDS", {"Lease"}),
        ("tenant’s", {"Lease"}),
        (" - IX ZR lease", {"Lease"}),
        ("'; DROP TABLE documents_chunkwords; -- lease", {"Lease"}),
        ("lease:* & !(landlord | 'x\\", {"Lease"}),
    ],
)
def test_a_query_finds_what_it_says(library: Case, owner: User, query: str, expected: set[str]) -> None:
    assert set(titles(owner, query)) == expected


@pytest.mark.parametrize(
    ("query", "code", "position"),
    [
        ("", "empty", 0),
        (" § ... ", "empty", 0),
        ('lease "of land', "unclosed_quote", 6),
        ("(lease OR land", "unclosed_bracket", 0),
        ("lease) land", "unopened_bracket", 5),
        ("lease AND", "lonely_operator", 6),
        ("OR lease", "lonely_operator", 0),
        ("lease w/3", "lonely_operator", 6),
        ("w/3 lease", "lonely_operator", 0),
        ("lease NOT", "lonely_operator", 6),
        ("-lease", "only_negative", 0),
        ("lease OR -land", "only_negative", 9),
        ("lease w/500 land", "bad_distance", 6),
        ("(a1 w/3 b1) w/3 c1", "chained_distance", 12),
        ("a1 w/3 (b1 AND c1)", "bad_distance_side", 3),
        ("le*", "short_prefix", 0),
        ("title:", "empty_field", 0),
        ("kind:poem lease", "unknown_kind", 5),
        ("lease OR (kind:email land)", "nested_field", 10),
        ("cite:nothing", "unknown_citation", 5),
        ("(" * 40 + "a" + ")" * 40, "too_deep", 20),
        ("x" * 10_000, "too_long", 2000),
        ("the of and", "only_common_words", 0),
    ],
)
def test_a_query_that_cannot_be_understood_says_where(owner: User, query: str, code: str, position: int) -> None:
    with pytest.raises(SearchError) as raised:
        ask(owner, query)
    assert (raised.value.code, raised.value.position) == (code, position)
    assert raised.value.message.endswith(".")


def test_accents_case_ligatures_and_forms_of_a_word_do_not_matter(case: Case, owner: User) -> None:
    document(case, "Café", "Le Café Müller ﬁled its re\u0301sume\u0301 in the O’Brien matter on Straße 5, Sœur Łódź.", vectors=False)
    for query in (
        "soeur",
        "Sœur",
        '"soeur lodz"',
        "lodz",
        "cafe muller",
        "CAFÉ",
        "filing",
        "resume",
        "O'Brien",
        "obrien",
        "strasse",
        '"cafe mu\u0308ller"',
    ):
        assert titles(owner, query) == ["Café"], query


def test_scripts_without_spaces_are_found(case: Case, owner: User) -> None:
    document(case, "合同", "本合同自双方签字之日起生效。", vectors=False)
    assert titles(owner, "签字") == ["合同"]
    assert titles(owner, "字签") == []


@pytest.mark.parametrize(
    "query", ["925 F. 3d 1339", "925 F.3d 1339", "925 f3d 1339", '"925 F. 3d"', 'cite:"925 F.3d 1339"', "cite:f3d:925:1339"]
)
def test_a_citation_is_found_however_it_is_written(case: Case, owner: User, query: str) -> None:
    document(case, "Brief", "As held in Oracle v. Google, 925 F.3d 1339 (Fed. Cir. 2019), it follows.", vectors=False)
    document(case, "Other", "The number 1339 and 925 stand here for nothing.", vectors=False)
    assert titles(owner, query)[0] == "Brief"


def test_a_recognised_citation_is_told_and_shown(case: Case, owner: User) -> None:
    document(case, "Brief", "Section 42 U. S. C. §1983 gives a remedy. Much else is said about 1983, a year.", vectors=False)
    answer = ask(owner, "42 USC 1983")
    assert answer.citations == [{"key": "usc:42:1983", "text": "42 USC 1983"}]
    assert answer.results[0].why[0] == "citation 42 USC 1983"
    assert "<mark>42 U. S. C. §1983</mark>" in answer.results[0].snippet


def test_a_citation_that_nothing_has_is_told(case: Case, owner: User) -> None:
    document(case, "Brief", "Under Fed. R. Civ. P. 37, in No. 3:23-cv-00417, sanctions follow.")
    for query, codes in (
        ("Fed. R. Civ. P. 37", []),
        ("23-cv-417", []),
        ("Fed. R. Civ. P. 26", ["cited_nowhere"]),
        ("sanctions in 3:24-cv-555", ["cited_nowhere"]),
    ):
        assert [notice.code for notice in ask(owner, query, mode="hybrid").notices] == codes, query


def test_any_string_is_a_query_or_a_kind_error(library: Case, owner: User) -> None:
    pieces = [
        '"',
        "(",
        ")",
        "-",
        "*",
        "~5",
        "AND",
        "OR",
        "NOT",
        "w/3",
        "/s",
        "title:",
        "kind:",
        "cite:",
        "lease",
        "§ 12(b)(6)",
        "410 U.S. 113",
    ]
    pieces += [
        "\\",
        "'",
        "\x00",
        "\ud800",
        "&",
        "|",
        "!",
        "<->",
        ":*",
        "<mark>",
        "%s",
        "{}",
        "日本",
        "é",
        "\u202e",
        "\n",
        "the",
        ",",
        "'s",
        "...",
    ]
    chance = random.Random(7)
    for _ in range(400):
        query = "".join(chance.choice(pieces) + chance.choice(["", " "]) for _ in range(chance.randint(1, 14)))
        position = 0
        try:
            ask(owner, query)
        except SearchError as error:
            position = error.position
        assert 0 <= position <= len(query), query


def test_many_words_are_cut_and_said(owner: User) -> None:
    assert parse(" ".join(f"word{n}" for n in range(100))).cut
    assert [notice.code for notice in ask(owner, "lease " * 100).notices] == ["words_cut"]


@pytest.fixture
def dated(case: Case) -> Case:
    for title, kind, day in (("Old memo", "memo", "2023-12-31"), ("Mail", "email", "2024-02-29"), ("Motion", "motion", "2024-03-01")):
        document(case, title, "The sensor drifts.", "Another page.", kind=kind, date=datetime.date.fromisoformat(day), vectors=False)
    document(case, "Undated", "The sensor drifts.", kind="email", vectors=False)
    return case


@pytest.mark.parametrize(
    ("query", "filters", "dates"),
    [
        ("sensor tag:lab", [("tag", ("lab",), False)], (None, None)),
        ('tag:"not relevant", sensor', [("tag", ("not relevant",), False)], (None, None)),
        ("tag:(lab OR “case law”; notes of May | x) sensor", [("tag", ("lab", "case law", "notes of May", "x"), False)], (None, None)),
        ("sensor -tag:lab NOT kind:(email OR letters)", [("tag", ("lab",), True), ("kind", ("email", "letter"), True)], (None, None)),
        ("(tag:a OR tag:b) AND sensor", [("tag", ("a", "b"), False)], (None, None)),
        ("NOT (tag:a OR tag:b) sensor", [("tag", ("a", "b"), True)], (None, None)),
        ("(sensor AND court:scotus) drift", [("court", ("scotus",), False)], (None, None)),
        ("KIND:E-mail kind:affidavit x", [("kind", ("email",), False), ("kind", ("declaration",), False)], (None, None)),
        (
            "from:raman to:(okafor OR x@y.example) z",
            [("sender", ("raman",), False), ("recipient", ("okafor", "x@y.example"), False)],
            (None, None),
        ),
        ("sender:2024 recipient:b", [("sender", ("2024",), False), ("recipient", ("b",), False)], (None, None)),
        (
            "docket:2:21-cv-01234 year:(2020 OR 2021)",
            [("docket", ("2:21-cv-01234",), False), ("year", ("2020", "2021"), False)],
            (None, None),
        ),
        ("kind:letter,email year:2023,2024,", [("kind", ("letter", "email"), False), ("year", ("2023", "2024"), False)], (None, None)),
        ("from:2024-02 to:2024-02 x", [], ("2024-02-01", "2024-02-29")),
        ("from:2024 to:03/05/2024", [], ("2024-01-01", "2024-03-05")),
        ("from:March 1, 2024 sensor to:“31 Dec 2024”", [], ("2024-03-01", "2024-12-31")),
        ("from:Mar-2024 to:1. März 2025", [], ("2024-03-01", "2025-03-01")),
        ("from:3/1/24 to:25.12.2024", [], ("2024-03-01", "2024-12-25")),
        ("from:2024/03/01 to:20240501", [], ("2024-03-01", "2024-05-01")),
        ("from:May to:june", [("sender", ("May",), False), ("recipient", ("june",), False)], (None, None)),
        ("from:2020 from:2023-5-7 to:2024 to:2025", [], ("2023-05-07", "2024-12-31")),
        ("judge:O'Brien author:Zoë", [("judge", ("O'Brien",), False), ("author", ("Zoë",), False)], (None, None)),
    ],
)
def test_fields_are_conditions_of_the_whole_query(
    query: str, filters: list[tuple[str, tuple[str, ...], bool]], dates: tuple[str | None, str | None]
) -> None:
    read = parse(query)
    assert [tuple(one) for one in read.filters] == filters
    assert (read.date_from and read.date_from.isoformat(), read.date_to and read.date_to.isoformat()) == dates
    assert not read.citations


@pytest.mark.parametrize(
    ("query", "wrong", "code"),
    [
        ("sensor OR tag:lab", "tag:lab", "nested_field"),
        ("(sensor tag:lab) OR drift", "tag:lab", "nested_field"),
        ("sensor NOT (drift tag:lab)", "tag:lab", "nested_field"),
        ("kind:email OR tag:lab", "kind:email", "nested_field"),
        ("tag:lab w/3 sensor", "w/3", "bad_distance_side"),
        ("sensor tag:", "tag:", "empty_field"),
        ('sensor tag:"" x', "tag:", "empty_field"),
        ("tag:( OR ) x", "tag:", "empty_field"),
        ("(tag:) x", "tag:", "empty_field"),
        ("tag:(a AND b) x", "AND", "bad_values"),
        ("tag:(a (b)) x", "(", "bad_values"),
        ("tag:(a OR b", "(", "unclosed_bracket"),
        ("title:(a OR b", "(", "unclosed_bracket"),
        ("title:(lease AND land) x", "AND", "bad_values"),
        ("cite:(410 U.S. 113 OR lease)", "lease", "unknown_citation"),
        ("to:2024-13", "2024-13", "bad_date_value"),
        ('tag:"a b', '"', "unclosed_quote"),
        ("kind:(email OR poem) x", "poem", "unknown_kind"),
        ("year:24 x", "24", "bad_year"),
        ("kind:email,poem x", "poem", "unknown_kind"),
        ("from:2024-02-30 x", "2024-02-30", "bad_date_value"),
        ("to:13/13/2024", "13/13/2024", "bad_date_value"),
        ("from:0000", "0000", "bad_date_value"),
        ("from:(2023 OR raman)", "2023 OR raman", "bad_date_value"),
        ("x -from:2024", "from:2024", "excluded_date"),
        ("from:2025 x to:2024", "to:2024", "no_time"),
        ("document:lease x", "lease", "bad_document"),
        ("tag:" + "x" * 301, "x" * 301, "value_too_long"),
        ("tag:(" + " OR ".join("abcdefghijklmnopqrstu") + ") x", "u)", "too_many_values"),
        (" ".join(["tag:a"] * 21), "tag:a", "too_many_fields"),
        ("lease AND NOT", "NOT", "lonely_operator"),
        ("lease /99 land", "/99", "bad_distance"),
        ('"a b"~99 land', "99", "bad_distance"),
        ("lease “of land", "“", "unclosed_quote"),
        ("lease NOT OR land", "NOT", "lonely_operator"),
        ("x OR -y", "-y", "only_negative"),
        ("NOT x -y", "NOT x -y", "only_negative"),
        ("tag:lab -lease", "-lease", "only_negative"),
    ],
)
def test_an_error_says_exactly_what_is_wrong(query: str, wrong: str, code: str) -> None:
    with pytest.raises(SearchError) as raised:
        parse(query)
    error = raised.value
    assert (error.code, query[error.position : error.end]) == (code, wrong)
    assert error.message.endswith(".")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind:email", ["Mail", "Undated"]),
        ("to:2024", ["Motion", "Mail", "Old memo"]),
        ("from:2024 to:2024-02", ["Mail"]),
        ("kind:filing", ["Motion"]),
        ("from:2031", []),
    ],
)
def test_fields_alone_list_the_first_passage_of_each_document_newest_first(
    dated: Case, owner: User, query: str, expected: list[str]
) -> None:
    for mode in ("text", "semantic", "hybrid"):
        answer = ask(owner, query, mode=mode)
        assert [(hit.title, hit.page) for hit in answer.results] == [(title, 1) for title in expected]
        assert [notice.code for notice in answer.notices] == ["listed"]


def test_a_listing_shows_only_what_one_may_see(dated: Case, stranger: User) -> None:
    answer = ask(stranger, "kind:email")
    assert (answer.count, answer.results, answer.at_least) == (0, [], False)


def test_a_field_and_the_form_must_both_hold(dated: Case, owner: User) -> None:
    assert titles(owner, "sensor kind:motion", kind="filing") == ["Motion"]
    assert titles(owner, "sensor from:2024", date_to=datetime.date(2024, 2, 29)) == ["Mail"]
    with pytest.raises(SearchError, match="different kinds"):
        ask(owner, "sensor kind:email", kind="filing")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("MOTION TO DISMISS OR FOR SUMMARY JUDGMENT", True),
        ("PLAINTIFF'S EXHIBIT WITH THE WORD BLESSING OR", True),
        ("OR IN THE ALTERNATIVE FOR A NEW TRIAL", True),
        ("SMITH v. JONES AND COMPANY, et al.", True),
        ("McDONALD & SONS v. THE CITY OF YORK", True),
        ("NOT GUILTY", True),
        ("DID NOT ANSWER", True),
        ("ORDER GRANTING MOTION AND DENYING STAY (COUNTS I AND II)", True),
        ("BREACH AND CONTRACT", False),
        ("NDA OR MNDA", False),
        ("BREACH AND NOT FRAUD", False),
        ("(LANDLORD OR TENANT) AND LEASE", False),
        ('"SUMMARY JUDGMENT" AND DAMAGES AWARDED', False),
        ("SUPPLY CONTRACT AND DAMAG*", False),
        ("SUPPLY CONTRACT -FRAUD", False),
        ("the SUPPLY contract AND NOT fraud", False),
        ("925 F.3D 1339 OR 18 U.S.C. § 1836", False),
    ],
)
def test_a_caption_in_capitals_has_no_operators(query: str, words: bool) -> None:
    read = parse(query)
    assert read.strict is not words
    assert ("read_as_caption" in [notice.code for notice in read.notices]) is words


def test_a_caption_is_found_by_all_of_its_words(case: Case, owner: User) -> None:
    document(case, "Order", "ORDER ON THE MOTION TO DISMISS OR FOR SUMMARY JUDGMENT", vectors=False)
    document(case, "Trial", "A trial without the word.", vectors=False)
    assert titles(owner, "MOTION TO DISMISS OR FOR SUMMARY JUDGMENT") == ["Order"]
    assert set(titles(owner, "ON THE WORD SUMMARY OR")) == {"Order", "Trial"}


def test_a_word_between_dashes_leaves_nothing_out() -> None:
    assert not parse("NOTICE OF MOTION -AND- MEMORANDUM OF LAW").strict
    assert parse("notice -motion").strict


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("cort:scotus x", "misspelled_field"),
        ("auhtor:raman x", "misspelled_field"),
        ("tags:lab", "misspelled_field"),
        ("lease after:2024-01-01", "misspelled_field"),
        ("indemnif! clause", "asterisk_meant"),
        ("Judge: Smith", "field_with_space"),
        ("To: all counsel", "field_with_space"),
        ("ind*nify", "asterisk_ignored"),
        ("*fication", "asterisk_ignored"),
        ('"indemnif* clause"', "asterisk_ignored"),
    ],
)
def test_what_may_have_been_meant_is_said_and_never_guessed(query: str, code: str) -> None:
    read = parse(query)
    assert [notice.code for notice in read.notices] == [code]
    assert (read.filters, read.date_from, read.strict) == ((), None, query.startswith('"'))


@pytest.mark.parametrize(
    "query", ["note:well", "Stop! Thief", "help!", "10:30", "http://kind.example", "Re: lease", "foo:bar", "** x", "lease *", "§ 1836(b):x"]
)
def test_other_colons_and_asterisks_are_nothing_to_speak_of(query: str) -> None:
    assert parse(query).notices == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("breach /4 contract", {"Breach", "Fraud"}),
        ("breach NEAR/3 contract", set()),
        ("seller w/3 breach w/5 contract", {"Breach"}),
        ("seller w/3 breach w/2 contract", set()),
        ('seller w/4 "breach of" w/3 supply', {"Breach"}),
        ('"supply contr*"', {"Breach"}),
        ("deposit kind:(filing OR email)", {"Lease"}),
        ("title:(fraud OR lease)", {"Fraud", "Lease"}),
        ("contract -title:(fraud OR lease)", {"Breach"}),
        ("« supply contract »", {"Breach"}),
    ],
)
def test_more_of_what_a_query_says(library: Case, owner: User, query: str, expected: set[str]) -> None:
    assert set(titles(owner, query)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "925 F.3d 1339, 1342",
        "Oracle v. Google, 925 F.3d 1339",
        "925 f. 3d 1339",
        "925 F3D 1339",
        "“925 F.3d 1339”",
        "SEE 925 F.3D 1339",
    ],
)
def test_more_styles_of_a_citation(case: Case, owner: User, query: str) -> None:
    document(case, "Brief", "As held in Oracle v. Google, 925 F.3d 1339 (Fed. Cir. 2019), it follows.", vectors=False)
    assert titles(owner, query) == ["Brief"]


LONG = ["x" * 10_000, "lease OR " * 1000, "(" * 10_000, '"' * 10_001, "אב " * 4000, "🙂" * 10_000]
ODD = [
    "the of and",
    "...!?",
    "\0",
    "\0\0lease\0",
    "\u202eesael\u202c",
    "أمر المحكمة",
    "'; DROP TABLE x; --",
    "' OR 1=1 --",
    "lease & !x | <-> y:*A",
    "lease:*",
    "to_tsquery('x')",
    '"lease',
    'lease"',
    '""',
    "“lease",
    "(" * 500 + "lease" + ")" * 500,
    "((lease)",
    "lease))",
    "|".join("a" * 900),
    " OR ".join(["lease"] * 280),
    "\ud800 lease \udfff",
    "🙂",
    "👩\u200d⚖️ lease",
    "%s %(x)s {0}",
    "\\",
    "<script>alert(1)</script>",
    "\x01\x02",
    "-",
    "--",
    "- -",
    "NOT NOT NOT lease",
    "-(-(-lease))",
    "a" * 2000,
    "w/3",
    "~5",
    "cite:",
    "kind:email" * 150,
    "\r\n\t",
    "&&&& ||||",
    "tag:(((",
    "*",
    "AND AND",
]


@pytest.mark.parametrize("query", [*LONG, *ODD], ids=lambda query: ascii(query[:12]))
def test_bad_input_gets_an_answer_from_page_and_api(library: Case, owner: User, client: Client, query: str) -> None:
    """200, or 400 with a sentence; never an error of the server."""
    client.force_login(owner)
    data: dict[str, bytes | str] = {"q": query.encode("utf-8", "surrogatepass"), "mode": "text"}
    for address in ("/api/search/", "/search/"):
        answer: Any = client.get(address, data)
        assert answer.status_code in ((400,) if query in LONG else (200, 400)), address
        if answer.status_code == 400 and address == "/api/search/":
            told = answer.json()
            assert told["detail"] if "detail" in told else told["q"]


def test_parsing_raises_nothing_but_a_search_error_and_is_quick() -> None:
    chance = random.Random(14)
    pieces = [
        "lease",
        "LAND",
        "of",
        "AND",
        "OR",
        "NOT",
        "&",
        "|",
        "-",
        "(",
        ")",
        '"',
        "“",
        "”",
        "~5",
        "*",
        "w/3",
        "/s",
        "/99",
        ":",
        ",",
        ";",
    ]
    pieces += [f"{name}:" for name in FIELDS] + [
        "2024",
        "2024-02-30",
        "03/01/2024",
        "email",
        "kind:email",
        "cort:x",
        "410 U.S. 113",
        "2:21-cv-1",
    ]
    pieces += ["\0", "\ud800", "é", "日本", "\u202e", "🙂", "'", "\\", "%", "12(b)(6)", "v.", "http://x.example", "a@b.example", "\n"]
    began = time.process_time()
    for _ in range(2000):
        query = "".join(chance.choice(pieces) + chance.choice(["", " ", " "]) for _ in range(chance.randint(1, 20)))
        wrong, read = (0, 0), None
        try:
            read = parse(query)
        except SearchError as error:
            wrong = error.position, error.end
        assert 0 <= wrong[0] <= wrong[1] <= len(query), query
        if read is not None:
            assert read.root is not None or read.filters or read.date_from or read.date_to, query
            assert all(query[word.start : word.end].strip() for word in read.words), query
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "unit",
    ["a@.", "a:", "tag:a ", 'tag:"', "tag:(", "a(", "1 ", "§ ", "410 U.S. 113 ", "OR ", "a-", "w/3 ", "cite:", "*a", "12(b)", '"a" '],
)
def test_parsing_takes_no_more_than_its_length_s_time(unit: str) -> None:
    def took(times: int) -> float:
        query, best = (unit * 2000)[:times], math.inf
        for _ in range(3):
            began = time.process_time()
            with contextlib.suppress(SearchError):
                parse(query)
            best = min(best, time.process_time() - began)
        return best

    parse("410 U.S. 113")  # the grammars are there
    assert took(2000) < 0.05 + 10 * took(500)


def test_the_help_page_s_examples_are_queries_and_stand_in_the_manual(client: Client, owner: User) -> None:
    client.force_login(owner)
    page = client.get("/search/help/").content.decode()
    manual = (settings.BASE_DIR / "docs" / "SEARCH.md").read_text()
    for section in SECTIONS:
        for example, _meaning in section.examples:
            assert escape(example) in page
            codes = [notice.code for notice in parse(example).notices]
            assert codes in ([], ["read_as_caption"])
    for name in FIELDS:
        assert f"`{name}:" in manual
        assert f"{name}:" in page
    for piece in re.findall(r"`([^`]+)`", manual.split("## When it goes wrong")[0]):
        if " " in piece and not piece.startswith("field:"):
            parse(piece.replace("\\|", "|"))


def test_the_search_page_leads_to_its_help(client: Client, owner: User) -> None:
    client.force_login(owner)
    for address in ("/search/", "/search/?q=lease+AND", "/search/?q=lease&mode=text"):
        assert 'href="/search/help/"' in client.get(address).content.decode(), address
