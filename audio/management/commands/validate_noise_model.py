"""manage.py validate_noise_model: examine a version of the noise classifier, make it the active one, or go back to the one before."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audio.management.following import Following
from audio.models import NoiseModel
from audio.services.noise import learning, versions
from documents.errors import Refused
from tasks.errors import PermanentError


class Command(BaseCommand):
    help = (
        "Examine a version of the noise classifier (the active one, where no number is given): its file, its figures on sounds that it was "
        "not trained on, how far it differs from the active one. Example: manage.py validate_noise_model 3 --activate"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", nargs="?", type=int, help="of the version")
        parser.add_argument("--activate", action="store_true", help="make it the active one, where it is sound")
        parser.add_argument("--rollback", action="store_true", help="go back to the version that was active before")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            model = self._chosen(options["number"], rollback=options["rollback"])
            result = learning.validate(model, Following(self.stdout))
            self._report(result)
            if options["activate"] or options["rollback"]:
                model = versions.activate(model, None)
        except (Refused, PermanentError) as error:
            raise CommandError(str(error)) from error
        accuracy = "none" if result["accuracy"] is None else f"{result['accuracy']:.2f}"
        self.stdout.write(f"{model}: sound, accuracy {accuracy}, F1 {result['f1']}, {'active' if model.active else 'not active'}.")

    def _report(self, result: dict[str, Any]) -> None:
        for label, figures in result["labels"].items():
            drift = result.get("drift", {}).get(label)
            differs = f"  differs from version {result['against']} in {100 * drift['disagree']:.1f} %" if drift else ""
            self.stdout.write(f"{label:<10} precision {figures['precision']}  recall {figures['recall']}{differs}")

    def _chosen(self, number: int | None, *, rollback: bool) -> NoiseModel:
        if rollback:
            return versions.before_active()
        found = versions.active() if number is None else NoiseModel.objects.filter(number=number).first()
        if found is None:
            raise CommandError("There is no such version of the noise classifier.")
        return found
