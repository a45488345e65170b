"""The verbs of accounts: each checks who asks, changes in one transaction and writes its AuditEvent inside it.

Those about other people are for administrators (superusers, who are staff too); they raise PermissionDenied for everybody else, and an
`AccountError` with a sentence for what nobody may do. Whatever ends a session or a token also ends the sockets, streams and downloads that
were opened with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.functional import Promise
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import AuditEvent
from lexintel.accounts.zones import zone_named
from lexintel.models import ApiToken, User, UserSession
from tasks.progress.access import access_changed


class AccountError(Exception):
    """What cannot be done with an account; `message` is for the person who asked, `field` the field of a form that it is about."""

    message: str | Promise = ""
    field = ""

    def __init__(self, message: str | Promise = "", field: str = "") -> None:
        self.message, self.field = message or self.message, field or self.field
        super().__init__(str(self.message))


class NameTaken(AccountError):
    message = gettext_lazy("There is already a person with this user name.")
    field = "username"


class LastAdministrator(AccountError):
    message = gettext_lazy("This is the only administrator. Make somebody else one first.")


class Yourself(AccountError):
    message = gettext_lazy("You cannot close your own account. Ask another administrator.")


class OneTimeLinks(PasswordResetTokenGenerator):
    """Tokens of links with which a person chooses a password. One is void once it has been used, a newer one was made, the person has
    signed in or changed the e-mail address, the account was closed, or PASSWORD_RESET_TIMEOUT has passed."""

    key_salt = "lexintel.accounts.people.OneTimeLinks"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.link_made}{user.is_active}"


links = OneTimeLinks()


# --- one's own account


def change_profile(user: User, *, first_name: str, last_name: str, email: str, time_zone: str) -> None:
    """What others call the person, where mail would go, and the zone of the times that he reads (empty: the browser's)."""
    if time_zone and zone_named(time_zone) is None:
        raise AccountError(_("There is no such time zone."), "time_zone")
    wanted = {"first_name": first_name.strip(), "last_name": last_name.strip(), "email": email.strip(), "time_zone": time_zone}
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if not changed:
        return
    for field in changed:
        setattr(user, field, wanted[field])
    with transaction.atomic():
        user.save(update_fields=changed)
        AuditEvent.write("account.changed", case=None, actor=user, target=user, changes=changed)


def set_password(user: User, password: str, *, by: User, keep: str | None = None) -> None:
    """Give a new password (already validated) and end all sessions that began with the old one, except the one with the key `keep`."""
    user.set_password(password)
    user.link_made = None
    with transaction.atomic():
        user.save(update_fields=["password", "link_made"])
        user.sessions.exclude(session_key=keep or "").delete()
        AuditEvent.write("password.changed", case=None, actor=by, target=user)


def make_token(user: User, name: str, days: int | None) -> str:
    """A token for a program; the key that is returned can be shown only now."""
    expires = timezone.now() + timedelta(days=days) if days else None
    with transaction.atomic():
        token, key = ApiToken.issue(user, name.strip(), expires)
        AuditEvent.write("token.made", case=None, actor=user, target=token, name=token.name)
    return key


def revoke_token(token: ApiToken, *, by: User) -> None:
    """Whoever uses it is refused from now on."""
    with transaction.atomic():
        AuditEvent.write("token.revoked", case=None, actor=by, target=token, name=token.name)
        token.delete()


def end_sessions(user: User, *, by: User, only: UUID | None = None, keep: str | None = None) -> int:
    """Sign the user out: of one session (by its public id), or of all but the one with the key `keep`. Returns of how many."""
    sessions = user.sessions.filter(public_id=only) if only else user.sessions.exclude(session_key=keep or "")
    with transaction.atomic():
        ended, _by_table = sessions.delete()
        if ended:
            AuditEvent.write("sessions.ended", case=None, actor=by, target=user, number=ended)
    return ended


# --- other people's accounts


def add_person(username: str, *, by: User, first_name: str = "", last_name: str = "", email: str = "", administrator: bool = False) -> User:
    """A person who cannot sign in until he has chosen a password with a link (`make_link`). Raises NameTaken, AccountError."""
    _require_administrator(by)
    person = User(
        username=User.normalize_username(username.strip()), first_name=first_name.strip(), last_name=last_name.strip(), email=email.strip(),
        is_staff=administrator, is_superuser=administrator,
    )  # fmt: skip
    person.set_unusable_password()
    if User.objects.filter(username__iexact=person.username).exists():
        raise NameTaken
    try:
        person.full_clean(exclude=["password"])
        with transaction.atomic():
            person.save()
            AuditEvent.write("person.added", case=None, actor=by, target=person, name=person.username, administrator=administrator)
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise AccountError(sentences[0], field) from error
    except IntegrityError as error:
        raise NameTaken from error
    return person


def make_link(person: User, *, by: User | None) -> str:
    """The address (without host) of a new link with which the person chooses a password, once. Earlier links are void.

    `by` is None for the operator at the machine itself.
    """
    if by is not None:
        _require_administrator(by)
    person.link_made = timezone.now()
    with transaction.atomic():
        person.save(update_fields=["link_made"])
        AuditEvent.write("person.link_made", case=None, actor=by, target=person, name=person.username)
    return reverse("choose-password", args=[urlsafe_base64_encode(force_bytes(person.pk)), links.make_token(person)])


def set_active(person: User, active: bool, *, by: User) -> None:
    """Open or close an account. Closing ends its sessions at once; what the person did and owns stays. Raises Yourself."""
    _require_administrator(by)
    if person.pk == by.pk:
        raise Yourself
    with transaction.atomic():
        person = _locked(person)
        if person.is_active == active:
            return
        if not active:
            _keep_an_administrator(person)
            person.sessions.all().delete()
        person.is_active = active
        person.save(update_fields=["is_active"])
        AuditEvent.write("person.opened" if active else "person.closed", case=None, actor=by, target=person, name=person.username)


def set_administrator(person: User, administrator: bool, *, by: User | None) -> None:
    """Let the person administrate the installation, or no more. Raises LastAdministrator. `by` is None for the operator at the machine."""
    if by is not None:
        _require_administrator(by)
    with transaction.atomic():
        person = _locked(person)
        if (person.is_superuser and person.is_staff) == administrator:
            return
        if not administrator:
            _keep_an_administrator(person)
        person.is_superuser = person.is_staff = administrator
        person.save(update_fields=["is_superuser", "is_staff"])
        verb = "person.made_administrator" if administrator else "person.no_administrator"
        AuditEvent.write(verb, case=None, actor=by, target=person, name=person.username)


def first_administrator(name: str) -> str | None:
    """For the operator of the machine: make `name` an administrator. The address of a link where a password is still to be chosen."""
    person = User.objects.filter(username=name).first()
    if person is None:
        if twin := User.objects.filter(username__iexact=name).first():
            raise AccountError(_("There is nobody named %(name)s; did you mean %(twin)s?") % {"name": name, "twin": twin.username})
        person = User(username=name, is_staff=True, is_superuser=True)
        person.set_unusable_password()
        try:
            person.full_clean(exclude=["password"])
        except ValidationError as error:
            raise AccountError(" ".join(error.messages)) from error
        person.save()
        AuditEvent.write("person.added", case=None, actor=None, target=person, name=name, administrator=True)
    if not person.is_active:
        raise AccountError(_("The account %(name)s is closed; another administrator can open it.") % {"name": name})
    set_administrator(person, True, by=None)
    person.refresh_from_db()
    return None if person.has_usable_password() else make_link(person, by=None)


def _require_administrator(user: User) -> None:
    if not (user.is_active and user.is_superuser):
        raise PermissionDenied(_("Only an administrator can do this."))


def _locked(person: User) -> User:
    """The person as he is now. All administrators are held too, so that two of them cannot take each other's place away at once."""
    held: Iterable[User] = User.objects.select_for_update().filter(is_superuser=True).order_by("pk")
    administrators = {each.pk: each for each in held}
    return administrators.get(person.pk) or User.objects.select_for_update().get(pk=person.pk)


def _keep_an_administrator(person: User) -> None:
    if person.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk).exists():
        raise LastAdministrator


def session_ended(instance: UserSession, **_: object) -> None:
    """After the deletion of a session, in whatever way: what was opened with it is looked at again at once."""
    if instance.user_id is not None:
        access_changed(users=[instance.user_id])


def token_ended(instance: ApiToken, created: bool = False, **_: object) -> None:
    """The same for a token that was revoked or got another end."""
    if not created:
        access_changed(users=[instance.user_id])
