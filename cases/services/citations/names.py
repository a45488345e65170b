"""The name of a case as it stands before its citation: Roe v. Wade, In re Gault, OBERGEFELL V. HODGES, School Dist. No. 1 v. Gardner.

A name is read backwards from the "v.": words with a capital and the small words of names belong to it, up to the end of the sentence,
the citation before, a signal (See, Compare) or any other small word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LONGEST = 260
"""Characters before a citation in which its name is looked for."""
LONGEST_NAME = 300

# What may stand between the name and the citation: commas, a docket number, a year in front (In re K.F. (2009) 173 Cal.App.4th 655).
_DOCKET = (
    r"(?:,? (?:Nos?\.|Case Nos?\.|Civ(?:il|\.)|C\.A\. Nos?\.|Crim\.|Docket Nos?\.|D\.C\. No\.|Adv\. Proc\. Nos?\.|\d\d Civ\.)"
    r"(?=[^;()]{0,14}\d[-–:/]\w|[^;()]{0,6}\d{4})(?:(?! v\.? )[^;()\"“”]){3,70}?(?: ?\([A-Z][A-Za-z]{1,5}\))*)"
)
_BETWEEN = re.compile(rf"{_DOCKET}?,? \((?:[^()]{{0,24}} )?\d{{4}}\),? ?\[?$|{_DOCKET},? ?$")
# A place in print that was not known yet: "___ F.3d ___, ___", of which some texts have kept only "F.3d ,".
BLANK = (
    r"(?:[_-]+ ?)?(?:F\. ?[2-4](?:d|th)|F\. ?Supp\. ?[23]d|U\. ?S\.|S\. ?Ct\."
    r"|A\. ?[23]d|N\. ?[EW]\. ?[23]d|P\. ?[23]d|S\. ?[EW]\. ?[23]d|So\. ?[23]d)"
    r" ?[_-]*(?: ?, ?(?:at |n\. ?\d+ ?)?[_-]*)* ?"
)
_BLANK_END = re.compile(rf"(?<=[,.)]) {BLANK}$")
# Behind these another sentence or citation begins.
_HYPHENED = re.compile(r"(?<=[A-Za-z]{2})- (?=[a-z])")
_CUT = re.compile(r"[;\"“”?:—]|!(?! Inc)|[^\d]\d{4}\)[.,]?(?= )|(?<=Cir\.)\)[.,]?(?= )|\]|\((?![^()]*\))")
_VERSUS = re.compile(
    r"(?<=[\w.,'’)]) (?:v\.|vs\.|v(?= [A-Z\d])|vs(?= [A-Z\d])|V\.(?= [A-Z]{2})|VS\.(?= [A-Z]{2})|V(?= [A-Z]{2})) ?(?=[\w'(])"
)
_OF_ONE = re.compile(
    r"(?<![\w])(?:(?:[Ii]n re:? )?"
    r"(?:Estate|Marriage|Adoption|Guardianship|Conservatorship|Interest|Succession|Petition|Application|Will|Appeal) of"
    r"|[Ii]n re:?|IN RE:?|In Re:?|In the Matter of|IN THE MATTER OF|Matter of|MATTER OF|[Ee]x parte|EX PARTE|Ex Parte)"
    r" (?=[A-Z\d\"']|[a-z]'?[A-Z])"
)
_CASES = re.compile(r"(?<![\w.])((?:The )?(?:[A-Z][\w'-]+ ){1,4}Cases?|The (?:[A-Z][\w'-]+ ?){1,3})$")
_SMALL_WORDS = """
    of the and for ex rel. et al. al de la del der des di du el le les van von ter den dos das y e a/k/a d/b/a f/k/a n/k/a &
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_SMALL_BEHIND_WORDS = "in to on by at as a an with or c/o through his her its their re known from"
_SMALL_BEHIND = _SMALL | frozenset(_SMALL_BEHIND_WORDS.split())
_ABBREVIATED_WORDS = """
    Se Ne So Isr Okla Neb Ctr Ctrs Cmtys Orgs Defs Distribs Insts Univs Hosps Auths Mkt Mkts Mktg Hum Mar Mil Rts Reprod Immigr Juv Advert
    Chems Bev Just Civ Glob Surg Vet Pen Bds Cts Cntys Hldgs Bancorp Wkrs Col Capt Lt Sgt Alex Fred Esq Telecomms Autos
    Acad Acct Accts Adj Admin Adm Adver Advoc Aff Affil Agric Ala All Alt Am Amer Arb Ariz Ark Assoc Assocs Ass'n Assn Assur Atl Att
    Atty Att'y Auth Auto Ave Balt Bankr Bd Behav Bhd Bk Bldg Bldgs Bor Bos Bros Broad Bus Cal Cas Cath Cem Cent Ch Chem Chi Cir Cl
    Cmty Cnty Co Coal Coll Colo Com Comm Commc'n Commc'ns Comm'n Comm'r Commr Commrs Comm'rs Comp Comput Condo Conf Cong Conn Cons
    Consol Const Constr Cont'l Contr Coop Corp Corps Corr Cos Cosm Ct Cty Cy Def Del Dem Den Dep Dept Dep't Depts Dev Det Dir Disc
    Dist Distr Distrib Div Dr Ease Econ Ed Edn Educ El Elec Elecs Emp Emps Empl Enf't Eng Eng'g Eng'rs Ent Enter Enters Env't Envtl
    Equal Equip Est Ex Exam Exch Exec Exp Expl Export Fam Fed Fed'n Fid Fin Fla Found Fr Freight Ft Ga Gen Gov Gov't Govt Grp Gr Guar
    Gtd Harv Haw Hist Hon Hosp Hous Hwy Ill Imp Imps Inc Indem Ind Indep Indus Info Inj Ins Inst Int'l Internat'l Inv Invest Invs
    Investor J Jos Jr Jud Juris Kan Ky La Lab Labs Land Learn Legis Liab Lib Lim Litig Loc Ltd Ltda Mach Maint Mass Math Md Me Mech
    Med Mem Mem'l Merch Messrs Metro Mfg Mfr Mfrs Mgmt Mgt Mich Minn Miss Mo Mont Mortg Mr Mrs Ms Mt Mun Mut Nat Natl Nat'l Nev No Nos
    Nw Or Ord Ore Org Pac Parl Pa Penn Pers Pet Petrol Pharm Pharms Phil Phila Pol Polit Port Pres Prob Prod Prods Prof Prof'l Prop
    Props Prot Prov Pshp Psych Pub Publ Publ'g Publ'ns Ry R'y Rd Rds Rec Redev Ref Refin Reg Regs Reg'l Rehab Rel Relat Rep Res Resol
    Resp Rest Ret Rev Rico RR Ry Sav Sch Schs Sci Scis Sec Secs Sen Sers Serv Servs Sess Sherif Soc Soc'y Sol Sols Spec St Sta Stat
    Ste Stds Sub Subcomm Sup Supp Supt Sur Sw Sys Tech Techs Tel Telecomm Telegr Temp Tenn Ter Tex Theol Tr Transcon Transp Treas Tri
    Trib Trs Tr Tpk Tpke Tr Twp Ten U Unif Univ Urb Util Utils Va Veh Vill Vt Wash Whse Wis Wm Chas Geo Thos Robt Jas Benj Edw Fredk
    Dan Saml Molec Griev Registr Reins Relig Unempl Opport Priv Nurs Discrim Cap Intell Phys Punish Forens Founds
"""
_ABBREVIATED = frozenset(_ABBREVIATED_WORDS.split())
_SIGNALS_WORDS = """
    See Accord Compare But Cf. Contra Also In Under With As E.g. And Following Citing Quoting Applying From Since Before After Unlike
    Like Both Per Although While When Because Where Here Thus Then That However Indeed Moreover Accordingly Similarly Again Therefore
    Nevertheless First Second Third Finally Consequently Likewise Hence Yet Still So If Nor Or For Id. Ibid. Id Ibid Only Even
    Specifically Recently Furthermore Additionally Instead Rather Although Though Our Your Is Was Did Does Has Against Overruling
    Distinguishing Discussing Later Next On At By To Generally Respondents Petitioners Plaintiffs Defendants Relying Post Until
    Notably Notwithstanding Certainly Ordinarily E.G. SEE CF. IN UNDER
"""
_SIGNALS = frozenset(_SIGNALS_WORDS.split())
_SIGNALS = _SIGNALS | {signal.upper() for signal in ("See", "Accord", "Compare", "But", "Also")}


