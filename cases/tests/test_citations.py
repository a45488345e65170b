import json
import time

import eyecite.helpers
import pytest
from eyecite.find import get_citations
from eyecite.models import CitationToken, FullCaseCitation, IdCitation, ShortCaseCitation
from eyecite.tokenizers import AhocorasickTokenizer

from cases.services.citations import PIECE, extract, extract_pages, keys_in
from cases.services.citations.cleaning import CleanText
from cases.services.citations.courts import court_by_paren, courts
from cases.services.citations.tokens import NearbyTokenizer


def keys(text):
    return [mention.key for mention in extract(text)]


def only(text):
    (mention,) = extract(text)
    return mention


@pytest.mark.parametrize(
    ("text", "key", "kind"),
    [
        ("Roe v. Wade, 410 U.S. 113 (1973)", "us:410:113", "case"),
        ("93 S. Ct. 705", "sct:93:705", "case"),
        ("925 F. 3d 1339", "f3d:925:1339", "case"),
        ("925 F.3d 1339", "f3d:925:1339", "case"),
        ("12 F. Supp. 2d 34 (D. Mass. 1998)", "fsupp2d:12:34", "case"),
        ("2010 WL 1234567", "wl:2010:1234567", "case"),
        ("42 U.S.C. § 1983", "usc:42:1983", "statute"),
        ("42 USC 1983", "usc:42:1983", "statute"),
        ("42 U. S. C. §1983", "usc:42:1983", "statute"),
        ("42 U.S.C.A. § 2000e-2(a)(1)", "usc:42:2000e-2", "statute"),
        ("29 C.F.R. § 1604.11(a)", "cfr:29:1604.11", "regulation"),
        ("29 C.F.R. Part 1604", "cfr:29:1604", "regulation"),
        ("Fed. R. Civ. P. 12(b)(6)", "frcp:12(b)(6)", "rule"),
        ("Federal Rule of Civil Procedure 12(b)(6)", "frcp:12(b)(6)", "rule"),
        ("Fed. R. Evid. 702", "fre:702", "rule"),
        ("Fed. R. Crim. P. 35(b)", "frcrp:35(b)", "rule"),
        ("FRCP 26(a)", "frcp:26(a)", "rule"),
        ("U.S.S.G. § 2D1.1(b)(1)", "ussg:2d1.1", "rule"),
        ("U.S. Const. amend. XIV, § 1", "const:amend:14", "constitution"),
        ("U.S. Const. art. I, § 8, cl. 3", "const:art:1:8", "constitution"),
        ("the Fourteenth Amendment", "const:amend:14", "constitution"),
        ("100 Harv. L. Rev. 200 (1990)", "harvlrev:100:200", "other"),
    ],
)
def test_each_kind_of_authority_has_its_canonical_key(text, key, kind):
    mention = only(text)
    assert (mention.key, mention.kind) == (key, kind)
    assert text[mention.start : mention.end] == mention.text


def test_a_case_is_found_with_its_name_pin_and_year():
    mention = only("We hold, as in Roe v. Wade, 410 U.S. 113, 153 (1973), that it is.")
    assert (mention.text, mention.name, mention.pin, mention.year) == ("410 U.S. 113", "Roe v. Wade", "153", 1973)


def test_line_breaks_soft_hyphens_and_dashes_inside_a_citation_do_not_hide_it():
    text = "See Roe v.\n Wade, 410 U.\u00ad S.\n\n   113, 153–54 (1973)."
    mention = only(text)
    assert (mention.key, mention.pin) == ("us:410:113", "153-54")
    assert mention.text == text[mention.start : mention.end] == "410 U.\u00ad S.\n\n   113"


def test_every_section_of_a_list_is_a_mention_of_its_own():
    text = "under 42 U.S.C. §§ 1981, 1983, and 1985(3)."
    assert [(m.text, m.key, m.pin) for m in extract(text)] == [
        ("42 U.S.C. §§ 1981", "usc:42:1981", ""),
        ("1983", "usc:42:1983", ""),
        ("1985(3)", "usc:42:1985", "(3)"),
    ]


def test_a_list_ends_where_another_citation_begins():
    assert keys("42 U.S.C. §§ 1981, 1983, 28 U.S.C. § 1331") == [
        "usc:42:1981",
        "usc:42:1983",
        "usc:28:1331",
    ]


