from __future__ import annotations

from django.utils.translation import gettext as _


class ModelError(Exception):
    """A language model gave no answer, or no whole one. `again`: asking again may help, after `after` seconds where it said so.

    Nothing that the other side said is kept: it may hold what it was sent.
    """

    def __init__(self, code: str, *, status: int = 0, again: bool = False, after: float | None = None) -> None:
        super().__init__(f"{code} {status}" if status else code)
        self.code, self.status, self.again, self.after = code, status, again, after

    def sentence(self) -> str:
        return _SENTENCES[self.code]() % {"status": self.status}


_SENTENCES = {
    "away": lambda: _("The language model cannot be reached."),
    "slow": lambda: _("The language model took too long."),
    "busy": lambda: _("The language model is busy (it answered %(status)d)."),
    "failing": lambda: _("The language model's server failed (it answered %(status)d)."),
    "gave_up": lambda: _("The language model's server reported a failure of its own."),
    "key": lambda: _("The language model does not take our key (it answered %(status)d); an administrator can look at LLM_API_KEY."),
    "refused": lambda: _("The language model's server did not take the question (it answered %(status)d)."),
    "redirected": lambda: _("The language model's address leads elsewhere (it answered %(status)d), which was not followed."),
    "not_an_answer": lambda: _("What stands at the language model's address does not answer as one."),
    "packed": lambda: _("The language model's answer came compressed, which was not asked for; it was not read."),
    "too_large": lambda: _("The language model sent far more than was asked for; it was cut off."),
    "broken": lambda: _("The language model's answer broke off."),
    "empty": lambda: _("The language model gave no answer."),
    "closing": lambda: _("The program is stopping."),
}
