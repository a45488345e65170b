"""One thing written in several ways is one thing to search: hyphens, amounts, signs, docket numbers, spaced captions, languages."""

from __future__ import annotations

import pytest

from cases.models import Case
from documents.services.search.text import language
from documents.services.search.text.language import language_of
from documents.services.search.text.letterspacing import divided
from documents.services.search.text.words import words_in
from documents.tests.searching import ask, document, titles
from lexintel.models import User

pytestmark = pytest.mark.django_db

SUPPLY = (
    "The invoice of $12,480.75 fell due on 04/17/2023, with 8.5% interest and 2,500,000 units outstanding. Call (415) 555-0137 or"
    " 415.555.0188; part no. KX-9041, Bates SMITH000456, section 7.3.2, ledger 10-K/2019."
)
SIGNS = "Counsel for AT&T and the R&D group of O'Malley wrote the module in C++, a fork of F#, as agreed with J.P. Morgan."
HYPHENS = "The anti-competitive co-operation was by e-mail; a re-election and the cross-\nexamination followed."
PLAIN = "The anticompetitive cooperation was by email; reelection and crossexamination followed."
QUIET = "Nothing of that kind stands here, but at the end of it all it is what it was."


@pytest.fixture
def library(case: Case) -> Case:
    document(case, "Supply", SUPPLY, vectors=False)
    document(case, "Signs", SIGNS, vectors=False)
    document(case, "Hyphens", HYPHENS, vectors=False)
    document(case, "Plain", PLAIN, vectors=False)
    document(case, "Quiet", QUIET, vectors=False)
    return case


def marked(user: User, query: str) -> tuple[list[str], list[str]]:
    """Titles of the hits, and what is marked in the first."""
    answer = ask(user, query)
    first = str(answer.results[0].snippet) if answer.results else ""
    return [hit.title for hit in answer.results], [part.split("</mark>")[0] for part in first.split("<mark>")[1:]]


@pytest.mark.parametrize(
    ("query", "title", "mark"),
    [
        ("$12,480.75", "Supply", "12,480.75"),
        ("12,480.75", "Supply", "12,480.75"),
        ("12480.75", "Supply", "12,480"),
        ("2,500,000", "Supply", "2,500,000"),
        ("2500000", "Supply", "2,500,000"),
        ("04/17/2023", "Supply", "04/17/2023"),
        ("8.5%", "Supply", "8.5%"),
        ("8.5 percent", "Supply", "8.5"),
        ("(415) 555-0137", "Supply", "415"),
        ("4155550137", "Supply", "(415) 555-0137"),
        ("415-555-0188", "Supply", "415.555.0188"),
        ("KX-9041", "Supply", "KX-9041"),
        ("KX9041", "Supply", "KX-9041"),
        ("SMITH-000456", "Supply", "SMITH000456"),
        ("section 7.3.2", "Supply", "section"),
        ("AT&T", "Signs", "AT&amp;T"),
        ("R&D", "Signs", "R&amp;D"),
        ("O'Malley", "Signs", "O&#x27;Malley"),
        ("C++", "Signs", "C++"),
        ("F#", "Signs", "F#"),
        ("anti-competitive", "Hyphens", "anti-competitive"),
        ("anticompetitive", "Plain", "anticompetitive"),
        ("cooperation", "Plain", "cooperation"),
        ("co-operation", "Hyphens", "co-operation"),
        ("email", "Plain", "email"),
        ("E-mail", "Hyphens", "e-mail"),
        ("cross-examination", "Hyphens", "cross- examination"),
    ],
)
def test_what_is_written_in_one_way_is_found_in_the_other_and_marked(library, owner, query, title, mark):
    found, marks = marked(owner, query)
    assert found[0] == title
    assert any(mark in piece for piece in marks), marks


@pytest.mark.parametrize("query", ["anti-competitive", "anticompetitive", "cooperation", "co-operation", "email", "e-mail", "reelections"])
def test_hyphens_make_no_difference_but_to_the_order(library, owner, query):
    assert set(titles(owner, query)) == {"Hyphens", "Plain"}


@pytest.mark.parametrize("query", ["C++", "F#", "8.5%", "A-9", "AT&T"])
def test_signs_are_not_thrown_away(case, owner, query):
    document(case, "Letters", "Grade C, F and A, 9 items, 8.5 of them at the t.", vectors=False)
    assert set(titles(owner, query)) == set()


@pytest.mark.parametrize("phrase", ['"it is what it was"', '"at the end of it all"', '"of it all it is"'])
def test_a_phrase_of_common_words_is_found_word_for_word(library, owner, phrase):
    found, marks = marked(owner, phrase)
    assert found == ["Quiet"]
    assert marks
    assert set(titles(owner, '"what is it was"')) == set()


