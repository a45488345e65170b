"""A bucket of an S3-speaking server. Nothing but plain requests that every such server knows: objects whole, in parts and by ranges, lists,
and the two checksums that are oldest (Content-MD5 and the signed SHA-256 of each request's body)."""

from __future__ import annotations

import base64
import errno
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from botocore import session as aws
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.errors import StorageAway
from documents.services.storage.address import BucketAddress
from documents.services.storage.backends import STORED_NAME, Backend, Found, copy_to

PART = 16 * 1024 * 1024
BLOCK = 1024 * 1024
PROBE = ".probe"
_GONE = ("NoSuchKey", "404", "NotFound")
_REFUSED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "403")


@dataclass(frozen=True)
class Keys:
    """`session_token` only where the keys are lent for a while."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return "Keys(...)"


class Bucket(Backend):
    elsewhere = True

    def __init__(self, address: BucketAddress, keys: Keys) -> None:
        if not keys.access_key_id or not keys.secret_access_key:
            raise ImproperlyConfigured("STORAGE_URL names a bucket; set its keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        self.address = address
        self._client = _client(address, keys, Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 3}))
        self._asker = _client(address, keys, Config(connect_timeout=3, read_timeout=3, retries={"mode": "standard", "max_attempts": 1}))

    def place(self, path: Path, name: str, size: int) -> None:
        """Each body goes with its checksums, which the server compares; what is there afterwards has the right size."""
        with _told(name), path.open("rb") as file:
            if size <= PART:
                data = file.read()
                self._client.put_object(**self._object(name), Body=data, ContentMD5=_md5(data))
            else:
                self._place_in_parts(file, name)
        if self.size(name) != size:
            raise StorageAway(_("The storage has not kept all of a file."))

    def _place_in_parts(self, file: BinaryIO, name: str) -> None:
        begun = {**self._object(name), "UploadId": self._client.create_multipart_upload(**self._object(name))["UploadId"]}
        try:
            parts: list[dict[str, Any]] = []
            while data := file.read(PART):
                number = len(parts) + 1
                told = self._client.upload_part(**begun, PartNumber=number, Body=data, ContentMD5=_md5(data))
                parts.append({"PartNumber": number, "ETag": told["ETag"]})
            self._client.complete_multipart_upload(**begun, MultipartUpload={"Parts": parts})
        except BaseException:
            with suppress(BotoCoreError, ClientError):  # the nightly clean-up does it where this can't be done now
                self._client.abort_multipart_upload(**begun)
            raise

    def source(self, name: str, size: int) -> ObjectSource:
        return ObjectSource(self, name, size)

    def begin(self, name: str, first: int, length: int) -> BinaryIO:
        """A stream of a range of an object."""
        with _told(name):
            answer = self._client.get_object(**self._object(name), Range=f"bytes={first}-{first + length - 1}")
        return cast(BinaryIO, ObjectStream(answer["Body"], name))

    def exists(self, name: str) -> bool:
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        modified: datetime = self._head(name)["LastModified"]
        return modified

    def delete(self, name: str) -> None:
        with _told(name):
            self._client.delete_object(**self._object(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """(folders, files) right below a folder, as Django's API says."""
        below = self._key(path.strip("/")).rstrip("/")
        prefix = f"{below}/" if below else ""
        folders, files = [], []
        with _told(path):
            for page in self._pages("list_objects_v2", Prefix=prefix, Delimiter="/"):
                folders += [each["Prefix"].removeprefix(prefix).strip("/") for each in page.get("CommonPrefixes", [])]
                files += [each["Key"].removeprefix(prefix) for each in page.get("Contents", [])]
        return folders, files

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with _told(name):
            return File(cast(Any, ObjectStream(self._client.get_object(**self._object(name))["Body"], name)), name)

    def _save(self, name: str, content: File[bytes]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "content"
            copy_to(content, path)
            self.place(path, name, path.stat().st_size)
        return name

    def listed(self, age: float) -> Iterator[Found]:
        until = timezone.now() - timedelta(seconds=age)
        prefix = self._key("")
        with _told():
            for page in self._pages("list_objects_v2", Prefix=prefix):
                for each in page.get("Contents", []):
                    name = each["Key"].removeprefix(prefix)
                    if STORED_NAME.fullmatch(name) and each["LastModified"] < until:
                        yield Found(name, each["Size"], each["LastModified"])

    def remove_unless_written(self, found: Found) -> int:
        """The caller holds `locks.alone_with(name)` and has made sure that no row names it."""
        try:
            if self.get_modified_time(found.name) != found.mark:
                return -1
        except FileNotFoundError:
            return -1
        self.delete(found.name)
        return found.size

    def sweep(self, age: float) -> int:
        """Parts of uploads that were never completed; they cost their space as long as nobody gives them up."""
        until, count = timezone.now() - timedelta(seconds=age), 0
        with _told():
            for page in self._pages("list_multipart_uploads", Prefix=self._key("")):
                for each in page.get("Uploads", []):
                    if each["Initiated"] < until and STORED_NAME.fullmatch(each["Key"].removeprefix(self._key(""))):
                        self._client.abort_multipart_upload(Bucket=self.address.bucket, Key=each["Key"], UploadId=each["UploadId"])
                        count += 1
        return count

    def rehearse(self) -> bool:
        with _told():
            self._asker.put_object(**self._object(PROBE), Body=b"well", ContentMD5=_md5(b"well"))
            read: bytes = self._asker.get_object(**self._object(PROBE))["Body"].read()
            self._asker.delete_object(**self._object(PROBE))
        return read == b"well"

    def state(self) -> str:
        with _told():
            self._asker.head_bucket(Bucket=self.address.bucket)
        return _("the bucket %(bucket)s answers") % {"bucket": self.address.bucket}

    def _head(self, name: str) -> dict[str, Any]:
        with _told(name):
            head: dict[str, Any] = self._client.head_object(**self._object(name))
            return head

    def _pages(self, operation: str, **options: str) -> Iterator[dict[str, Any]]:
        pages: Iterator[dict[str, Any]] = iter(self._client.get_paginator(operation).paginate(Bucket=self.address.bucket, **options))
        return pages

    def _key(self, name: str) -> str:
        return f"{self.address.prefix}/{name}" if self.address.prefix else name

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self.address.bucket, "Key": self._key(name)}