def name_before(text: str, end: int, floor: int = 0) -> str:
    """The name that stands before position `end` of cleaned text and behind `floor` (the citation before), "" where none is seen."""
    low = max(floor, end - LONGEST)
    segment = text[low:end]
    if between := _BETWEEN.search(segment):
        segment = segment[: between.start()]
    segment = segment.rstrip(" [")
    if blank := _BLANK_END.search(segment):
        segment = segment[: blank.start()]
    segment = segment.rstrip(" ,")
    cut = 0
    for match in _CUT.finditer(segment):
        cut = match.end()
    segment = _HYPHENED.sub("", segment[cut:].strip())
    if not segment:
        return ""
    return _of_parties(segment) or _of_one(segment)


def short_name_before(text: str, end: int, floor: int = 0) -> str:
    """The name in front of a short form or supra: Roe, Polk Cty., In re Gault; the whole name where it is whole."""
    if whole := name_before(text, end, floor):
        return whole
    segment = text[max(floor, end - 90) : end].rstrip(" ,")
    words: list[str] = []
    for word in reversed(segment.split(" ")):
        if (
            not word
            or word[-1] in ';:)"”?!'
            or (words and word[-1] == "," and not _suffix(words[-1]))
            or (words and _ends_a_sentence(word))
        ):
            break
        if not (word[0].isupper() or word[0].isdigit() or (words and word in _SMALL)):
            if word[0] in '(“"[' and len(word) > 1 and word[1].isupper():
                words.append(word[1:])
            break
        words.append(word)
    return " ".join(_without_signals(words[::-1]))[:LONGEST_NAME]


