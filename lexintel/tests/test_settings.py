"""A wrong value in the environment is one clear sentence, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lexintel import environment
from lexintel.startup import launch
from lexintel.startup.supervisor import is_loopback

WRONG = [
    ("LEXINTEL_PORT", "eighty", "LEXINTEL_PORT is 'eighty'; it must be a whole number from 1 to 65535."),
    ("LEXINTEL_PORT", "70000", "LEXINTEL_PORT is '70000'; it must be a whole number from 1 to 65535."),
    ("MAX_UPLOAD_MB", "-1", "MAX_UPLOAD_MB is '-1'; it must be a whole number from 1 to 100000."),
    ("REFUSED_TYPES", "exe", "REFUSED_TYPES names 'exe'; each must be an ending like .exe or a media type like video/mp4 or video/*."),
    ("WATCH_ROOTS", "scans", "WATCH_ROOTS names 'scans'; each must be an absolute path like /srv/scans."),
    ("IMAP_HOSTS", "https://mail", "IMAP_HOSTS names 'https://mail'; each must be a host like mail.example.org or mail.example.org:993."),
    ("ALERT_WEBHOOK_HOSTS", "h/x", "ALERT_WEBHOOK_HOSTS names 'h/x'; each must be a host like mail.example.org or mail.example.org:993."),
    ("EMAIL_URL", "http://mail", "EMAIL_URL must be an address like smtp+tls://user:password@mail.example.org:587."),
    ("EMAIL_URL", "smtp://mail:port", "EMAIL_URL must be an address like smtp+tls://user:password@mail.example.org:587."),
    ("EMAIL_URL", "smtp://mail.example.org", "EMAIL_FROM is ''; e-mail needs a sender like lexintel@example.org."),
    ("EMAIL_FROM", "nobody", "EMAIL_FROM is 'nobody'; e-mail needs a sender like lexintel@example.org."),
    ("SITE_URL", "lexintel", "SITE_URL must be an address like https://lexintel.example.org."),
    ("IMAP_CA_FILE", "/no/such.pem", "IMAP_CA_FILE names '/no/such.pem', which is no file."),
    ("DEBUG", "maybe", "DEBUG is 'maybe'; it must be yes or no."),
    ("TASK_EXECUTOR", "magic", "TASK_EXECUTOR is 'magic'; it must be one of background, celery, hybrid, djangoq."),
    ("TTS_COMMAND", "no-such-engine --model x", "TTS_COMMAND names the program 'no-such-engine', which cannot be run on this machine."),
    ("TTS_COMMAND", "cat 'x", "TTS_COMMAND cannot be understood: No closing quotation."),
    ("LLM_URL", "ftp://host/v1", "LLM_URL must be an address like https://host/v1."),
    ("LLM_URL", "https:///v1", "LLM_URL must be an address like https://host/v1."),
    ("LLM_URL", "https://u:key@host", "LLM_URL must be an address like https://host/v1, and nothing more; a key belongs in LLM_API_KEY."),
    ("LLM_URL", "https://host/v1", "LLM_URL needs LLM_MODEL, the name of the model to ask for."),
    ("LLM_API_KEY", "two words", "LLM_API_KEY must consist of printable ASCII characters without spaces."),
    ("LLM_TIMEOUT_S", "0", "LLM_TIMEOUT_S is '0'; it must be a whole number from 1 to 540."),
    ("LLM_PRICE_PROMPT", "cheap", "LLM_PRICE_PROMPT is 'cheap'; it must be a number like 2.50."),
    ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml'; it must be one of text, json."),
    ("REDIS_URL", "http://host", "REDIS_URL must be an address like redis://:password@host:6379/0."),
    ("DATABASE_URL", "mysql://u:secret@host/db", "DATABASE_URL must be an address like postgres://user:password@host/name."),
    (
        "DATABASE_URL",
        "postgres://user@host",
        "DATABASE_URL names no database; it must be an address like postgres://user:password@host/name.",
    ),
]


# One process reads the settings with each wrong value in turn.
READ = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
for name, value in json.load(sys.stdin):
    before = dict(os.environ)
    os.environ[name] = value
    try:
        runpy.run_path("lexintel/settings.py")
        print("accepted")
    except ImproperlyConfigured as error:
        print(error)
    os.environ.clear()
    os.environ.update(before)
"""


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """What is said to each of the wrong values."""
    env = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    cases = json.dumps([(name, value) for name, value, _ in WRONG])
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, input=cases, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[f"{name}={value}" for name, value, _ in WRONG])
def test_a_wrong_value_is_one_sentence(number, sentences):
    assert sentences[number] == WRONG[number][2]


def test_a_command_says_the_sentence_and_fails():
    env = {**os.environ, "MAX_UPLOAD_MB": "much", "LEXINTEL_BOOTSTRAP": "off"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "MAX_UPLOAD_MB is 'much'; it must be a whole number from 1 to 100000."


@pytest.mark.parametrize(("value", "meant"), [("yes", True), ("On", True), ("1", True), ("no", False), ("", False), ("FALSE", False)])
def test_yes_and_no_have_many_spellings(value, meant, monkeypatch):
    monkeypatch.setenv("SOME_SWITCH", value)
    assert environment.boolean("SOME_SWITCH") is meant


def test_an_empty_number_means_the_default(monkeypatch):
    monkeypatch.setenv("SOME_NUMBER", "")
    assert environment.integer("SOME_NUMBER", 5, 1, 9) == 5


def test_a_password_in_an_address_is_not_repeated(monkeypatch):
    monkeypatch.setenv("SOME_URL", "http://user:secret@host")
    with pytest.raises(ImproperlyConfigured) as caught:
        environment.address("SOME_URL", ("redis",), "redis://host")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "answer"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("10.0.0.5", False)]
)
def test_the_demo_login_exists_on_loopback_only(host, answer):
    assert is_loopback(host) is answer


def test_djangoq_needs_no_redis_and_celery_does():
    env = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "REDIS_URL": ""}
    cases = json.dumps([("TASK_EXECUTOR", "djangoq"), ("TASK_EXECUTOR", "celery")])
    done = subprocess.run(
        [sys.executable, "-c", READ], input=cases, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["accepted", "TASK_EXECUTOR=celery needs REDIS_URL."]


@pytest.mark.parametrize(
    ("executor", "redis", "enough"),
    [("djangoq", "", True), ("background", "", True), ("", "", False), ("hybrid", "", False), ("hybrid", "redis://host", True)],
)
def test_a_command_starts_embedded_servers_only_where_its_installation_needs_them(executor, redis, enough, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://user@host/name")
    monkeypatch.setenv("TASK_EXECUTOR", executor)
    monkeypatch.setenv("REDIS_URL", redis)
    assert launch.has_servers() is enough
