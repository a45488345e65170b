"""What administrators ask of the noise classifier, and the tasks that do it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from audio.jobs import NoiseTrainingJob, NoiseValidationJob
from audio.models import NoiseModel
from audio.services.noise import learning, versions
from tasks.errors import PermanentError
from tasks.manager import manager
from tasks.models import TaskRecord
from tasks.run import TaskRun

TRAIN, VALIDATE = "audio.train_noise_classifier", "audio.validate_model"


def train_later(user: Any, job: NoiseTrainingJob) -> TaskRecord:
    """Asked for twice, it runs once."""
    _require_staff(user)
    return manager.submit(TRAIN, job, user=user, unique=True)


def validate_later(model: NoiseModel, user: Any) -> TaskRecord:
    _require_staff(user)
    return manager.submit(VALIDATE, NoiseValidationJob(model_id=model.pk), user=user, unique=True)


def activate(model: NoiseModel, user: Any) -> NoiseModel:
    _require_staff(user)
    return versions.activate(model, user)


def train(job: NoiseTrainingJob, run: TaskRun) -> dict[str, Any]:
    _model, result = learning.train(job.sources, run, user=run.record.user, activate=job.activate)
    return result


def validate(job: NoiseValidationJob, run: TaskRun) -> dict[str, Any]:
    model = NoiseModel.objects.filter(pk=job.model_id).first()
    if model is None:
        raise PermanentError("This version of the noise classifier is not there any more.", "noise_missing")
    return learning.validate(model, run, user=run.record.user)


def _require_staff(user: Any) -> None:
    if not getattr(user, "is_staff", False):
        raise PermissionDenied