_FIRM_WORDS = frozenset(["Inc", "LLC", "Co", "Corp", "Ltd", "LLP", "Company", "Corporation", "Us"])
_STANDS_FOR = frozenset(["as", "by", "through", "individually"])


def _of_parties(segment: str) -> str:
    found = list(_VERSUS.finditer(segment))
    if not found:
        return ""
    versus = found[-1]
    behind = segment[versus.end() :].strip()
    if not _is_party(behind):
        return ""
    words: list[str] = []
    for word in reversed(segment[: versus.start()].split(" ")):
        if not _belongs(word, words):
            if word[:1] in '([“"*_' and len(word) > 1 and word[1].isupper():
                words.append(word[1:])
            elif word in _STANDS_FOR:
                return ""  # "Smith, as Trustee v. Jones": who is meant stands before
            break
        words.append(word)
    before = _without_signals(words[::-1])
    if all(word.strip(",.") in _FIRM_WORDS for word in before):
        return ""  # of a name whose beginning is not understood nothing is told
    return f"{' '.join(before)} {segment[versus.start() : versus.end()].strip()} {behind}"[:LONGEST_NAME]


def _of_one(segment: str) -> str:
    found = list(_OF_ONE.finditer(segment))
    if found and _is_party(segment[found[-1].end() :]):
        return segment[found[-1].start() :][:LONGEST_NAME]
    cases = _CASES.search(segment)
    return cases[1].strip() if cases and cases[1].split(" ", 1)[0] not in _SIGNALS else ""


def _belongs(word: str, behind: list[str]) -> bool:
    """Whether a word before those that are known to be of the name is of it too; `behind` has the last first."""
    if not word or (behind and _ends_a_sentence(word)):
        return False
    if word in _SMALL:
        return True
    bare = word.strip("'’,.&()")
    if bare[:1].islower() and any(letter.isupper() for letter in bare):
        return "." not in bare  # eBay, d'Alene, iHeart
    return word == "&" or (bool(bare) and (bare[0].isupper() or bare[0].isdigit()) and not re.fullmatch(r"\d{5,}|\d{1,4}\)", word))


_COUNTED = re.compile(r"[\d§][\w.,()-]*")
"""The number of a section or of an item: names have such only without a full stop behind it ("School Dist. No. 1 v.")."""


def _ends_a_sentence(word: str) -> bool:
    if not word.endswith("."):
        return False
    bare = word[:-1].lstrip("([“\"'")
    if _COUNTED.fullmatch(bare):
        return True
    if len(bare) <= 1 or "." in bare or word in _SMALL:
        return word.lower() in ("i.", "e.g.", "i.e.", "id.") and word != "I."
    return (
        bare.replace("’", "'") not in _ABBREVIATED
        and bare.title().replace("’", "'").replace("'N", "'n").replace("'T", "'t") not in _ABBREVIATED
    )


def _suffix(word: str) -> bool:
    return word.rstrip(".,") in ("Inc", "Ltd", "LLC", "L.L.C", "Co", "Corp", "N.A", "P.C", "LLP", "L.P", "S.A", "Jr", "Sr", "II", "III")