@pytest.mark.parametrize("text", ["18 U.S.C. §§ 1961-1968", "18 U.S.C. §§ 1961–68"])
def test_a_range_is_cited_by_both_its_ends(text):
    assert [(m.key, m.method) for m in extract(text)] == [("usc:18:1961", "us_code/full"), ("usc:18:1968", "us_code/range")]


def test_several_rules_and_amendments_in_one_phrase_are_each_found():
    assert keys("Fed. R. Civ. P. 12(b)(6) and 56(a)") == ["frcp:12(b)(6)", "frcp:56(a)"]
    assert keys("the Fifth, Sixth, and Fourteenth Amendments") == ["const:amend:5", "const:amend:6", "const:amend:14"]


@pytest.mark.parametrize("text", ["the First Amendment to the Lease", "§ 271 of the Agreement", "supra Part II", "", "  \n", "\x00"])
def test_what_only_looks_like_an_authority_is_none(text):
    assert extract(text) == []


def test_id_means_the_authority_before_it():
    text = "Roe v. Wade, 410 U.S. 113 (1973). Id. at 154. Under 42 U.S.C. § 1983. Id."
    assert [(m.kind, m.key) for m in extract(text) if m.kind == "id"] == [("id", "us:410:113"), ("id", "usc:42:1983")]


def test_id_with_a_page_passes_over_a_statute_with_less_confidence():
    id_ = extract("Roe v. Wade, 410 U.S. 113 (1973). See 42 U.S.C. § 1983. Id. at 154.")[-1]
    assert (id_.key, id_.method) == ("us:410:113", "us/id-page")
    assert id_.confidence < 0.7


def test_id_with_another_section_stays_in_the_title():
    mention = extract("18 U.S.C. § 3582(c)(2). Id. § 3553(a).")[-1]
    assert (mention.kind, mention.key, mention.pin) == ("id", "usc:18:3553", "(a)")


def test_id_does_not_mean_a_case_that_is_only_quoted_in_parentheses():
    text = "Roe v. Wade, 410 U.S. 113 (1973) (quoting Griswold v. Connecticut, 381 U.S. 479 (1965)). Id. at 154."
    assert extract(text)[-1].key == "us:410:113"


def test_id_after_parallel_citations_means_the_first():
    assert extract("Roe v. Wade, 410 U.S. 113, 93 S. Ct. 705, 35 L. Ed. 2d 147 (1973). Id.")[-1].key == "us:410:113"


def test_id_with_an_impossible_page_stays_unresolved():
    mention = extract("Roe v. Wade, 410 U.S. 113 (1973). Id. at 900.")[-1]
    assert (mention.key, mention.confidence) == ("", 0.3)


def test_short_forms_and_supra_mean_the_case_named_before():
    text = "Roe v. Wade, 410 U.S. 113 (1973). Doe v. Bolton, 410 U.S. 179 (1973). Roe, 410 U.S. at 150. Bolton, supra, at 190."
    assert [(m.kind, m.key) for m in extract(text)[2:]] == [("short", "us:410:113"), ("supra", "us:410:179")]


def test_a_bare_section_is_inferred_only_from_the_same_section_before():
    mentions = extract("42 U.S.C. § 1983. Section 1983 and § 1984. Fed. R. Civ. P. 12(b)(6). Rule 12(b)(1).")
    inferred = [(m.text, m.key) for m in mentions if m.method == "inferred"]
    assert inferred == [("Section 1983", "usc:42:1983"), ("Rule 12(b)(1)", "frcp:12(b)(1)")]


def test_the_running_header_of_a_slip_opinion_is_no_citation():
    assert extract("Cite as: 581 U. S. ____ (2017)") == []


def test_id_on_the_next_page_knows_the_page_before():
    found = extract_pages([(4, "Roe v. Wade, 410 U.S. 113 (1973)."), (5, "Id. at 154.")])
    assert [(m.page, m.mention.text, m.mention.key) for m in found] == [(4, "410 U.S. 113", "us:410:113"), (5, "Id. at 154", "us:410:113")]


def test_a_citation_split_over_two_pages_belongs_to_the_page_where_it_begins():
    pages = [(1, "As held in 410 U.S.\n"), (2, "\n113 (1973). Id.")]
    first, second = extract_pages(pages)
    assert (first.page, first.mention.key, first.mention.text) == (1, "us:410:113", "410 U.S.")
    assert pages[0][1][first.mention.start : first.mention.end] == first.mention.text
    assert (second.page, second.mention.key) == (2, "us:410:113")


def test_pages_may_be_empty():
    assert extract_pages([]) == []
    assert [m.page for m in extract_pages([(1, ""), (2, " "), (3, "410 U.S. 113"), (4, "")])] == [3]


