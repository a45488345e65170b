"""What a sentence says was done to the decision that it cites: directed at it, by whom, and not where it is denied, wished or claimed."""

from __future__ import annotations

import pytest

from cases.services import citations
from documents.services.authorities.graph.sentences import sentence_around
from documents.services.authorities.graph.treatment import Target, cues_in

KINDS = frozenset(["case", "short", "id", "supra"])

SAID = [
    ("We overrule Adler v. Bell, 410 U.S. 113 (1973).", {("410 U.S. 113", "overruled")}),
    ("The Court expressly overruled its earlier decision in Adler v. Bell, 410 U.S. 113, 120 (1973).", {("410 U.S. 113", "overruled")}),
    ("See Cole v. Dean, 500 U.S. 1 (1991) (overruling Adler v. Bell, 410 U.S. 113 (1973)).", {("410 U.S. 113", "overruled")}),
    ("Cole v. Dean, 500 U.S. 1 (1991), which overruled Adler v. Bell, 410 U.S. 113 (1973), governs here.", {("410 U.S. 113", "overruled")}),
    ("Adler v. Bell, 410 U.S. 113 (1973), overruled by Cole v. Dean, 500 U.S. 1 (1991).", {("410 U.S. 113", "overruled")}),
    ("Adler v. Bell, 410 U.S. 113 (1973), was later overruled in Cole v. Dean, 500 U.S. 1 (1991).", {("410 U.S. 113", "overruled")}),
    ("Adler v. Bell, 410 U.S. 113 (1973), has since been expressly overruled.", {("410 U.S. 113", "overruled")}),
    ("Adler v. Bell, 410 U.S. 113, 93 S. Ct. 705, 35 L. Ed. 2d 147 (1973), overruled on other grounds by Cole v. Dean, 500 U.S. 1 (1991).",
     {("410 U.S. 113", "overruled")}),
    ("Cole v. Dean, 500 U.S. 1 (1991), overruling Adler v. Bell, 410 U.S. 113 (1973), and Ely v. Fox, 420 U.S. 5 (1975).",
     {("410 U.S. 113", "overruled"), ("420 U.S. 5", "overruled")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993) (overruled on other grounds by Cole v. Dean, 500 U.S. 1 (1991)).",
     {("12 F.3d 34", "overruled")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), abrogated on other grounds by Cole v. Dean, 500 U.S. 1 (1991).",
     {("12 F.3d 34", "abrogated")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), superseded by statute, 9 U.S.C. § 1, as stated in Ely v. Fox, 20 F.3d 5 (1st Cir. 1995).",
     {("12 F.3d 34", "superseded")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), rev'd, 500 U.S. 1 (1994).", {("12 F.3d 34", "reversed")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), rev’d on other grounds sub nom. Cole v. Dean, 500 U.S. 1 (1994).",
     {("12 F.3d 34", "reversed")}),
    ("Adler v. Bell, 12 F. Supp. 2d 34 (D. Mass. 1999), aff'd in part and rev'd in part, 200 F.3d 9 (1st Cir. 2000).",
     {("12 F. Supp. 2d 34", "affirmed"), ("12 F. Supp. 2d 34", "reversed")}),
    ("Cole v. Dean, 200 F.3d 9 (1st Cir. 2000), rev'g 12 F. Supp. 2d 34 (D. Mass. 1999).", {("12 F. Supp. 2d 34", "reversed")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), cert. denied, 510 U.S. 9 (1994), overruled by Cole v. Dean, 500 U.S. 1 (1995).",
     {("12 F.3d 34", "overruled")}),
    ("The Supreme Court vacated Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).", {("12 F.3d 34", "vacated")}),
    ("We distinguished Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), on its facts.", {("12 F.3d 34", "distinguished")}),
    ("This case is readily distinguishable from Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).", {("12 F.3d 34", "distinguished")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), is easily distinguished.", {("12 F.3d 34", "distinguished")}),
    ("Later panels have questioned whether Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), remains sound.", {("12 F.3d 34", "questioned")}),
    ("Ely v. Fox, 20 F.3d 5 (1st Cir. 1995), casts doubt on Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).", {("12 F.3d 34", "questioned")}),
    ("Ely v. Fox, 20 F.3d 5 (1st Cir. 1995), calls Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), into question.",
     {("12 F.3d 34", "questioned")}),
    ("Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), is no longer good law.", {("12 F.3d 34", "questioned")}),
    ("See Ely v. Fox, 20 F.3d 5 (1st Cir. 1995) (criticizing the reasoning of Adler v. Bell, 12 F.3d 34 (1st Cir. 1993)).",
     {("12 F.3d 34", "questioned")}),
    ("Ely v. Fox, 20 F.3d 5 (1st Cir. 1995), limited Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), to its facts.",
     {("12 F.3d 34", "limited")}),
    ("The Second Circuit declined to follow Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).", {("12 F.3d 34", "declined")}),
    ("We do not follow Adler v. Bell, 12 F.3d 34 (1st Cir. 1993), on this point.", {("12 F.3d 34", "declined")}),
    ("We follow Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).", {("12 F.3d 34", "followed")}),
    ("The court adopted the rule announced in Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).", {("12 F.3d 34", "followed")}),
    ("State v. Gray, 342 S.E.2d 519, 521 (N.C. 1986) (distinguishing and limiting Evans v. Garrison, 657 F.2d 64 (4th Cir. 1981)).",
     {("657 F.2d 64", "distinguished"), ("657 F.2d 64", "limited")}),
    ("Adler v. Bell,\n      12 F.3d 34,\n -7-\n 36 (1st Cir. 1993), -7- rev'd on other\n    grounds, 500 U.S. 1 (1994).",
     {("12 F.3d 34", "reversed")}),
]  # fmt: skip

NOT_SAID = [
    "The judge overruled the motion in limine under Adler v. Bell, 410 U.S. 113 (1973).",
    "The objection was overruled, citing Adler v. Bell, 410 U.S. 113 (1973).",
    "His objection in Adler v. Bell, 410 U.S. 113 (1973), was overruled.",
    "We did not overrule Adler v. Bell, 410 U.S. 113 (1973).",
    "We decline to overrule Adler v. Bell, 410 U.S. 113 (1973).",
    "Adler v. Bell, 410 U.S. 113 (1973), has not been overruled.",
    "Adler v. Bell, 410 U.S. 113 (1973), was never overruled.",
    "Petitioner asks us to overrule Adler v. Bell, 410 U.S. 113 (1973).",
    "Plaintiff argues that Adler v. Bell, 410 U.S. 113 (1973), has been overruled.",
    "We need not decide whether Adler v. Bell, 410 U.S. 113 (1973), was overruled.",
    "I would overrule Adler v. Bell, 410 U.S. 113 (1973).",
    "The rule was overruled in Adler v. Bell, 410 U.S. 113 (1973).",
    "That decision was overruled by Adler v. Bell, 410 U.S. 113 (1973).",
    "In Adler v. Bell, 410 U.S. 113 (1973), the Court reversed the conviction.",
    "Adler v. Bell, 410 U.S. 113 (1973), reversed the judgment below.",
    "The jury must follow its instructions; see Adler v. Bell, 410 U.S. 113 (1973).",
    "The question in Adler v. Bell, 410 U.S. 113 (1973), is another.",
    "The doctrine is limited to cases like Adler v. Bell, 410 U.S. 113 (1973).",
    "The Court of Appeals affirmed, Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).",
    "This Court adopted the Board's reasoning in Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).",
    "The statute, as limited by Adler v. Bell, 410 U.S. 113 (1973), stands.",
    "Without overruling Adler v. Bell, 410 U.S. 113 (1973), the Court narrowed the exception.",
    "Adler v. Bell, 410 U.S. 113 (1973) (affirming upward departure where the defendant lied).",
    "The panel reversed the conviction in Adler v. Bell, 12 F.3d 34 (1st Cir. 1993).",
]


def told(sentence: str) -> set[tuple[str, str]]:
    """(citation, kind) of each cue; the words of a cue must be words of the sentence."""
    mentions = [found for found in citations.extract(sentence) if found.kind in KINDS]
    targets = [Target(found.start, found.end, found.name, found.cluster, found.role != "authority") for found in mentions]
    cues = cues_in(sentence, targets)
    assert all(sentence[cue.start : cue.end].strip() for cue in cues)
    return {(" ".join(mentions[cue.target].text.split()), cue.kind) for cue in cues}


@pytest.mark.parametrize(("sentence", "cues"), SAID)
def test_a_cue_is_directed_at_the_decision_to_which_it_was_done(sentence: str, cues: set[tuple[str, str]]) -> None:
    assert told(sentence) == cues


@pytest.mark.parametrize("sentence", NOT_SAID)
def test_what_is_denied_wished_or_said_of_something_else_is_no_cue(sentence: str) -> None:
    assert told(sentence) == set()


@pytest.mark.parametrize(
    ("before", "sentence", "after"),
    [
        ("It rained. ", "See Roe v. Wade, 410 U.S. 113, 152 (1973).", " The rest follows."),
        ("It rained. ", "In Am. Mfrs. Mut. Ins. Co. v. Sullivan, No. 97-2000, 526 U. S. 40, the Ass'n of Mfrs. Lost.", " Next."),
        ("First.” ", "“We hold (per Justice Stevens. And others.) that 410 U.S. 113 stands.”", " Next one."),
        ("We said so. ", "See Smith v. Jones, 12 So. 2d 34 (Fla. 1999).", " It stays so."),
        ("", "Cf. Smith v. Jones, 12 F. Supp. 2d 34 (D. Mass. 1999) (finding that U.S. law applies. No more.).", "\n\nThen."),
        ("He left. ", "Id. at 5; see 410 U.S. 113 (1973)", ""),
    ],
)
def test_stops_of_abbreviations_end_no_sentence(before: str, sentence: str, after: str) -> None:
    text = before + sentence + after
    mention = next(found for found in citations.extract(text) if found.kind == "case")
    assert text[slice(*sentence_around(text, mention.start, mention.end))] == sentence


def test_an_endless_sentence_is_cut_between_words() -> None:
    text = "word " * 5_000 + "410 U.S. 113 " + "word " * 5_000
    start, end = sentence_around(text, 25_000, 25_012)
    assert start <= 25_000 < 25_012 <= end < start + 4_000
    assert (text[start - 1], text[end]) == (" ", " ")