def _is_party(words: str) -> bool:
    """Whether what stands behind "v." is one name and no sentence."""
    given = words.split(" ")
    first = given[0].lstrip("'\"“(‘")
    if not first or not (first[0].isupper() or first[0].isdigit() or first.lower() in _SMALL_BEHIND or _looks_like_a_mark(first)):
        return False
    for word, after in zip(given, [*given[1:], ""], strict=True):
        bare = word.strip("'’,.()&‘")
        if bare and bare[0].islower() and bare not in _SMALL_BEHIND and f"{bare}." not in _SMALL_BEHIND and not _looks_like_a_mark(bare):
            return False
        if (
            after
            and _ends_a_sentence(word)
            and (after in _SIGNALS or after.rstrip(",") in _SIGNALS or after in ("The", "This", "We", "It"))
        ):
            return False
    return True


def _looks_like_a_mark(word: str) -> bool:
    """eBay, iHeart, d'Alene, x-ray: small letters that begin a name."""
    return any(letter.isupper() for letter in word) or "." in word or "/" in word


def _without_signals(words: list[str]) -> list[str]:
    first = 0
    while first < len(words):
        word = words[first]
        follows = words[first + 1].lower() if first + 1 < len(words) else ""
        if (word in ("In", "IN", "Ex", "EX") and follows in ("re", "parte")) or (
            word == "In" and follows == "the" and words[first + 2 : first + 3] == ["Matter"]
        ):
            break
        if word in _SIGNALS or word.rstrip(",") in _SIGNALS or word in _SMALL:
            first += 1
            continue
        break
    return words[first:]


_NOTHING_SAID_WORDS = """
    v vs the of and in re ex parte matter inc llc co corp ltd et al a rel company corporation incorporated limited
"""
_NOTHING_SAID = frozenset(_NOTHING_SAID_WORDS.split())


def likeness(written: str, name: str) -> float:
    """How much of a name as written stands in another, 0 to 1, the words that many names have left out and abbreviations allowed."""
    short, long = _telling_words(written), _telling_words(name)
    if not short or not long:
        return 0.0
    return sum(_stands_in(one, long) or any(one.text == initials for initials in _initials(long, len(one.text))) for one in short) / len(
        short
    )


_BOTH_SIDES = re.compile(r"(?i) (?:v|vs)\.? ")


def parties_agree(written: str, name: str) -> bool:
    """Whether both names have two sides, or both one, and each side of the shorter stands whole in the same side of the other."""
    ours, theirs = _BOTH_SIDES.split(written, maxsplit=1), _BOTH_SIDES.split(name, maxsplit=1)
    return len(ours) == len(theirs) and all(
        max(likeness(one, other), likeness(other, one)) == 1.0 for one, other in zip(ours, theirs, strict=True)
    )


class _Word(NamedTuple):
    text: str
    shortened: bool
    """It may abbreviate a longer word: it has a full stop or an apostrophe, or is known as an abbreviation (Ins, Bd)."""


_TOKEN = re.compile(r"(?:\w\.)+(?:\w(?!\w))?|[\w'&]+\.?")


def _telling_words(name: str) -> list[_Word]:
    words = []
    for token in _TOKEN.findall(name.replace("’", "'")):
        text = token.lower().replace(".", "").replace("'", "")
        if text and text not in _NOTHING_SAID:
            initials = len(text) > 1 and "." in token[:-1]
            words.append(_Word(text, not initials and (token[-1] == "." or "'" in token or token.title() in _ABBREVIATED)))
    return words


def _stands_in(word: _Word, others: Sequence[_Word]) -> bool:
    return any(_same_word(word, other) for other in others)


def _initials(words: Sequence[_Word], count: int) -> Iterator[str]:
    """Those of as many words in a row: "pr" of Puerto Rico."""
    if 2 <= count <= 4:
        for first in range(len(words) - count + 1):
            yield "".join(word.text[0] for word in words[first : first + count])


def _same_word(one: _Word, other: _Word) -> bool:
    """Equal, or one abbreviates the other: Bd. and Board, Dep't and Department, Soc. and Social."""
    short, long = sorted((one, other), key=lambda word: len(word.text))
    if short.text == long.text:
        return True
    if not short.shortened or short.text[0] != long.text[0] or len(short.text) < 2:
        return False
    letters = iter(long.text)
    return long.text.startswith(short.text) or all(letter in letters for letter in short.text)
