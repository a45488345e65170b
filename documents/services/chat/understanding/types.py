"""What type of answer a question asks for, and whether it asks for anything."""

from __future__ import annotations

import re

from documents.services.chat.contracts import QuestionType
from documents.services.chat.understanding.kinds import PATTERN as KINDS
from documents.services.search.text.words import words_in

Type = QuestionType
_LEAD_IN = re.compile(
    r"\s*(?:(?:hello|hi|hey|dear \w+|ok(?:ay)?|so|and|but|also|then|well|now|please|kindly|thanks|thank you)\b[\s,.!:;-]*"
    r"|(?:can|could|would|will) (?:you|somebody|anyone) (?:please |kindly |also )?(?=(?:tell|let|say|explain"
    r"|find|check|list|show|give|look)\b)"
    r"|(?:please )?(?:tell|remind|inform) (?:me|us)\b(?: about)?[\s,:]*"
    r"|(?:please )?(?:let|have) (?:me|us) know\b[\s,:]*"
    r"|(?:please )?(?:explain|say|find out|look up|check)\b(?: to (?:me|us))?[\s,:]*"
    r"|do (?:you|we) (?:happen to )?know\b[\s,:]*|does (?:anyone|anybody|someone) know\b[\s,:]*"
    r"|(?:i|we) (?:(?:would|['’]d) like|need|want|have|wish) to (?:know|find out|understand|see)\b[\s,:]*"
    r"|(?:i|we) (?:need|want|am looking for|are looking for|look for|seek)\b[\s,:]*"
    r"|(?:i['’]?m|i am|we are|we['’]re) (?:wondering|asking|looking for|trying to find(?: out)?)\b[\s,:]*"
    r"|i wonder\b[\s,:]*|(?:is it|any) (?:known|idea)\b[\s,:]*|my question is\b[\s,:]*"
    r"|according to (?:the|this|that|our) [\w -]{2,40},\s*)",
    re.IGNORECASE,
)
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would)"
_BE = r"(?:(?:['’]s|is|are|was|were|has been|will be|would be)\s+)?"
_OF = (
    rf"(?:what|which)\s*{_BE}(?:the\s+|that\s+|this\s+|their\s+|his\s+|her\s+|its\s+)?(?:\w+\s+){{0,2}}?|(?:the|a|an)\s+(?:\w+\s+){{0,1}}?"
)
_TIMES = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_SPANS = r"(?:duration|term|period|length|time limit)"
_TYPES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (Type.WHY,
            r"(?:and\s+)?(?:why|how come|for what (?:reason|purpose)|on what grounds?|what\s+(?:is|was|were"
            r"|are)\s+the\s+(?:reasons?|grounds?|cause)\b|what (?:caused|led to)\b|the reasons?\b)"),
        (Type.HOW_LONG,
            rf"(?:for\s+)?(?:how long\b|how many\s+(?:\w+\s+){{0,2}}?{_TIMES}\b)|(?:{_OF})(?:duration|length of time)\b"
            rf"|(?:what|which)\s+{_BE}the\s+(?:\w+\s+){{0,1}}?{_SPANS}\b"),
        (Type.COUNT,
            r"(?:in\s+|on\s+|of\s+)?(?:how many\b|how often\b|(?:what|which)\s+(?:is"
            r"|was)\s+the\s+(?:total\s+)?number\s+of\b|(?:the\s+)?(?:total\s+)?number\s+of\b|count\b)"),
        (Type.HOW_MUCH,
            rf"(?:for\s+|by\s+|at\s+|to\s+)?(?:how (?:much|high|large|big|low|old|far|deep|wide|fast|heavy)\b|(?:what"
            rf"|which) (?:amount|sum|price|percentage|rate|figure|share|fee)\b)|(?:{_OF})(?:amounts?|sum|price|cost"
            rf"|value|fee|rate|percentage|figure|rent|salary|damages|total|penalty|interest|balance|quantity)\b"
            rf"|what (?:does|did|do|would|will)\b.*\bcost\b"),
        (Type.LIST,
            rf"(?:list|show|enumerate|display)\b|(?:give|get|find|name)\s+(?:me|us)?\s*(?:(?:a|the)\s+list|all|every"
            rf"|each)\b|(?:a|the) list of\b|(?:which|what)\s+(?:of\s+the\s+)?(?:other\s+)?{KINDS}\b(?!\s+(?:did|does"
            rf"|do)\b)"),
        (Type.WHEN,
            rf"(?:since |until |till |by |from )?when\b|(?:on|in|by|at|since|until|from|as of)?\s*(?:what"
            rf"|which)\s+(?:date|day|time|year|month|week)\b|(?:{_OF})(?:date|day|deadline|due date|effective date"
            rf"|expiry|time|year|month)\b"),
        (Type.WHERE,
            rf"(?:from\s+)?where\b|(?:in|at|before|to|from)?\s*(?:what|which)\s+(?:court|place|city|town|state|country"
            rf"|location|address|venue|room|office|district|circuit)\b|(?:{_OF})(?:place|address|location|venue|seat"
            rf"|city|whereabouts)\b"),
        (Type.WHO,
            rf"(?:to |by |from |with |for |of |against |on behalf of )?(?:who|whom|whose)\b|(?:to |by |from |with "
            rf"|for )?(?:what|which)\s+(?:person|people|individual|attorneys?|lawyers?|judge|party|parties|company"
            rf"|companies|expert|witness(?:es)?|employee|engineer|firm|side)\b|(?:{_OF})(?:names?|author|sender"
            rf"|recipient|signatory|judge|expert|witness(?:es)?|part(?:y|ies)|attorneys?|counsel|owner|plaintiffs?"
            rf"|defendants?)\b"),
        (Type.WHETHER,
            rf"(?:whether|if)\b|(?:{_AUX}|isn['’]t|aren['’]t|wasn['’]t|weren['’]t|don['’]t|doesn['’]t|didn['’]t"
            rf"|hasn['’]t|haven['’]t|can['’]t|won['’]t)\s"),
        (Type.HOW, r"how\b|in (?:what|which) (?:way|manner)\b|by what means\b"),
        (Type.WHAT, r"(?:\w+\s+)?(?:what|which)\b|what['’]s\b"),
    )
)  # fmt: skip
_INSIDE = re.compile(
    r"\b(?:on|in|at|by|to|of|for|from|with)\s+(?:what|which|whom)\b|\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE
)
_GREETING = re.compile(
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening|day|night)|thanks?(?: you)?(?: (?:very|so) much"
    r"| a lot)?|bye|goodbye|ok(?:ay)?|cheers|greetings"
    r"|yes|no|test|testing|how are you(?: (?:doing|today))*|what['’]?s up|nice to meet you|great|cool|sorry|help)"
    r"(?:[\s,!]+(?:there|all|everybody|again|you|assistant|lexintel|please|then))*",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:please\s+)?(?:write|compose|sing|draw|paint|invent|imagine|pretend|act|role-?play|play|repeat|ignore"
    r"|forget|disregard|translate|generate|code|program|rewrite)\b"
    r"|(?:(?:can|could|would|will) you\s+)?(?:please\s+)?(?:tell|give|write)\s+(?:me|us)\s+(?:a|an"
    r"|another)\s+(?:\w+\s+)?(?:joke|poem|story|song|riddle|essay|limerick|haiku|recipe)\b"
    r"|(?:can|could|would|will) you\s+(?:please\s+)?(?:write|compose|sing|draw|translate|ignore|pretend|delete|send|mail|e-mail|call)\b"
    r"|(?:delete|send|mail|e-mail|upload|forward)\s+(?:me\s+|us\s+)?(?:the|this|that|all|every|it|my|our)\b",
    re.IGNORECASE,
)
_OF_MACHINE = re.compile(
    r"(?:who|what)\s+are\s+you|what(?:['’]s| is)\s+your\s+name|what\s+can\s+you\s+do|are\s+you\s+(?:a "
    r"|an )?(?:human|robot|bot|ai|person|machine)"
    r"|(?:what|how)(?:['’]s| is)\s+the\s+weather(?:\s+(?:like|today|tomorrow|now|outside))*|what(?:\s+is"
    r"|['’]s)\s+the\s+time(?:\s+now)?|what\s+time\s+is\s+it",
    re.IGNORECASE,
)  # fmt: skip


def without_lead_in(question: str) -> str:
    """ "Please tell me when it was signed" -> "when it was signed"."""
    said = question.strip()
    while (match := _LEAD_IN.match(said)) and match.end() < len(said) and next(words_in(said[match.end() :]), None):
        said = said[match.end() :].lstrip(" ,:;-")
    return said


def type_of(question: str) -> QuestionType:
    """Of one question, direct or indirect."""
    said = without_lead_in(question)
    for kind, pattern in _TYPES:
        if pattern.match(said):
            return kind
    if inside := _INSIDE.search(said):  # "Castellan paid how much", "under the lease, who pays the rent?"
        rest = said[inside.start() :]
        return next((kind for kind, pattern in _TYPES if pattern.match(rest)), Type.OTHER)
    return Type.WHETHER if said.rstrip().endswith("?") and len(list(words_in(said))) > 2 else Type.OTHER


def is_answerable(question: str) -> bool:
    """False for greetings, orders, talk about the machine itself, and no words at all."""
    said = question.strip().rstrip("?!. ")
    if not any(True for _word in words_in(said)) or not any(map(str.isalnum, said)):
        return False
    return not (_GREETING.fullmatch(said) or _ORDER.match(said) or _OF_MACHINE.fullmatch(said))
