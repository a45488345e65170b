"""Real rulings quoted in a draft: what stands in them is exact, each word that is taken out is shown."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from cases.models import Ruling
from documents.models import Page
from documents.services.authorities.checking import draft
from documents.services.authorities.checking.words import words_of
from documents.tests.law import bring

pytestmark = pytest.mark.django_db(transaction=True)
_PLAIN = re.compile(r"(?<=[a-z]\. )[A-Z][a-z]+ [a-z][^.\"“”‘’()\[\]*§\d;:]{60,220}?\.(?= [A-Z])")


def test_sentences_of_real_rulings_are_exact_and_without_a_word_altered_and_sixty_pages_are_no_wait(corpus: Path) -> None:
    bring("rulings", corpus / "law" / "rulings.jsonl")
    exact, altered, dropped = [], [], []
    for ruling in Ruling.objects.exclude(citations=[]).order_by("name"):
        text = "\n".join(Page.objects.filter(text_version__document__ruling=ruling).order_by("number").values_list("text", flat=True))
        found = _PLAIN.search(" ".join(text.split()), 4000)
        if not found or not ruling.date or len(Ruling.objects.filter(keys__overlap=ruling.keys)) > 1:
            continue
        cite = f"{ruling.name}, {ruling.citations[0]} ({ruling.date.year})."
        words = found[0].rstrip(".").split()
        gone = words.index("not") if "not" in words else len(words) // 2
        exact.append(f"“{found[0]}” {cite}")
        dropped.append(words[gone].strip(",—"))
        altered.append(f"“{' '.join([*words[:gone], *words[gone + 1 :]])}” {cite}")
    assert len(exact) > 15
    report = draft.check("\n\n".join(exact))
    quoting = [one for one in report.results if one.quotes]
    told = [(one.mention.text, [(q.status, q.quotation.text) for q in one.quotes], one.sentences) for one in quoting]
    assert [[quote.status for quote in one.quotes] for one in quoting] == [["exact"]] * len(exact), told
    assert {one.verdict.status for one in quoting} == {"found"}, told
    report = draft.check("\n\n".join(altered))
    for result, word in zip([one for one in report.results if one.quotes], dropped, strict=True):
        (quote,) = result.quotes
        assert quote.comparison is not None
        assert quote.status == "altered", quote.as_json()
        shown = [word.form for one in quote.comparison.segments if one.kind == "dropped" for word in words_of(one.text)]
        assert shown == [one.form for one in words_of(word)], quote.as_json()

    began = time.perf_counter()
    brief = "\n".join(Page.objects.filter(text_version__document__kind="ruling").order_by("pk").values_list("text", flat=True))[
        : 60 * 2_500
    ]
    assert len(draft.check(brief).results) > 100
    assert time.perf_counter() - began < 10, "sixty pages: two seconds on a quiet machine"
