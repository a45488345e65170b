"""manage.py train_noise_classifier: a new version of the noise classifier."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audio.management.following import Following
from audio.services.noise import learning
from tasks.errors import PermanentError


class Command(BaseCommand):
    help = (
        "Train a new version of the noise classifier on computed sounds and on what people labelled in the player, and on a folder that "
        "has a folder of recordings for each label (hum, hum+speech, other; files that are named alike before two underscores count as one "
        "recording). Example: manage.py train_noise_classifier ~/noises --activate"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="with a folder for each label")
        parser.add_argument("--only-folder", action="store_true", help="neither computed sounds nor people's labels")
        parser.add_argument("--activate", action="store_true", help="make it the active version")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["only_folder"] and options["folder"] is None:
            raise CommandError("Name the folder that is to be learned from.")
        sources = [] if options["only_folder"] else ["generated", "people"]
        try:
            model, result = learning.train(sources, Following(self.stdout), folder=options["folder"], activate=options["activate"])
        except PermanentError as error:
            raise CommandError(str(error)) from error
        for name, why in result["refused"]:
            self.stderr.write(f"{name}: {why}")
        if result["refusals"]:
            self.stderr.write(f"{result['refusals']} files could not be heard.")
        for label, figures in model.metrics["labels"].items():
            precision, recall = _shown(figures["precision"]), _shown(figures["recall"])
            self.stdout.write(f"{label:<10} precision {precision}  recall {recall}  of {figures['rows']} half seconds")
        spread = [fold["accuracy"] for fold in model.metrics["folds"] if fold["accuracy"] is not None]
        told = f"accuracy {_shown(model.metrics['accuracy'])} ({min(spread):.2f} to {max(spread):.2f})" if spread else "no accuracy"
        active = "active" if model.active else "not active: manage.py validate_noise_model, then --activate"
        self.stdout.write(f"{model}: {told}, F1 {_shown(model.metrics['f1'])}, {active}.")


def _shown(figure: float | None) -> str:
    return "none" if figure is None else f"{figure:.2f}"