@dataclass(frozen=True)
class ObjectSource:
    bucket: Bucket
    name: str
    size: int

    def begin(self, first: int, length: int) -> BinaryIO:
        return self.bucket.begin(self.name, first, length)


class ObjectStream:
    """The body of an answer as a file; one that breaks off is an error, not an end."""

    def __init__(self, body: Any, name: str) -> None:
        self._body, self._name = body, name

    def read(self, size: int = -1, /) -> bytes:
        with _told(self._name):
            data: bytes = self._body.read(None if size < 0 else size)
            return data

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> ObjectStream:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


@contextmanager
def _told(name: str = "") -> Iterator[None]:
    """What went wrong, in our words: FileNotFoundError, or StorageAway with the reason for administrators."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE and name:
            raise FileNotFoundError(errno.ENOENT, "No stored file", name) from error
        sentence = _("The storage refuses the keys (%(code)s).") if code in _REFUSED else _("The storage answers with an error (%(code)s).")
        raise StorageAway(sentence % {"code": code}) from error
    except BotoCoreError as error:
        raise StorageAway(_("The storage cannot be reached (%(what)s).") % {"what": type(error).__name__}) from error


def _client(address: BucketAddress, keys: Keys, config: Config) -> Any:
    """Bodies are signed, so that the server rejects one that was changed on its way; newer checksums are not known to every server."""
    style = {"addressing_style": "path" if address.path_style else "auto", "payload_signing_enabled": True}
    ours = Config(
        signature_version="s3v4", s3=style, max_pool_connections=50,
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
    )  # fmt: skip
    return aws.Session().create_client(
        "s3", region_name=address.region, endpoint_url=address.endpoint or None, config=ours.merge(config),
        aws_access_key_id=keys.access_key_id, aws_secret_access_key=keys.secret_access_key, aws_session_token=keys.session_token or None,
    )  # fmt: skip


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
