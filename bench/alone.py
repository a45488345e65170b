"""`python -m bench.alone SECONDS`: embed passages of usual length, and nothing else, for so long; prints passages a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import django
from django.conf import settings


def rate(seconds: float, env: dict[str, str], processes: int) -> float:
    """Passages a second of this machine by so many processes, all at once."""
    command = [sys.executable, "-m", "bench.alone", str(seconds)]
    running = [subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return sum(float(process.communicate()[0].split()[-1]) for process in running)


def main(seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lexintel.settings")
    django.setup()
    from bench.materials import Prose
    from documents.services.embedding.service import embedding_service

    service, prose = embedding_service(), Prose()
    texts = [f"{prose.paragraph()} {prose.paragraph()}" for _ in range(200)]
    service.embed(texts[:4])
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        service.embed([texts[done % len(texts)]])
        done += 1
    print(done / (time.perf_counter() - began))


if __name__ == "__main__":
    main(float(sys.argv[1]))
