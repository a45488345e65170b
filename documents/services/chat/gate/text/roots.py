"""Words as the gate compares them: without case, endings and what a writer adds to any sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_IRREGULAR = {
    form: verb
    for line in """
    pay paid|make made|say said|hold held|find found|give gave given|send sent|sell sold sale|tell told|write wrote written|take took taken
    keep kept|leave left|lose lost loss|meet met|begin began begun|know knew known|buy bought|bring brought|come came|go went gone|see saw seen
    get got|speak spoke spoken|break broke broken|choose chose chosen chosen choice|drive drove driven|fall fell fallen|feel felt|hear heard
    lead led|lend lent|mean meant|read|run ran|show shown|stand stood|steal stole stolen theft|teach taught|think thought|understand understood
    win won|withdraw withdrew withdrawn withdrawal|bear bore borne|build built|spend spent|become became|seek sought|child children|person people
    man men|woman women|arise arose|draw drew drawn|grow grew grown|throw threw thrown|fly flew flight|drop dropped|permit permission
    decide decision|conclude conclusion|approve approval|refuse refusal|deny denial|dismiss dismissal|renew renewal
    propose proposal|remove removal|deliver delivery deliveries|extend extension|sign signature signatory signatories|agree agreement
    exclude exclusion|provide provision|submit submission|admit admission admissions admissible|omit omission|settle settlement|fail failure|depart departure
    disclose disclosure|expose exposure|close closure closing|seize seizure|explode explosion|collide collision|divide division|inspect inspection
    destroy destruction|obey obedience|argue argument|resign resignation|apply application applicable|comply compliance|rely reliance
    notify notification|modify modification|certify certification|receive receivable receipt receipts|repay repaid repayment|describe description|subscribe subscription
    supply supplies supplied|sue sued suing suit|oblige obliged obligation obligated|employ employment|judge judgement judgment|analyse analysis analyze|occur occurred occurrence
    """.replace("\n", "|").split("|")
    if line.strip()
    for verb in [line.split()[0]]
    for form in line.split()
}  # fmt: skip
_ENDINGS = (
    ("ization", "ize"), ("isation", "ize"), ("ations", ""), ("ation", ""), ("ating", ""), ("ated", ""), ("ates", ""), ("ate", ""),
    ("itions", ""), ("ition", ""), ("ments", ""), ("ment", ""), ("ances", ""), ("ance", ""), ("ences", ""), ("ence", ""), ("ities", ""),
    ("ity", ""), ("ables", ""), ("able", ""), ("ibly", ""), ("ible", ""), ("tions", "t"), ("tion", "t"), ("sions", "s"), ("sion", "s"),
    ("ically", "ic"), ("ally", "al"), ("ly", ""), ("ings", ""), ("ing", ""), ("ied", "y"), ("ies", "y"), ("ed", ""), ("sses", "ss"), ("es", ""), ("s", ""),
)  # fmt: skip
_TOKEN = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")


@lru_cache(maxsize=50_000)
def root(word: str) -> str:
    """delivered, deliveries, delivery -> deliver. Lessor and lessee stay two."""
    word = _POSSESSIVE.sub("", word.casefold().replace("’", "'")).replace("'s", "").replace(".", "")
    if word in _IRREGULAR:
        return _synonym(_bare(_IRREGULAR[word]))
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (
            2 if ending in ("s", "ed") and len(word) <= 5 else 5 if ending == "ly" else 3
        ):
            if ending == "s" and word[-2:] in ("ss", "us", "is"):
                break
            stem = word[: -len(ending)] + instead
            return _synonym(_bare(_IRREGULAR.get(stem, _IRREGULAR.get(stem + "e", stem))))
    return _synonym(_bare(word))


def _bare(stem: str) -> str:
    """Without a last e, with i for y, a doubled consonant once: terminate, cancelled, copies."""
    if len(stem) > 3 and stem.endswith("e"):
        stem = stem[:-1]
    if len(stem) > 4 and stem[-1] == stem[-2] and stem[-1] not in "aeious":
        stem = stem[:-1]
    if len(stem) > 3 and stem.endswith("y") and stem[-2] not in "aeiou":
        stem = stem[:-1] + "i"
    return stem


_ALIKE = """
start begin commence|end expire terminate|purchase buy acquire|automobile car vehicle|attorney lawyer counsel|mail email e-mail|firm company corporation
execute sign|obtain receive|send transmit forward|inform notify tell|state say|demand require|permit allow|landlord lessor|tenant lessee
big large|show demonstrate|help assist|stop cease|stipulate agree|survive continue remain|happen occur|defective faulty|error mistake|ship shipment|hire engage|repay reimburse|fee charge|staff personnel
letter correspondence|price cost|damage harm|about approximately|ask request|need require|contend assert allege claim argue
""".replace("\n", "|")  # fmt: skip
_SAME: dict[str, str] = {}


def _synonym(stem: str) -> str:
    return _SAME.get(stem, stem)


def _fill() -> None:
    for line in _ALIKE.split("|"):
        first, *others = [root(word) for word in line.split()] or [""]
        _SAME.update(dict.fromkeys(others, first))
    root.cache_clear()


_fill()

STOP = frozenset(
    """a an the this that these those there here it its itself he him his she her hers they them their theirs we us our you your i me my who whom
    whose which what when where why how is are was were be been being am do does did done doing have has had having will would shall should
    may might must can could ought of in on at by for from to with into onto upon about above below under over between among through during before
    after since until till against within along across behind beyond toward towards per via as than then so if or and but nor not no yes
    also too very just only even still yet already again ever never both either neither each every all any some such own same other another
    more most less least much many few several one ones while because although though however therefore thus hence moreover further whether
    out up down off else too namely e.g i.e etc s t""".split()  # noqa: SIM905
)
_GENERIC_WORDS = """according states stated state say says said provides provided provide document documents source sources passage passages paragraph
    section clause page article exhibit described describes set sets forth regarding concerning relating relates relate related respect
    specifically following follows also includes include including included party parties particular case matter question
    answer answered note notes noted indicates indicate indicated mentions mention mentioned refers refer referred reference contains contain
    contained dated date dates day days month months year years time times amount amounts total sum number numbers figure term terms
    email e-mail letter memo memorandum filing mr mrs ms dr use uses used using made make makes take took
    place took occurred occurs happened become became get got give gave given part parts way kind type because due reason result results
    person people company required require requires obliged obligated permitted permit permits allowed allow allows prohibited prohibit prohibits forbidden entitled entitle annual annually yearly witness witnesses deponent last lasts lasted january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday inc llc corp ltd co gmbh percent dollars dollar euros euro pounds usd eur gbp
    hundred thousand million billion dozen half quarter am pm noon midnight hours hour minutes minute weeks week business calendar
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety
    least most approximately about exactly minimum maximum respectively together addition additionally"""
GENERIC = frozenset(root(word) for word in _GENERIC_WORDS.split())


_PREFIX = re.compile(r"(?:un|in|im|ir|il|non|dis|mis)(?=[a-z]{3})", re.I)


def bare_of(word: str) -> str:
    """unpaid -> paid: what a word would be without a beginning that turns it round, or nothing."""
    found = _PREFIX.match(word)
    return word[found.end() :] if found else ""


def tokens(text: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(text))


def content_of(words: Iterable[str]) -> list[str]:
    """The roots of words that tell something, in their order."""
    found = []
    for word in words:
        low = word.casefold().replace("’", "'")
        if low in STOP or low.removesuffix("n't") in STOP or low in _CONTRACTED or not any(mark.isalpha() for mark in low):
            continue
        found.append(root(low))
    return found


_CONTRACTED = frozenset("can't won't shan't isn't aren't it's that's he's she's they're we're i'm you're he'd she'd they'd".split())  # noqa: SIM905

_OTHERS = frozenset(
    """der die das und nicht ist ein eine den dem von zu mit auf für sich des im als auch es werden wurde durch bei le la les et ne pas est un une des du
    dans que qui pour par sur avec ce cette sont être été aux el los las y es una por con para se del al lo como más fue han il lo gli di che è non
    per una sono della nel het een niet van zijn wordt met voor dat og ikke er som av til på att och inte är för""".split()  # noqa: SIM905
)
_SHARED = frozenset("a an the is as all on so was he i in do no by will die men war".split())  # noqa: SIM905


def is_english(text: str) -> bool:
    """Whether words as not, may and all can be understood here. Short texts are taken for English where nothing speaks against it."""
    words = [found[0].casefold() for found in tokens(text)]
    letters = [mark for mark in text if mark.isalpha()]
    if sum(mark > "\u024f" for mark in letters) * 4 > len(letters):
        return False
    english = sum(word in STOP for word in words if word not in ("a", "die", "on"))
    foreign = sum(word in _OTHERS for word in words if word not in _SHARED)
    return foreign < 2 or english > foreign
