"""STORAGE_URL: what it may say, and the one sentence for what it may not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured

from documents.services.storage.address import BucketAddress, LocalAddress, parse
from documents.services.storage.selection import at


def test_a_folder_and_buckets_are_understood():
    assert parse("file:///srv/my%20files") == LocalAddress(Path("/srv/my files"))
    assert parse("s3://matters") == BucketAddress("matters")
    url = "s3://matters/a/b/?endpoint=http://10.0.0.5:9000&region=eu-central-1"
    assert parse(url) == BucketAddress("matters", "a/b", "http://10.0.0.5:9000", "eu-central-1", path_style=True)
    assert not parse("s3://matters?endpoint=https://s3.example.org&path_style=no").path_style


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://host/folder", "must name a local folder or a bucket"),
        ("file://host/folder", "must name a local folder or a bucket"),
        ("relative/path", "must name a local folder or a bucket"),
        ("s3://key:secret@matters", "AWS_ACCESS_KEY_ID"),
        ("s3://Matters_", "must name a bucket"),
        ("s3://matters/../x", "must name a bucket"),
        ("s3://matters?endpint=x", "option 'endpint'"),
        ("s3://matters?endpoint=s3.example.org", "endpoint"),
        ("s3://matters?endpoint=https://a:secret@s3.example.org", "endpoint"),
        ("s3://matters?path_style=maybe", "yes or no"),
    ],
)
def test_a_wrong_address_is_one_sentence_that_tells_no_secret(url, said):
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        parse(url)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_bucket_without_keys_is_refused(settings):
    settings.STORAGE_ACCESS_KEY_ID = ""
    with pytest.raises(ImproperlyConfigured, match="AWS_SECRET_ACCESS_KEY"):
        at("s3://matters")


LARGE = {"botocore", "faster_whisper", "onnxruntime", "scipy", "sklearn", "typst", "xlsxwriter"}
"""Packages of many megabytes that most processes never use."""


def started(storage_url: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**kept, "STORAGE_URL": storage_url, "DJANGO_SETTINGS_MODULE": "lexintel.settings", **more}
    script = f"import django, sys; django.setup(); print(*sorted({LARGE} & set(sys.modules)))"
    return subprocess.run(
        [sys.executable, "-c", script], cwd=project.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


def test_a_wrong_value_stops_the_start_and_the_default_loads_nothing_large(tmp_path):
    wrong = started("s3://matters")
    assert wrong.returncode == 1
    assert wrong.stderr.strip().splitlines()[-1].endswith("set its keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    assert started(f"file://{tmp_path}").stdout.strip() == ""
    assert started("s3://matters", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b").stdout.strip() == "botocore"
