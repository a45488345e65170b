"""Texts that are like each other in the ways in which real ones are; written for the tests."""

from __future__ import annotations

import random

_SUBJECTS = ["lessee", "supplier", "carrier", "surveyor", "insurer", "claimant", "arbitrator", "engineer", "auditor", "broker"]
_VERBS = ["inspected", "delivered", "refused", "repaired", "insured", "questioned", "replaced", "measured", "returned", "invoiced"]
_OBJECTS = ["crane", "hoist", "cable", "gearbox", "warranty", "invoice", "schedule", "certificate", "container", "generator"]
_ENDS = [
    "before the winter storms closed the northern basin",
    "without notice to the owners of the adjoining berth",
    "under the terms that both sides had signed in spring",
    "although the survey had warned of hairline cracks",
    "while the second shift was still unloading timber",
    "after three letters had remained without an answer",
]


def paragraphs(count: int, seed: int = 1) -> list[str]:
    """Paragraphs of some 40 words, each different from the others and from those of other seeds."""
    chosen = random.Random(seed)

    def sentence() -> str:
        day, sum_of = chosen.randint(1, 28), chosen.randint(1_000, 99_000)
        who, what, thing, end = (chosen.choice(words) for words in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS))
        return f"On day {day} the {who} {what} the {thing} for {sum_of:,} dollars {end}."

    return [" ".join(sentence() for _ in range(3)) for _ in range(count)]


def text(count: int, seed: int = 1) -> str:
    return "\n\n".join(paragraphs(count, seed))


def misread(content: str, share: float, seed: int = 5) -> str:
    """As a scanner with a dusty glass would have it: in so many of the words a letter is another."""
    chosen = random.Random(seed)
    words = content.split(" ")
    for place in range(len(words)):
        if chosen.random() < share and words[place]:
            at = chosen.randrange(len(words[place]))
            words[place] = words[place][:at] + chosen.choice("lI1rnoc") + words[place][at + 1 :]
    return " ".join(words)


FORM = """NOTICE OF DEPOSITION

To: {name}, of {town}

PLEASE TAKE NOTICE that the plaintiff will take the deposition upon oral examination of {name} on {date} at ten o'clock in the morning at
the offices of counsel for the plaintiff, before an officer authorized to administer oaths. The examination will be recorded by
stenographic means and will continue from day to day until it is completed. The witness {name} is commanded to bring all letters,
invoices, photographs and notes that concern the accident at the harbour on the day of the storm, including those kept in electronic form,
and to produce them for inspection and copying at the beginning of the examination. A witness who fails to appear may be held in contempt
and ordered to pay the costs that the failure has caused. Dated at {town}, the clerk of the court."""


def form(name: str, town: str, date: str) -> str:
    return FORM.format(name=name, town=town, date=date)
