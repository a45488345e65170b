"""A quotation is found again in another reading of its text: re-spaced, misread, moved, one of several; and not where it is not."""

from __future__ import annotations

import pytest

from documents.services.annotations.anchoring import Anchor, Text, context_of

PAGE = (
    "The lessee shall keep the harbour crane in good repair.\n"
    "Notice of any defect is to be given within five days.\n"
    "The lessor may inspect the crane at any time.\n"
    "Notice of any defect is to be given within five days.\n"
    "Rent falls due on the first day of each month, as “agreed” in § 4."
)


def anchored(quote: str, text: str = PAGE, page: int = 1, nth: int = 0) -> Anchor:
    at = -1
    for _ in range(nth + 1):
        at = text.index(quote, at + 1)
    return Anchor(quote, *context_of(text, at, at + len(quote)), page, at)


def test_it_is_found_where_it_was_with_its_signs():
    place = Text({1: PAGE}).place_of(anchored("“agreed” in § 4."))
    assert place is not None
    assert place.words == "“agreed” in § 4."
    assert PAGE[place.start : place.end] == place.words


@pytest.mark.parametrize(
    "again",
    [
        PAGE.replace(" ", "  ").replace("\n", "\n\n\n"),
        PAGE.replace("harbour", "har-\nbour").replace("shall", "shall\n12 "[:6]),
        PAGE.upper(),
        PAGE.replace("fi", "ﬁ").replace("“", '"'),
    ],
    ids=["spaces", "hyphens", "capitals", "ligatures"],
)
def test_other_spaces_hyphens_and_forms_of_letters_do_not_matter(again):
    place = Text({1: again}).place_of(anchored("The lessee shall keep the harbour crane in good repair."))
    assert place is not None
    assert place.start == 0
    assert " ".join(place.words.casefold().split()).startswith("the lessee shall")
    assert place.words.endswith(("repair.", "REPAIR."))


@pytest.mark.parametrize(
    "misread",
    [
        "Rent fa11s due on the f1rst day of each rnonth",
        "Rent falls due on tbe first dav of eacb month",
        "Rent fals due the first day ofeach month",
    ],
)
def test_a_reading_with_errors_still_has_it(misread):
    again = PAGE.replace("Rent falls due on the first day of each month", misread)
    place = Text({1: again}).place_of(anchored("Rent falls due on the first day of each month"))
    assert place is not None
    assert place.words == misread


def test_a_short_quotation_with_an_error_is_told_by_what_stands_around_it():
    again = PAGE.replace("the harbour crane", "the barbour crane")
    place = Text({1: again}).place_of(anchored("harbour"))
    assert place is not None
    assert place.words == "barbour"


def test_paragraphs_before_it_and_other_pages_move_it():
    again = {1: "A new first page.", 2: "Something put in before.\n\n" * 20 + PAGE}
    place = Text(again).place_of(anchored("The lessor may inspect the crane at any time."))
    assert place is not None
    assert (place.page, place.words) == (2, "The lessor may inspect the crane at any time.")


@pytest.mark.parametrize("nth", [0, 1])
def test_of_two_equal_sentences_the_one_that_was_meant(nth):
    quote = "Notice of any defect is to be given within five days."
    again = "A paragraph put in before both of them, which moves them far down.\n" * 9 + PAGE.replace(" ", "\n")
    place = Text({1: again}).place_of(anchored(quote, nth=nth))
    assert place is not None
    assert place.nth == nth
    assert again[: place.start].count("defect") == nth


def test_equal_sentences_in_equal_surroundings_are_told_by_where_they_were():
    rows = "\n".join(["Delivered as agreed."] * 30)
    place = Text({1: rows}).place_of(anchored("Delivered as agreed.", rows, nth=17))
    assert place is not None
    assert place.nth == 17


def test_a_sentence_that_now_begins_on_one_page_and_ends_on_the_next_has_its_larger_part():
    head, tail = PAGE.split("crane in good repair", 1)
    place = Text({1: head, 2: "crane in good repair" + tail}).place_of(anchored("The lessee shall keep the harbour crane in good repair."))
    assert place is not None
    assert (place.page, place.words) == (1, "The lessee shall keep the harbour")


def test_a_long_quotation_with_a_word_changed_is_found_whole():
    long = " ".join(f"Clause {n} binds the lessee and the lessor alike in matter {n * 7}." for n in range(60))
    again = "Preamble. " + long.replace("Clause 30", "Klausel 3O") + " The end."
    place = Text({1: again}).place_of(Anchor(long, page=1))
    assert place is not None
    assert place.words.startswith("Clause 0 binds")
    assert place.words.endswith("matter 413.")


@pytest.mark.parametrize(
    "quote",
    ["The lessee shall pay for every repair of the quay wall.", "Rent is waived until further notice by the court", "§ 9", "***", "zebra"],
)
def test_what_is_not_there_is_not_found(quote):
    assert Text({1: PAGE}).place_of(Anchor(quote)) is None


def test_signs_alone_are_found_as_they_stand():
    text = "First part\n* * *\nSecond part"
    place = Text({1: text}).place_of(anchored("* * *", text))
    assert place is not None
    assert place.words == "* * *"


def test_letters_of_other_scripts_are_found():
    text = "Договор аренды вступает в силу.\n本契約は署名の日に発効する。"
    for quote in ("вступает в силу", "署名の日に発効する。"):
        place = Text({1: text.replace(" ", "\n")}).place_of(anchored(quote, text))
        assert place is not None
        assert place.words.replace("\n", " ") == quote


def test_a_large_text_is_searched_in_seconds():
    import time

    pages = {n: f"Page {n}. " + " ".join(f"word{n * k % 9973} of the record" for k in range(160)) for n in range(1, 1001)}
    begun = time.perf_counter()
    text = Text(pages)
    for n in range(1, 1001, 50):
        assert text.place_of(Anchor(f"This sentence {n} stands on none of all these pages of the record.", page=n)) is None
    spent = time.perf_counter() - begun
    print(f"20 quotations looked for in {sum(map(len, pages.values())):,} letters: {spent:.2f} s")
    assert spent < 30
