"""The versions of the noise classifier: how one is kept, proved, made the active one. An installation without any gets the one that comes
with LexIntel, which was trained on computed sounds (`manage.py train_noise_classifier` makes another).

A file is believed when its size and hash are those of its row and its signature is ours: HMAC-SHA256 over both with a key made of
SECRET_KEY (or one of SECRET_KEY_FALLBACKS), so that neither a changed file nor a changed row makes a forest run.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from audio.models import NoiseModel
from audio.services.noise.features import SCHEMA
from cases.models import AuditEvent
from documents.errors import FileChanged, Refused
from documents.services.storage import blobs

log = logging.getLogger(__name__)
DEFAULT = Path(__file__).with_name("default")
SALT = "lexintel.noise-classifier"
SENTENCES = {
    "noise_missing": _("The file of %(version)s is not in the storage. Restore the storage, or activate another version."),
    "noise_changed": _("The file of %(version)s is not the one that was stored. Restore the storage, or activate another version."),
    "noise_unsigned": _("%(version)s was not signed by this installation, or its SECRET_KEY has changed. Train a new one."),
    "noise_schema": _("%(version)s was trained on other figures of sound than this release computes. Train a new one."),
}
Proof = dict[str, Any]


def active() -> NoiseModel | None:
    """The version that tells noises now; None only where neither a usable one nor the one of this release is there.

    One whose features are not those of this release cannot be asked any more: the release's own takes its place.
    """
    found = NoiseModel.objects.filter(active=True).first()
    if found is not None and found.schema == SCHEMA:
        return found
    if not (DEFAULT / "forest.skops").is_file():
        return None
    return _with_default(found)


def _with_default(before: NoiseModel | None) -> NoiseModel:
    described: dict[str, Any] = json.loads((DEFAULT / "forest.json").read_text())
    data = (DEFAULT / "forest.skops").read_bytes()
    if hashlib.sha256(data).hexdigest() != described["sha256"]:
        raise RuntimeError("The noise classifier that comes with LexIntel is damaged: install LexIntel anew.")
    with transaction.atomic():
        _alone()
        found = NoiseModel.objects.filter(active=True, schema=SCHEMA).first()  # somebody else was first
        if found is None:
            log.info("The noise classifier of this release takes the place of %s", before or "none")
            made = keep(data, described, user=None)
            found = made if made.active else activate(made, None)
    return found


def keep(data: bytes, described: dict[str, Any], *, user: Any) -> NoiseModel:
    """A new version of a file that was trained here; active where none is. `described`: labels, thresholds, metrics, sources,
    fingerprint."""
    with transaction.atomic():
        _alone()
        stored = blobs.store(io.BytesIO(data), None)
        last: int = NoiseModel.objects.aggregate(last=Max("number"))["last"] or 0
        first = not NoiseModel.objects.filter(active=True).exists()
        made = NoiseModel.objects.create(
            number=last + 1, active=first, activated_at=timezone.now() if first else None, stored_as=stored.name, size=stored.size,
            sha256=stored.sha256, signature=_signature(stored.sha256, stored.size, settings.SECRET_KEY), schema=SCHEMA, created_by=user,
            **{name: described[name] for name in ("labels", "thresholds", "metrics", "sources", "fingerprint")},
        )  # fmt: skip
        AuditEvent.write("noise_model.made", case=None, actor=user, target=made, number=made.number, sha256=made.sha256)
    return made


@contextmanager
def proof_of(model: NoiseModel) -> Iterator[Proof]:
    """What a child needs to open the file, which is what this installation stored; good as long as the context lasts. Raises Refused with
    one of SENTENCES."""
    if model.schema != SCHEMA:
        raise _refused("noise_schema", model)
    with ExitStack() as stack:
        try:
            path = stack.enter_context(blobs.as_file(model))
        except FileNotFoundError as error:
            raise _refused("noise_missing", model) from error
        except FileChanged as error:
            raise _refused("noise_changed", model) from error
        _require_own(model, path.read_bytes())
        yield {"file": path, "sha256": model.sha256}


def _require_own(model: NoiseModel, data: bytes) -> None:
    if len(data) != model.size or not constant_time_compare(hashlib.sha256(data).hexdigest(), model.sha256):
        raise _refused("noise_changed", model)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(_signature(model.sha256, model.size, key), model.signature) for key in keys):
        raise _refused("noise_unsigned", model)


def activate(model: NoiseModel, user: Any) -> NoiseModel:
    """Make it the one that tells noises from now on. Raises Refused where its file cannot be believed."""
    with proof_of(model):
        pass
    with transaction.atomic():
        _alone()
        before = NoiseModel.objects.filter(active=True).first()
        if before is not None and before.pk == model.pk:
            raise Refused(str(_("%(version)s is the active one already.")) % {"version": model}, "nothing_to_do")
        NoiseModel.objects.filter(active=True).update(active=False)
        NoiseModel.objects.filter(pk=model.pk).update(active=True, activated_at=timezone.now())
        AuditEvent.write(
            "noise_model.activated", case=None, actor=user, target=model, number=model.number, before=before.number if before else None
        )
    model.refresh_from_db()
    return model


def before_active() -> NoiseModel:
    """The version that was active before the active one, to go back to. Raises Refused."""
    found = NoiseModel.objects.filter(active=False).exclude(activated_at=None).order_by("-activated_at").first()
    if found is None:
        raise Refused(str(_("No other version has been active before.")), "nothing_to_do")
    return found


def _signature(sha256: str, size: int, key: str | bytes) -> str:
    return salted_hmac(SALT, f"{SCHEMA}:{size}:{sha256}", secret=key, algorithm="sha256").hexdigest()


def _refused(code: str, model: NoiseModel) -> Refused:
    return Refused(str(SENTENCES[code]) % {"version": model}, code)


def _alone() -> None:
    """Until the transaction ends nobody else makes or activates a version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audio.noise_model'))")
