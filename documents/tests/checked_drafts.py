"""A fictional library, and drafts that cite it well and badly. All names, numbers and words are made up."""

from __future__ import annotations

from pathlib import Path

from documents.tests.law import bring, content, lines, ruling, section, uslm

HARBOUR = """Harbour Bd. v. Crane Co.

The harbour master shall not close the basin unless the council consents. A crane that has been inspected may be used, but it must be
consti-
tutionally safe. The duty of care is “owed to every vessel that lawfully enters,” and it cannot be delegated.3

We affirm the well-known rule. See Lamp v. Keeper, 801 F.3d 40, 44 (1st Cir. 2014). Notice of closing must be posted for ten days before the
gates are shut, and no fee may be charged for it."""
LAMP = """Lamp v. Keeper

[801 F.3d 41] A keeper who lights the lamp is not an insurer of ships. He answers only for want of ordinary care.
[801 F.3d 42] The log of the station is evidence of what the keeper saw. It is never conclusive.
[801 F.3d 43] The judgment of the district court is vacated, and the case is remanded."""
TIDE = """Tide v. Moon Ferry Co.

The statute does not reach ferries that never leave the river. Its text is plain, and where the text is plain our work is done. The
petitioner has not shown that the inspectors acted without authority."""
ROPE = """In re Rope Makers' Trust

A trust for the makers of rope is charitable, because the public is served by it. The trustees may sell the walk, subject to the rights of
the tenants."""


def rulings() -> list[dict[str, object]]:
    return [
        ruling("Harbour Board v. Crane Company", citations=["560 U.S. 200", "130 S. Ct. 2000"], date="2010-05-03", text=HARBOUR),
        ruling("Lamp v. Keeper", citations=["801 F.3d 40"], date="2014-06-02", court_id="ca1", text=LAMP),
        ruling("Tide v. Moon Ferry Co.", citations=["571 U.S. 310"], date="2013-12-09", text=TIDE),
        ruling("In re Rope Makers' Trust", citations=["802 F.3d 500"], date="2015-01-20", court_id="ca1", text=ROPE),
        ruling("Buoy v. United States", citations=["571 U.S. 330"], date="2013-12-10", text="Buoy v. United States\n\nReversed."),
        ruling("Anchor v. Chain", citations=["803 F.3d 900"], date="2015-03-01", court_id="ca1", text="Anchor v. Chain\n\nAffirmed."),
        ruling("Sail v. Mast", citations=["803 F.3d 900"], date="2015-03-02", court_id="ca1", text="Sail v. Mast\n\nDismissed as moot."),
    ]  # fmt: skip


def library(folder: Path) -> None:
    bring("rulings", lines(folder / "rulings.jsonl", rulings()))
    (folder / "usc09.xml").write_text(
        uslm(section("2", content("A written provision to settle a dispute by a harbour court shall be valid, unless it was not signed.")))
    )
    bring("statutes", folder / "usc09.xml")


GOOD = [
    "The rule is old. “The harbour master shall not close the basin unless the council consents.” Harbour Bd. v. Crane Co., "
    "560 U.S. 200, 201 (2010).",
    "As the Court put it in Harbour Board v. Crane Co., 560 U.S. 200 (2010), a crane “must be constitutionally safe.”",
    "The court held that “[t]he duty of care is ‘owed to every vessel that lawfully enters’” and more. Crane Co. v. Harbour "
    "Board, 560 U.S. at 202.",
    "A keeper “is not an insurer of ships.” Lamp v. Keeper, 801 F.3d 40, 41 (1st Cir. 2014).",
    "“The log of the station is evidence of what the keeper saw. It is *never* conclusive.” Lamp, 801 F.3d at 42 (emphasis added).",
    "“The statute does not reach ferries that never leave the river. . . . The petitioner has not shown that the inspectors "
    "acted without authority.” Tide v. Moon Ferry, 571 U.S. 310 (2013).",
    "“A trust for the makers of rope is charitable, because the public is served by it.” Matter of Rope Makers’ Tr., 802 "
    "F.3d 500 (1st Cir. 2015).",
    "The Code says that such a provision “shall be valid, unless it was not signed.” 9 U.S.C. § 2.",
    "“We affirm the well-known rule. Notice of closing must be posted for ten days . . . .” Harbour Bd., 560 U.S. at 203 "
    "(citation omitted).",
    "“[W]here the text is plain our work is done.” Tide v. Moon Ferry Company, 571 U.S. 310, 312 (2013).",
]
MISQUOTED = [
    ("“The harbour master shall close the basin unless the council consents.” Harbour Bd. v. Crane Co., 560 U.S. 200 (2010).", "not"),
    ("A keeper “is an insurer of ships.” Lamp v. Keeper, 801 F.3d 40 (1st Cir. 2014).", "not"),
    ("“The statute does . . . reach ferries that never leave the river.” Tide v. Moon Ferry Co., 571 U.S. 310 (2013).", "not"),
    (
        "“The trustees may sell the walk, free of the rights of the tenants.” In re Rope Makers’ Trust, 802 F.3d 500 (1st Cir. 2015).",
        "subject to",
    ),
    ("“The gates may be shut at any hour by whoever pays the toll.” Harbour Bd. v. Crane Co., 560 U.S. 200 (2010).", ""),
]
INVENTED = [
    ("See Gull v. Heron Shipping, 571 U.S. 310 (2013).", "name_mismatch"),
    ("See Wave v. Breaker, 12 F.4th 300 (1st Cir. 1995).", "impossible"),
    ("See 55 U.S.C. § 101.", "impossible"),
    ("See Lamp v. Keeper, 801 F.3d 40, 12 (1st Cir. 2014).", "impossible"),
    ("See United States v. Otter, 560 U.S. 200 (2010).", "name_mismatch"),
]


def draft() -> str:
    return "\n\n".join([*GOOD, *(text for text, _word in MISQUOTED), *(text for text, _code in INVENTED)])
