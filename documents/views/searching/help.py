"""The query language on one page, with examples that can be tried; docs/SEARCH.md says the same."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from documents.models import Document


class Section(NamedTuple):
    """What one may write, with (example, what it means) pairs."""

    title: Any
    about: Any
    examples: tuple[tuple[str, Any], ...]


SECTIONS = (
    Section(
        _("Words and questions"),
        _("Nothing has to be learned: type what you would ask a colleague. Small and capital letters, accents and endings do not matter."),
        (
            (
                "who opened the laboratory at night",
                _("Passages that say it in these words, the more of them the better, or in others. No word must be there."),
            ),
            ("sensor drift", _("One word is enough; passages with both come first.")),
            ('"removable drive"', _("Quotation marks: these words, side by side, in this order.")),
            ('"removable drive" laboratory', _("The phrase must be there; the word beside it helps.")),
            ("calibrat*", _("An asterisk after at least three letters: any end of the word. At the end of a phrase, too.")),
        ),
    ),
    Section(
        _("AND, OR, NOT"),
        _("Operators are written in capitals. In small letters they are words. Words without an operator between them belong together."),
        (
            ("sensor AND drift", _("Both, in one passage.")),
            ("adhesive OR residual", _("One of them, or both.")),
            ("sensor NOT adhesive", _("The first without the second. A dash at the word does the same: sensor -adhesive.")),
            ("sensor AND (drift OR residual) NOT adhesive", _("Parentheses say what belongs together. AND binds before OR.")),
        ),
    ),
    Section(
        _("Near to each other"),
        _("Up to 30 words apart, in either order."),
        (
            ("breach /5 contract", _("At most five words apart. w/5 and near/5 mean the same.")),
            ("table w/5 copied w/9 drive", _("A chain: each within that distance of its neighbour.")),
            ("(theft OR copying) w/9 drive", _("One of a group near to a word. Phrases can be near to something, too.")),
            ("breach /s contract", _("About a sentence apart (15 words); /p is about a paragraph (30 words).")),
            ('"drive table"~5', _("The words of a phrase, each at most five words from the next.")),
        ),
    ),
    Section(
        _("Citations"),
        _("A citation is recognised however it is typed, and finds each passage that cites the authority, however that is written."),
        (
            ("18 U.S.C. § 1836(b)", _("A statute; 18 USC 1836(b) is the same.")),
            ("925 F.3d 1339", _("A ruling by its reporter; 925 f3d 1339 is the same.")),
            ('cite:"410 U.S. 113"', _("Only passages that cite it, whatever else they say.")),
        ),
    ),
    Section(
        _("Fields"),
        _(
            "A field narrows the whole search to documents: field, colon, value, without a space. Values with spaces stand in "
            "quotation marks, several values in brackets with OR. A dash or NOT before it leaves them out. Fields beside each other "
            "must all be true. Fields alone list the documents, the newest first."
        ),
        (
            ("kind:email drift", _("Of this kind. A broad kind holds its finer ones: kind:filing finds motions, too.")),
            ("kind:(motion OR order) judgment", _("Of one of several kinds.")),
            (
                "from:2024-03 to:2024 drift",
                _("By the document's own date: from March 2024 to the end of 2024. A day is 2024-03-01, 03/01/2024 or March 1, 2024."),
            ),
            ("year:2024 drift", _("Dated in that year.")),
            ("from:raman to:okafor", _("With a name: who sent an e-mail, and to whom. sender: and recipient: mean only that.")),
            ("author:raman drift", _("Who wrote the document.")),
            ('tag:lab -tag:"not relevant"', _("Has the first tag and not the second.")),
            ("court:scotus standing", _("Rulings and papers of a court, by its id or its name.")),
            ('judge:"Sotomayor" standing', _("Rulings of a judge.")),
            ("docket:2:24-cv-01234", _("By the number of the docket.")),
            (
                "title:report drift",
                _("The word stands in the title or the heading. This one may stand anywhere in a query, also after OR."),
            ),
            ("document:00000000-0000-0000-0000-000000000000 drift", _("Inside of one document, by the id in its address.")),
        ),
    ),
    Section(
        _("What is typed in capitals"),
        _(
            "A caption pasted in capitals has no operators. Where all is in capitals, AND, OR and NOT are operators only if quotation "
            "marks, fields, brackets and the like say so, or if each joins single words; the answer says when they were read as words."
        ),
        (
            ("MOTION TO DISMISS OR FOR SUMMARY JUDGMENT", _("Words only.")),
            ("NDA OR MNDA", _("An operator between single words.")),
            ('"SUMMARY JUDGMENT" AND DAMAGES', _("Quotation marks make it clear.")),
        ),
    ),
)


@login_required
def search_help(request: HttpRequest) -> HttpResponse:
    return render(request, "documents/search_help.html", {"rail": "search", "sections": SECTIONS, "kinds": Document.Kind.choices})
