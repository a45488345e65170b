"""The record of the case itself: Compl. ¶ 12, Dkt. No. 12 at 3, Tr. 45:3-10, Pet. App. 12a. It is no authority, but an "id." behind it
means it, and no decision that was cited before."""

from __future__ import annotations

import re

from cases.services.citations.mentions import RECORD, Found

_LOCATOR = r"(?:(?:¶¶? ?|§§? ?|at |pp?\. ?|Nos?\. ?|Claims? |Counts? |Exs?\. ?)*(?:[A-Z]{1,3}-?)?\d[\w:.,-]*|(?:Claim|Count|Part) [IVX]+|¶¶? ?\d[\d,-]*)"
_PAPER = (
    r"(?:First |Second |Third |Fourth |Am\. |Amended |Verified |Consol\. |Class |Op\. |Opening |Resp\. |Reply |Pl\.'s |Def\.'s |Defs\.' |Pls\.' )*"
    r"(?:Compl(?:\.|aint)|Countercl\.|Answer|Ans\.|Pet(?:\.|ition)(?! App)|Mot\.|Mem\.|Br\.|Opp(?:\.|'n)|Reply|Stip\.|Decl\.|Aff\.|Dep\.|SUF|SOF|SMF"
    r"|Interrog\.|R\. Doc\.|Rec\. Doc\.)"
)
_FILED = r"(?:Dkt\.?|Docket|Doc(?:ket)?\. Entry|D\. ?E\.|Doc\.|ECF|R\. ?E\.)(?: Nos?\.)?"
_RECORDED = (
    r"(?:(?:Trial |Hr'g |Tr\. |Dep\. |Arb\. )?Tr\.|Pet\. ?App\.|Cert\. App\.|J\. ?A\.|Jt\. App\.|Joint App\.|R\. at|A\. ?R\.|App'x at)"
)
_EXHIBIT = r"(?:(?:Pl\.'s |Def\.'s |Gov't |Joint |Trial )?Exs?\.|Exhibits?)(?! parte) ?(?=[A-Z\d])"
_RECORD = re.compile(rf"(?<![\w.])(?:(?:{_PAPER}|{_FILED}|{_RECORDED}) ?{_LOCATOR}|{_EXHIBIT}(?:[A-Z]{{1,2}}(?!\w)|\d[\w-]*))")


class Records:
    name, rank = "records", 40

    def find(self, text: str) -> list[Found]:
        return [Found(match.start(), match.end(), RECORD) for match in _RECORD.finditer(text)]

    def keys(self, query: str) -> list[str]:
        """None: the record of a case is no authority."""
        return []


GRAMMAR = Records()
