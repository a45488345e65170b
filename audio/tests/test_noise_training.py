"""Training: from folders, people and computed sounds; versions that are examined, made active, gone back to; files that want to harm."""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from audio.jobs import NoiseTrainingJob
from audio.models import AudioSession, NoiseLabel, NoiseModel
from audio.services.noise import bundle, child, labels, learning, requests, sounds, training, versions
from audio.services.noise.features import STEP, STEP_S
from audio.tests import sounds as files
from audio.tests.working import work_off
from cases.models import AuditEvent
from documents.services.sandbox import JobRefused
from tasks.errors import Cancelled, PermanentError
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)
RATE = 16_000


class Silent:
    def check(self) -> None: ...

    def progress(self, percent: float, step: str = "", message: str = "") -> None: ...

    def publish(self, result: Any = None) -> Any:
        return transaction.atomic()


@pytest.fixture(autouse=True)
def _small(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TASK_EXECUTOR = "background"
    monkeypatch.setattr(learning, "train", partial(learning.train, scenes=60))


@pytest.fixture
def root(django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("root", "root@example.org", "secret")


def folder_of(path: Path, recordings: int = 4, kinds: tuple[str, ...] = (labels.HUM, labels.MUSIC)) -> Path:
    for label in kinds:
        (path / label).mkdir(parents=True)
        for number in range(recordings):
            sound = 0.1 * sounds.NOISES[label](np.random.default_rng([5, number]), 8 * RATE)
            files.written(path / label / f"{label}{number}.wav", sound.astype(np.float32))
    return path


def material(rows: int = 200, seed: int = 0, groups: int = 10) -> training.Material:
    """Two labels, each told by one of three figures."""
    rng = np.random.default_rng(seed)
    figures = rng.standard_normal((rows, 3)).astype(np.float32)
    heard = np.zeros((rows, len(labels.LABELS)), np.int8)
    heard[:, labels.LABELS.index(labels.HUM)] = figures[:, 0] > 0.5
    heard[:, labels.LABELS.index(labels.MUSIC)] = figures[:, 1] > 0.5
    return training.Material(figures, heard, np.arange(rows) % groups)


def test_a_folder_teaches_a_version_that_tells_its_kinds(tmp_path, capsys):
    folder = folder_of(tmp_path / "noises")
    (folder / "other").mkdir()
    for number in range(3):
        files.written(folder / "other" / f"tone{number}.wav", files.noise(8, seed=number))
    (folder / "music" / "broken.mp3").write_bytes(b"no sound at all")
    call_command("train_noise_classifier", str(folder), "--only-folder", "--activate")
    told = capsys.readouterr()
    assert "broken.mp3: This is not a recording" in told.err
    assert "Version 1: accuracy" in told.out
    model = NoiseModel.objects.get()
    assert (model.active, sorted(model.labels), list(model.sources)) == (True, [labels.HUM, labels.MUSIC], ["folder"])
    assert model.metrics["recordings"] == 11
    assert all(model.metrics["labels"][label]["recall"] > 0.6 for label in model.labels)


@pytest.mark.parametrize(
    ("recordings", "kinds", "words"),
    [
        (2, (labels.HUM, labels.MUSIC), "is heard in 2 recordings"),
        (4, (labels.HUM,), "and not heard in 0"),
        (0, (labels.HUM, labels.MUSIC), "holds recordings"),
        (4, ("thunder",), "The folder thunder is no label. Known are silence, speech"),
    ],
)
def test_too_little_or_one_sided_is_a_sentence(tmp_path, monkeypatch, recordings, kinds, words):
    monkeypatch.setitem(sounds.NOISES, "thunder", sounds.hum)
    folder = folder_of(tmp_path / "noises", recordings, kinds)
    with pytest.raises(CommandError, match=words):
        call_command("train_noise_classifier", str(folder), "--only-folder")
    assert not NoiseModel.objects.exists()
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("train_noise_classifier", str(tmp_path / "nowhere"), "--only-folder")


def test_pieces_of_one_recording_are_never_on_both_sides(tmp_path):
    """Files that are named alike before two underscores are one recording: four pieces of it are not enough."""
    folder = folder_of(tmp_path / "noises", 4)
    for path in (folder / labels.MUSIC).iterdir():
        path.rename(path.with_name(f"concert__{path.name}"))
    with pytest.raises(PermanentError, match="“hum” is heard in 4 recordings and not heard in 1"):
        learning.train([], Silent(), folder=folder)


def test_groups_are_kept_apart_in_every_fold(monkeypatch):
    seen: list[tuple[set[int], set[int]]] = []
    split = training.GroupKFold.split

    def spy(self: Any, rows: Any, groups: Any) -> Any:
        for train_rows, test_rows in split(self, rows, groups=groups):
            seen.append((set(groups[train_rows]), set(groups[test_rows])))
            yield train_rows, test_rows

    monkeypatch.setattr(training.GroupKFold, "split", spy)
    _classifier, metrics = training.train(material(), lambda done, of: None)
    assert len(seen) == len(metrics["folds"]) == 5
    assert all(not (learned & tested) for learned, tested in seen)


def test_figures_are_what_they_say():
    classifier, metrics = training.train(material(600), lambda done, of: None)
    assert classifier.labels == [labels.HUM, labels.MUSIC]
    assert all(each["precision"] > 0.9 and each["recall"] > 0.9 and each["brier"] < 0.1 for each in metrics["labels"].values())
    (hums, musics), total = metrics["confusion"], np.array(metrics["confusion"]).sum()
    assert hums[0] + musics[1] == round(metrics["accuracy"] * total)
    for each in metrics["labels"].values():
        for mean, share, count in each["calibration"]:
            assert count < 30 or abs(mean - share) < 0.3


def test_noise_that_nothing_tells_is_not_told():
    """Labels drawn at random: what is measured on recordings that were left out cannot be good."""
    drawn = material(400)
    heard = np.zeros_like(drawn.heard)
    heard[:, :2] = np.random.default_rng(3).integers(0, 2, (400, 2))
    _classifier, metrics = training.train(training.Material(drawn.rows, heard, drawn.groups), lambda done, of: None)
    assert 0.3 < metrics["labels"]["silence"]["average_precision"] < 0.7


def test_what_people_label_is_learned_and_what_they_take_back_is_not(api, case, editor, viewer):
    sound = np.concatenate([files.silence(2), files.tone(6, hertz=700), files.noise(6)])
    upload = {"file": [SimpleUploadedFile("h.wav", files.wav(files.pcm(sound)))], "case": str(case.pk)}
    (row,) = api(editor).post("/api/audio/", upload, format="multipart").json()
    work_off()
    address = f"/api/audio/{row['id']}/labels/"
    for label, start, end in (("alarm", 2, 8), ("traffic", 8, 14), ("door", 0, 2)):
        made = api(editor).post(address, {"label": label, "start_s": start, "end_s": end}, format="json")
        assert made.status_code == 201
    api(editor).delete(f"{address}{made.json()['id']}/")
    api(editor).post(address, {"label": "alarm", "start_s": 2, "end_s": 8}, format="json")
    assert [each["label"] for each in api(viewer).get(address).json()] == ["alarm", "traffic"], "said twice it counts once"
    model, found = learning.train(["generated", "people"], Silent(), scenes=60)
    assert found["sources"]["people"] == pytest.approx(24, abs=2)
    assert model.sources["generated"] == 60 * 20
    before = model.fingerprint
    NoiseLabel.objects.all().delete()
    again, _found = learning.train(["generated", "people"], Silent(), scenes=60)
    assert again.fingerprint != before
    assert AuditEvent.objects.filter(verb="audio.labelled", target_id=row["id"]).count() == 3


@pytest.mark.parametrize(
    ("label", "start", "end", "code"),
    [("hum", 5, 5.2, 400), ("hum", 8, 3, 400), ("hum", 5, 60, 400), ("thunder", 1, 3, 400), ("hum", -1, 3, 400), ("hum", "now", 3, 400)],
)
def test_a_label_of_no_stretch_is_refused(api, case, editor, label, start, end, code):
    session = AudioSession.objects.create(case=case, title="Hearing", status="ready", duration_s=10)
    answer = api(editor).post(f"/api/audio/{session.pk}/labels/", {"label": label, "start_s": start, "end_s": end}, format="json")
    assert answer.status_code == code, answer.json()
    assert not NoiseLabel.objects.exists()


def test_versions_are_trained_examined_activated_and_gone_back_to(api, root, capsys):
    first = versions.active()
    assert first is not None
    started = api(root).post("/api/noise-models/train/", {"sources": ["generated"]}, format="json")
    assert started.status_code == 202
    work_off()
    task = api(root).get(f"/api/tasks/{started.json()['task_id']}/").json()
    assert task["status"] == "succeeded", task
    second = api(root).get("/api/noise-models/").json()["results"][0]
    assert (second["number"], second["active"], second["sources"]) == (2, False, {"generated": 1200})
    assert api(root).post(f"/api/noise-models/{second['id']}/validate/").status_code == 202
    work_off()
    checked = api(root).get(f"/api/noise-models/{second['id']}/").json()["checked"]
    assert (checked["integrity"], checked["against"]) == ("sound", 1)
    assert set(checked["drift"]) == set(second["labels"])
    assert 0 < checked["accuracy"] <= 1
    assert api(root).post(f"/api/noise-models/{second['id']}/activate/").json()["active"]
    assert api(root).post(f"/api/noise-models/{second['id']}/activate/").status_code == 409
    call_command("validate_noise_model", "--rollback")
    assert "Version 1: sound" in capsys.readouterr().out
    assert NoiseModel.objects.get(active=True) == first
    assert list(AuditEvent.objects.filter(verb="noise_model.activated").values_list("detail__number", flat=True)) == [1, 2]


def test_a_broken_version_is_found_out_and_not_activated(api, root):
    versions.active()
    (broken, _found) = learning.train(["generated"], Silent(), scenes=60)
    NoiseModel.objects.filter(pk=broken.pk).update(sha256="0" * 64)
    answer = api(root).post(f"/api/noise-models/{broken.pk}/activate/")
    assert answer.status_code == 400
    assert "is not the one that was stored" in answer.json()["detail"]
    with pytest.raises(CommandError, match="is not the one that was stored"):
        call_command("validate_noise_model", str(broken.number))
    broken.refresh_from_db()
    assert "refused" in broken.checked
    assert not broken.active


def test_asked_for_twice_a_training_runs_once_and_can_be_stopped(api, root):
    one, two = (api(root).post("/api/noise-models/train/").json()["task_id"] for _ in range(2))
    assert one == two
    assert TaskRecord.objects.get(pk=one).payload["sources"] == ["generated", "people"]

    class Stopped(Silent):
        def progress(self, percent: float, step: str = "", message: str = "") -> None:
            if step == "learning":
                raise Cancelled

    with pytest.raises(Cancelled):
        learning.train(["generated"], Stopped(), scenes=60)
    assert not NoiseModel.objects.exists()
    assert not list(learning.pool.folder().path.parent.glob("job-*/*.npz"))


def test_a_training_that_is_stopped_at_its_end_keeps_nothing_and_one_that_is_repeated_keeps_one(api, root, monkeypatch):
    """Whoever has lost the task (it was cancelled, or its worker was taken for dead) keeps no version of it."""
    versions.active()
    asked = learning._ask
    task_id = api(root).post("/api/noise-models/train/").json()["task_id"]

    def cancelled(job: dict[str, Any], *rest: Any) -> Any:
        answer = asked(job, *rest)
        if job["do"] == "train":
            TaskRecord.objects.filter(pk=task_id).update(status="cancelled")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(learning, "_ask", cancelled)
        work_off()
    assert NoiseModel.objects.count() == 1
    TaskRecord.objects.filter(pk=task_id).delete()
    api(root).post("/api/noise-models/train/", {"activate": True}, format="json")
    work_off()
    assert list(NoiseModel.objects.values_list("number", "active")) == [(2, True), (1, False)]


def test_the_admin_trains_examines_and_activates(client, root):
    versions.active()
    client.force_login(root)
    page = reverse("admin:audio_noisemodel_changelist")
    assert "Train a new version" in client.get(page).text
    client.post(reverse("admin:audio_noisemodel_train"))
    work_off()
    second = NoiseModel.objects.get(number=2)
    for action, words in (("validate", "The examination has begun"), ("activate", "Version 2 tells the noises from now on.")):
        answer = client.post(page, {"action": action, "_selected_action": [str(second.pk)]}, follow=True)
        assert words in answer.text
    work_off()
    assert "sound, accuracy" in client.get(page).text
    assert client.get(reverse("admin:audio_noisemodel_train")).status_code == 403


def test_only_administrators_may_train(editor):
    with pytest.raises(PermissionDenied):
        requests.train_later(editor, NoiseTrainingJob())
    assert not TaskRecord.objects.exists()


@pytest.fixture(scope="module")
def small() -> bytes:
    return bundle.dumped(training.train(material(), lambda done, of: None)[0])


def changed(data: bytes, change: Any) -> bytes:
    """The file with another description of its content."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "schema.json":
                content = json.dumps(change(json.loads(content))).encode()
            new.writestr(member, content)
    return written.getvalue()


def test_a_file_with_a_type_that_has_no_place_in_it_is_refused_before_it_is_read():
    with pytest.raises(JobRefused, match="noise_type") as refused:
        bundle.loaded(skops.io.dumps({"forest": JobRefused}))
    assert "JobRefused" in str(refused.value.details["type"])


def test_no_function_is_called_that_a_file_names(small):
    def with_system(described: dict[str, Any]) -> dict[str, Any]:
        described["content"]["forest"] = {
            "__class__": "system",
            "__module__": "os",
            "__loader__": "FunctionNode",
            "content": "",
            "__id__": 1,
        }
        return described

    with pytest.raises(JobRefused, match="noise_type"):
        bundle.loaded(changed(small, with_system))


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + b"\0" * 18, b"cos\nsystem\n(S'true'\ntR.", b"\0" * 1000])
def test_what_is_no_such_file_is_refused(data):
    with pytest.raises(JobRefused, match="noise_unreadable"):
        bundle.loaded(data)


def test_a_tree_that_leads_nowhere_is_refused(small):
    """scikit-learn would follow it out of its memory."""
    for field, value in (("left_child", 10_000_000), ("feature", 900), ("right_child", 0)):
        classifier = bundle.loaded(small)
        tree = classifier.forest.estimators_[0].tree_
        state = tree.__getstate__()
        nodes = state["nodes"].copy()
        nodes[field][0] = value
        tree.__setstate__({**state, "nodes": nodes})
        with pytest.raises(JobRefused, match="noise_unreadable"):
            bundle.loaded(bundle.dumped(classifier))


def test_a_file_of_other_features_is_refused(small, monkeypatch):
    monkeypatch.setattr(bundle, "SCHEMA", "2")
    with pytest.raises(JobRefused, match="noise_schema"):
        bundle.loaded(small)


def test_no_moment_of_a_recording_is_learned_twice():
    """Stretches overlap, lie side by side, are longer than a piece, end behind the recording."""
    spans = [
        (10.0, 20.0, ["hum"]),
        (15.0, 30.0, ["alarm"]),
        (40.0, 900.0, ["traffic"]),
        (700.0, 2000.0, ["music"]),
        (3000.0, 3010.0, ["door"]),
    ]
    regions = child._regions(spans, 1000.0)
    steps: dict[int, set[str]] = {}
    for first, last, here in regions:
        told = child._told(here, first / RATE, last - first, np.zeros((-(-(last - first) // STEP), 155), np.float32), complete=True)
        for place in np.flatnonzero((told != -1).any(axis=1)):
            step = first // STEP + int(place)
            assert step not in steps
            steps[step] = {label for label, value in zip(labels.LABELS, told[place], strict=True) if value == 1}
        assert last - first <= (child.PIECE_S + 2 * child.AROUND_S + 1) * RATE
    at = {second: steps.get(int(second / STEP_S)) for second in (5, 12, 17, 25, 35, 100, 800, 950)}
    music = {"music"}
    assert at == {
        5: None,
        12: {"hum"},
        17: {"hum", "alarm"},
        25: {"alarm"},
        35: None,
        100: {"traffic"},
        800: music | {"traffic"},
        950: music,
    }
