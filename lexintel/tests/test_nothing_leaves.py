"""With the default settings no page and no setting names another machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from documents.services.chat import llm

pytestmark = pytest.mark.django_db
OUTSIDE = re.compile(r"""(?:src|href|action|poster|data-[a-z-]+)=["'](?:https?:)?//""")


def test_no_setting_names_an_address_outside():
    for name in filter(str.isupper, dir(settings)):
        value = getattr(settings, name)
        if isinstance(value, str) and urlsplit(value).scheme in ("http", "https", "redis", "rediss", "s3"):
            host = urlsplit(value).hostname or "127.0.0.1"
            assert host == "localhost" or ip_address(host).is_loopback, name


def test_no_language_model_is_asked() -> None:
    assert llm.leaves_to() == ""
    assert llm.answerer() is None
    assert llm.state() == "none configured; answers are quoted from the documents"


def test_the_content_security_policy_lets_pages_ask_only_us(client):
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/login/", "/", "/search/", "/tasks/", "/api/docs/"])
def test_pages_refer_to_nobody_else(path, owner, client):
    if path != "/login/":
        client.force_login(owner)
    reply = client.get(path)
    assert reply.status_code == 200
    assert not OUTSIDE.findall(reply.content.decode())
    assert "Set-Cookie" not in reply or "Domain" not in reply["Set-Cookie"]


def test_the_embedding_library_does_not_report_to_its_maker(tmp_path):
    """onnxruntime opens a session of its telemetry when it is imported, and notes it in a file, unless it is told not to."""
    kept = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment = {**kept, "TMPDIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lexintel.settings"}
    script = "import django; django.setup(); import onnxruntime"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=settings.BASE_DIR, env=environment)
    assert list(tmp_path.iterdir()) == []


def test_answers_forbid_sniffing_and_framing_by_others(client):
    reply = client.get("/login/")
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["X-Frame-Options"] == "SAMEORIGIN"
    assert reply["Referrer-Policy"] == "same-origin"
