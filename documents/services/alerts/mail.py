"""A notice by e-mail: the alert's name, how many documents, the link. Nothing of what is in them, not even their titles."""

from __future__ import annotations

from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.services.alerts.errors import DeliveryError


def is_on() -> bool:
    return bool(settings.EMAIL_URL)


def send(key: str, address: str, name: str, count: int, link: str) -> None:
    """`key` is the same whenever this message is tried. Raises DeliveryError."""
    if not is_on():
        raise DeliveryError(_("E-mail is switched off on this server."), lasting=True)
    if not address:
        raise DeliveryError(_("There is no e-mail address in your account."), lasting=True)
    told = ngettext("%(count)d new document", "%(count)d new documents", count) % {"count": count}
    name = " ".join(name.split())
    body = _("Your alert “%(name)s” has found %(told)s:") % {"name": name, "told": told}
    closing = _("What you see there is what you may see now. You can pause or delete the alert on the same site, under Alerts.")
    message = EmailMessage(
        f"{name}: {told}",
        f"{body}\n\n{link}\n\n{closing}\n",
        to=[address],
        headers={"Message-ID": f"<{key}@lexintel>", "Auto-Submitted": "auto-generated"},
    )
    hand_over(message)


def hand_over(message: EmailMessage) -> None:
    """To the mail server. Raises DeliveryError."""
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        raise DeliveryError(_("The mail server does not take messages to your address.")) from error
    except ValueError as error:  # also UnicodeEncodeError: smtplib writes addresses and passwords in ASCII
        sentence = _("The message could not be written: your e-mail address, or what the server signs in with, is none for mail.")
        raise DeliveryError(sentence, lasting=True) from error
    except (SMTPException, OSError) as error:
        raise DeliveryError(_("The mail server did not take the message: %(reason)s") % {"reason": type(error).__name__}) from error
