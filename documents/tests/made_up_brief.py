"""A brief that nobody filed: eight pages with a table of contents, a table of authorities of its own that is wrong in known places, and
six pages of argument; and its table as a person made it by hand."""

from __future__ import annotations

import typst

_PAPER = """
#set page(paper: "us-letter", margin: 1in, numbering: "NUMBERING", number-align: center + bottom)
#set text(font: "Libertinus Serif", size: 12pt)
#counter(page).update(1)
"""

CONTENTS = r"""
#align(center)[*TABLE OF CONTENTS*]
TABLE OF AUTHORITIES #box(width: 1fr, repeat[.]) ii \
INTRODUCTION #box(width: 1fr, repeat[.]) 1 \
ARGUMENT #box(width: 1fr, repeat[.]) 2 \
I. The crane was unsafe under _Halloran v. Drydock Corp._, 512 F.3d 101 #box(width: 1fr, repeat[.]) 3 \
CONCLUSION #box(width: 1fr, repeat[.]) 6
"""

TABLE = r"""
#align(center)[*TABLE OF AUTHORITIES*]
#align(right)[Page(s)]
*Cases*

_Halloran v. Drydock Corp._, \ 512 F.3d 101 (1st Cir. 2008) #box(width: 1fr, repeat[.]) _passim_

_Osgood v. Pilot Ass'n_, \ 311 U.S. 40, 61 S. Ct. 102 (1940) #box(width: 1fr, repeat[.]) 2, 4

_Quill v. Tide Co._, 77 F.2d 12 (2d Cir. 1935) #box(width: 1fr, repeat[.]) 5

*Statutes*

28 U.S.C. § 1331 #box(width: 1fr, repeat[.]) 1

33 U.S.C. § 905 #box(width: 1fr, repeat[.]) 1, 6
"""

BODY = (
    r"""
#align(center)[*INTRODUCTION*]
Plaintiff Mara Quist was hurt when a harbour crane dropped its load. This Court has jurisdiction under 28 U.S.C. §§ 1331, 1333. Her claim
rests on 33 U.S.C. § 905(b) and on _Halloran v. Drydock Corp._, 512 F.3d 101, 108 (1st Cir. 2008), _cert. denied_, 555 U.S. 1001 (2008).
Compl. ¶ 14.
""",
    r"""
#align(center)[*ARGUMENT*]
A shipowner owes a duty to turn over a safe ship. _Osgood v. Pilot Ass'n_, 311 U.S. 40, 44, 61 S. Ct. 102, 105 (1940). _Id._ at 45. The
First Circuit has said the same. _Halloran_, 512 F.3d at 110.
""",
    r"""
The standard on a motion to dismiss is settled. Fed. R. Civ. P. 12(b)(6). _See In re Lighthouse Lens Litig._, 640 F. Supp. 2d 7, 9
(D. Mass. 2009). The complaint pleads that the hook was cracked. _Halloran_, _supra_, at 112; 29 C.F.R. § 1918.61.
""",
    r"""
Nothing in _Osgood_ is to the contrary. 311 U.S. at 46. As _Halloran_ explains, 512 F.3d at 113, the owner's knowledge is a question of
fact. U.S. Const. amend. VII.
""",
    r"""
Defendant cites _Quarles v. Net Works, Inc._, 90 F.3d 14 (2d Cir. 1996), which concerned nets. _Id._ at 16. The rule of
_Halloran_, 512 F.3d at 114, governs. Expert reports may be weighed under Fed. R. Evid. 702.
""",
    r"""
#align(center)[*CONCLUSION*]
For these reasons, and under 33 U.S.C. § 905(b) and _Halloran_, 512 F.3d at 115, the motion should be denied. Jane Roe, _The Duty to Turn
Over_, 98 Harv. L. Rev. 4, 12 (1985).
""",
)

BY_HAND = [
    ("Cases", "Halloran v. Drydock Corp., 512 F.3d 101 (1st Cir. 2008)", "passim"),
    ("Cases", "In re Lighthouse Lens Litig., 640 F. Supp. 2d 7 (D. Mass. 2009)", "3"),
    ("Cases", "Osgood v. Pilot Ass'n, 311 U.S. 40, 61 S. Ct. 102 (1940)", "2, 4"),
    ("Cases", "Quarles v. Net Works, Inc., 90 F.3d 14 (2d Cir. 1996)", "5"),
    ("Constitutional provisions", "U.S. Const. amend. VII", "4"),
    ("Statutes", "28 U.S.C. § 1331", "1"),
    ("Statutes", "28 U.S.C. § 1333", "1"),
    ("Statutes", "33 U.S.C. § 905", "1, 6"),
    ("Rules", "Fed. R. Civ. P. 12(b)(6)", "3"),
    ("Rules", "Fed. R. Evid. 702", "5"),
    ("Regulations", "29 C.F.R. § 1918.61", "3"),
    ("Other authorities", "98 Harv. L. Rev. 4 (1985)", "6"),
]
"""(heading, authority, pages): read through the six pages with a pencil."""

WRONG_IN_ITS_OWN = {
    ("extra", "Quill v. Tide Co., 77 F.2d 12 (2d Cir. 1935)"),
    ("missing", "In re Lighthouse Lens Litig., 640 F. Supp. 2d 7 (D. Mass. 2009)"),
    ("missing", "Quarles v. Net Works, Inc., 90 F.3d 14 (2d Cir. 1996)"),
    ("missing", "U.S. Const. amend. VII"),
    ("missing", "28 U.S.C. § 1333"),
    ("missing", "Fed. R. Civ. P. 12(b)(6)"),
    ("missing", "Fed. R. Evid. 702"),
    ("missing", "29 C.F.R. § 1918.61"),
    ("missing", "98 Harv. L. Rev. 4 (1985)"),
}


def brief() -> bytes:
    """As PDF, whose pages print i, ii, 1 to 6 and whose file has no labels for them."""
    front = _PAPER.replace("NUMBERING", "i") + CONTENTS + "\n#pagebreak()\n" + TABLE
    body = _PAPER.replace("NUMBERING", "1") + "\n#pagebreak()\n".join(BODY)
    return bytes(typst.compile((front + body).encode()))