def test_a_captions_spaces_do_not_hide_its_words(case, owner):
    document(case, "Caption", "I N T H E C O U R T\nU N I T E D  S T A T E S  D I S T R I C T  C O U R T\nThe order stands.", vectors=False)
    document(case, "Lists", "Let a b c d e f be variables, and J. R. R. the initials.", vectors=False)
    assert set(titles(owner, '"in the court"')) == {"Caption"}
    assert set(titles(owner, '"united states district court"')) == {"Caption"}
    assert set(titles(owner, "court")) == {"Caption"}
    assert marked(owner, "district")[1] == ["D I S T R I C T"]


@pytest.mark.parametrize(
    ("letters", "words"),
    [
        ("inthecourt", "in the court"),
        ("supremecourtofthestateofnewyork", "supreme court of the state of new york"),
        ("plaintiff", "plaintiff"),
        ("memorandumopinion", "memorandum opinion"),
        ("certificateofservice", "certificate of service"),
    ],
)
def test_letters_without_spaces_are_divided_into_words(letters, words):
    assert divided(letters) == words.split()


DOCKETS = {
    "Full": "Smith v. Jones, No. 4:21-cv-00391-KAW-SBA (N.D. Cal.).",
    "Short": "See 21-cv-391, ECF No. 4.",
    "Bare": "On appeal, Nos. 21-391 and 21-392, the panel affirmed.",
    "Other": "The case 5:21-cv-00391 is another one; pages 21-39 and 391.",
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("4:21-cv-391", {"Full", "Short", "Bare"}),
        ("4:21-CV-00391-KAW", {"Full", "Short", "Bare"}),
        ("5:21-cv-391", {"Other", "Short", "Bare"}),
        ("21-cv-391", {"Full", "Short", "Bare", "Other"}),
        ("21-391", {"Full", "Short", "Bare", "Other"}),
        ("21-392", {"Bare"}),
        ("3:21-mc-391", {"Bare"}),
    ],
)
def test_docket_numbers_are_recognised_however_much_of_them_is_written(case, owner, query, expected):
    for title, text in DOCKETS.items():
        document(case, title, text, vectors=False)
    answer = ask(owner, query)
    assert {hit.title for hit in answer.results} == expected
    assert [chip["text"] for chip in answer.citations] == [query]
    assert all("<mark>" in str(hit.snippet) for hit in answer.results)


FRENCH = "Les contrats que la société a signés avec ses fournisseurs ont été résiliés par le tribunal, et les parties ont fait appel."
GERMAN = (
    "Die Verträge, die der Kläger mit den Lieferanten schloss, wurden von dem Gericht und nicht durch die Parteien für nichtig erklärt."
)
RUSSIAN = "Договоры, которые истец заключил с поставщиками, были признаны судом недействительными, и это решение не было им обжаловано."


@pytest.mark.parametrize(
    ("text", "expected"), [(FRENCH, "french"), (GERMAN, "german"), (RUSSIAN, "russian"), (SUPPLY, "english"), ("x", "english")]
)
def test_the_language_of_a_text_is_told_by_its_common_words(expected, text):
    assert language_of(word.folded for word in words_in(text * 2)) == expected


def test_words_are_found_by_the_stems_of_their_own_language(case, owner):
    document(case, "French", FRENCH, FRENCH, vectors=False)
    document(case, "German", GERMAN, GERMAN, vectors=False)
    document(case, "Russian", RUSSIAN, RUSSIAN, vectors=False)
    document(case, "English", "The contracts were terminated.", vectors=False)
    language.forget()  # what a commit does
    assert set(titles(owner, "fournisseur")) == {"French"}
    assert set(titles(owner, "Vertrag")) == {"German"}
    assert set(titles(owner, "договор")) == {"Russian"}
    assert set(titles(owner, "terminating")) == {"English"}
    assert set(ask(owner, "договора").results[0].snippet.split("<mark>")[1].split("</mark>")[:1]) == {"Договоры"}


AMOUNTS_AND_NAMES = (
    "$4,310.50;4310.50;03/05/2024;3,000,000;3000000;12%;A-12;ABC000123;212-555-0100;2125550100;4.2.1;a@example.org;"
    "http://example.org/path?x=1;C++;AT&T;R&D;TW800;Flight TW800"
)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("file", "queries"),
    [
        ("hyphens.txt", ["antitrust", "anti-trust", "cooperation", "email", "postponed", "reelection", "well-known", "O'Neill-Smith"]),
        ("only_stop_words.txt", ['"to be, or not to be"', '"the who and the what"', '"it is what it is"']),
        ("docket_numbers.txt", ["1:20-cv-4", "1:21-cv-1234", "21-1234", "1:17-cv-11696", "17-cv-11696-ADB", "05-md-1657", "3:22-mc-80051"]),
        (
            "amounts_and_names.txt",
            AMOUNTS_AND_NAMES.split(";"),
        ),
    ],
)
def test_the_files_that_went_wrong_are_found_and_marked(case, owner, corpus, file, queries):
    document(case, "Wanted", (corpus / "cases" / file).read_text(), vectors=False)
    for query in queries:
        found, marks = marked(owner, query)
        assert found == ["Wanted"], query
        assert marks, query
