"""What a verb of a case refuses, each with a sentence for the person who asked and a code for programs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class MatterError(Exception):
    """A refused verb. `field` names the input that was wrong, where it was one."""

    code = "refused"
    field = ""
    sentence = _("This cannot be done.")

    def __init__(self, **names: str) -> None:
        super().__init__(str(self.sentence) % names)

    @property
    def message(self) -> str:
        return str(self.args[0])


class BlankTitle(MatterError):
    code, field, sentence = "blank_title", "title", _("A case needs a title.")


class LongText(MatterError):
    code = "too_long"
    sentence = _("This is too long: at most %(limit)s characters.")

    def __init__(self, field: str, limit: int) -> None:
        self.field = field
        super().__init__(limit=str(limit))


class UnknownPerson(MatterError):
    code, field, sentence = "unknown_person", "username", _("There is no user named “%(name)s”.")


class AlreadyMember(MatterError):
    code, field, sentence = "already_member", "username", _("%(name)s is a member of this case already.")


class LastOwner(MatterError):
    code = "last_owner"
    sentence = _("%(name)s is the only owner of this case. Make someone else an owner first.")


class OnLegalHold(MatterError):
    code = "legal_hold"
    sentence = _("This case is under legal hold: nothing of it may be deleted until an owner lifts the hold.")