def test_work_can_be_stopped_between_pieces():
    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    with pytest.raises(Stopped):
        extract("410 U.S. 113", stop)


def test_what_stands_at_the_edge_of_a_piece_of_work_is_found_once():
    text = "x" * (PIECE - 10) + " Roe v. Wade, 410 U.S. 113 (1973). " + "y " * 8000 + "42 U.S.C. §§ 1981, 1983. " * 900
    found = extract(text)
    assert sum(m.key == "us:410:113" for m in found) == 1
    assert sum(m.key == "usc:42:1983" for m in found) == 900


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("410 us 113", ["us:410:113"]),
        ("Roe v. Wade 410 U.S. 113", ["us:410:113"]),
        ("42 usc 1983", ["usc:42:1983"]),
        ("925 f3d 1339", ["f3d:925:1339"]),
        ("12 f supp 2d 34", ["fsupp2d:12:34"]),
        ("frcp 12(b)(6)", ["frcp:12(b)(6)"]),
        ("fourteenth amendment due process", ["const:amend:14"]),
        ("us const amend xiv", ["const:amend:14"]),
        ("breach of contract in 2019", []),
        ("", []),
        ("\x00 ((", []),
    ],
)
def test_citations_are_recognised_in_a_query_as_people_type_them(query, expected):
    assert keys_in(query) == expected


def test_recognising_a_query_takes_under_five_milliseconds():
    keys_in("410 us 113")
    began = time.process_time()
    for _ in range(50):
        keys_in("Roe v. Wade 410 U.S. 113 and 42 usc 1983")
    assert (time.process_time() - began) / 50 < 0.005


def slow_court(paren):
    """eyecite's own walk, kept here to compare with."""
    wanted = eyecite.helpers.re.sub(r"[^\w]", "", paren).lower()
    found = None
    for court in courts if wanted else ():
        name = eyecite.helpers.re.sub(r"[^\w]", "", court["citation_string"]).lower()
        if name == wanted:
            return court["id"]
        if name.startswith(wanted):
            found = court["id"]
    return found


@pytest.mark.parametrize("paren", ["2d Cir.", "D. Mass.", "Pa.Super.", "SC", "S.", "N.D. Cal", "Fed. Cir.", "", "—", "nowhere", "E.D."])
def test_courts_are_the_same_as_by_eyecites_own_walk(paren):
    assert court_by_paren(paren) == slow_court(paren)


@pytest.fixture(scope="module")
def rulings(corpus):
    return [json.loads(line)["plain_text"] for line in (corpus / "law" / "rulings.jsonl").open()]


@pytest.mark.corpus
def test_no_offset_is_wrong_in_the_corpus(rulings):
    for text in rulings[::5]:
        for mention in extract(text):
            assert text[mention.start : mention.end] == mention.text
            assert mention.text == mention.text.strip() != ""


@pytest.mark.corpus
def test_tokens_are_those_of_eyecites_own_tokenizer(rulings):
    theirs, ours = AhocorasickTokenizer(), NearbyTokenizer()
    for text in rulings[::9]:
        clean = CleanText(text).text[:40_000]
        assert ours.citations(clean) == [token for _place, token in theirs.tokenize(clean)[1] if isinstance(token, CitationToken)]


@pytest.mark.corpus
def test_whatever_eyecite_finds_is_found_at_the_same_place(rulings):
    for text in rulings[::16]:
        clean = CleanText(text)
        ours = [(m.start, m.end) for m in extract(text)]
        for citation in get_citations(clean.text):
            start, end = clean.span(*citation.span())
            if isinstance(citation, FullCaseCitation | ShortCaseCitation | IdCitation) and citation.groups.get("page", "x"):
                assert any(a < end and start < b for a, b in ours), citation


@pytest.mark.corpus
def test_decisions_are_found_under_the_keys_of_their_own_citations(corpus):
    """Citations that the corpus knows of its own rulings become the keys by which others cite them."""
    for line in (corpus / "law" / "rulings.jsonl").open():
        for known in json.loads(line).get("citations_derived") or []:
            citation = known.partition("|")[0]
            volume, reporter, page = citation.split(" ", 1)[0], citation.split(" ", 1)[1].rsplit(" ", 1)[0], citation.rsplit(" ", 1)[1]
            slug = "".join(filter(str.isalnum, reporter.lower()))
            assert keys(citation) == [f"{slug}:{volume}:{page}"] == keys_in(citation)
