"""Mailboxes as sources, asked over a real connection: each message once, nothing changed there, and errors in words."""

from __future__ import annotations

import pytest
from django.utils import timezone

from documents.errors import Refused
from documents.models import Document, Source, SourceItem
from documents.services.sources import looking, managing
from documents.services.sources.imap import encoded
from documents.tests.imap_server import PASSWORD, USER, Folder, Server, certificate, message, running
from tasks.models import TaskRecord

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(tmp_path, settings):
    context, believed = certificate(tmp_path)
    with running(Server(context)) as made:
        settings.IMAP_HOSTS = frozenset([("localhost", made.port)])
        settings.IMAP_CA_FILE = believed
        yield made


@pytest.fixture
def mailbox(server, case, owner):
    def make(password: str = PASSWORD, **options) -> Source:
        options = {"host": "localhost", "port": server.port, "security": "ssl", "user": USER, **options}
        return managing.add(case, owner, "imap", options, password=password)

    return make


@pytest.fixture
def look(work_off):
    """Look once; with `read` also have read what was found."""

    def again(source: Source, *, read: bool = False, **options) -> Source:
        if not TaskRecord.objects.active().filter(pk=Source.objects.get(pk=source.pk).task_id).exists():
            looking.submit(Source.objects.get(pk=source.pk), **options)
        if not read:
            TaskRecord.objects.active().exclude(name=looking.LOOK).update(paused_at=timezone.now())
        work_off(10_000 if read else 1)
        return Source.objects.get(pk=source.pk)

    return again


def taken() -> int:
    return Document.objects.filter(parent=None).count()


def test_each_message_becomes_a_document_with_its_attachments_and_folders_as_tags(server, mailbox, look, case):
    server.folders["INBOX"].put(message(1, attachment="A list of piers."))
    server.folders["Matters/Acme"] = Folder(messages={5: message(2)})
    source = look(mailbox(folders=["INBOX", "Matters/Acme"], tags=["Mail"]), read=True)
    assert (source.error, source.failures) == ("", 0)
    mails = {document.title: document for document in Document.objects.filter(parent=None)}
    assert set(mails) == {"Pier 1", "Pier 2"}
    assert {tag.name for tag in mails["Pier 2"].tags.all()} == {"Mail", "Matters", "Acme"}
    attached = mails["Pier 1"].attachments.get()
    assert (attached.name, [tag.name for tag in attached.tags.all()]) == ("list.txt", ["Mail"])
    assert set(source.items.values_list("outcome", flat=True)) == {"accepted"}


def test_nothing_is_changed_there(server, mailbox, look):
    server.folders["INBOX"].put(message(1))
    look(mailbox())
    assert any(asked.startswith("EXAMINE") for asked in server.asked)
    assert not [asked for asked in server.asked if asked.upper().startswith(("SELECT", "UID STORE", "STORE", "EXPUNGE"))]
    assert not [asked for asked in server.asked if "BODY[" in asked.upper()]


def test_only_what_is_new_is_read_at_the_next_look(server, mailbox, look):
    for number in range(45):
        server.folders["INBOX"].put(message(number))
    source = look(mailbox())
    assert taken() == 45
    server.asked.clear()
    server.folders["INBOX"].put(message(45))
    look(source)
    assert taken() == 46
    assert len([asked for asked in server.asked if asked.startswith("UID FETCH")]) == 2


def test_numbers_given_anew_and_copies_in_other_folders_bring_nothing_twice(server, mailbox, look):
    messages = [message(1), message(2), message("nameless", identity=None)]
    server.folders["INBOX"] = Folder(messages=dict(enumerate(messages, 10)))
    source = look(mailbox(folders=["INBOX", "Copies"]))
    assert source.error_code == "no_folder"
    assert taken() == 3
    server.folders["INBOX"] = Folder(validity=8, messages=dict(enumerate(messages, 1)))
    server.folders["Copies"] = Folder(messages=dict(enumerate(messages, 1)))
    source = look(source)
    assert source.error == ""
    assert taken() == 3


def test_another_message_under_a_known_name_is_taken(server, mailbox, look):
    server.folders["INBOX"].put(message(1))
    server.folders["INBOX"].put(message(1, "This one says something else."))
    look(mailbox())
    assert taken() == 2


def test_a_connection_that_breaks_off_in_a_message_loses_nothing(server, mailbox, look):
    for number in range(25):
        server.folders["INBOX"].put(message(number, "x" * 5000 if number == 22 else ""))
    server.breaks_off_at = 3000
    source = look(mailbox())
    assert source.error_code == "connection"
    assert source.next_look > timezone.now()
    assert taken() == 20
    source = look(source)
    assert (source.error, taken(), source.failures) == ("", 25, 0)


def test_a_wrong_password_is_said_and_not_tried_again_by_itself(server, mailbox, look, owner):
    source = look(mailbox("wrong"))
    assert source.error_code == "wrong_password"
    assert "does not accept this user and password" in source.error
    assert (source.active, source.next_look) == (True, None)
    server.folders["INBOX"].put(message(1))
    managing.change(source, owner, source.options, password=PASSWORD)
    assert look(source).error == ""
    assert taken() == 1


def test_a_certificate_that_is_not_known_is_told_nothing(server, mailbox, look, settings):
    settings.IMAP_CA_FILE = None
    source = look(mailbox())
    assert source.error_code == "certificate"
    assert "IMAP_CA_FILE" in source.error
    assert server.asked == []


def test_starttls_is_spoken_where_it_is_wanted(tmp_path, settings, mailbox, look, server):
    context, settings.IMAP_CA_FILE = certificate(tmp_path)
    with running(Server(None, starttls=context)) as later:
        settings.IMAP_HOSTS = frozenset([("localhost", later.port)])
        later.folders["INBOX"].put(message(1))
        source = look(mailbox(port=later.port, security="starttls"))
    assert (source.error, taken()) == ("", 1)
    assert later.asked.index("STARTTLS") < later.asked.index("AUTHENTICATE")


def test_only_servers_that_the_administrator_named_are_asked(server, mailbox, look, settings):
    source = mailbox()
    with pytest.raises(Refused) as refused:
        mailbox(host="127.0.0.1")
    assert refused.value.code == "host_not_allowed"
    settings.IMAP_HOSTS = frozenset([("mail.example.org", 143)])
    with pytest.raises(Refused) as refused:
        mailbox(host="mail.example.org", port=143, security="plain")
    assert refused.value.code == "plain_not_allowed"
    source = look(source)
    assert source.error_code == "host_not_allowed"
    assert server.asked == []


def test_what_is_too_large_is_refused_before_it_is_fetched_and_again_when_the_server_lies(server, mailbox, look, settings):
    settings.MAX_UPLOAD_MB = 1
    server.folders["INBOX"].put(message(1, "x" * 1_200_000))
    lying = server.folders["INBOX"].put(message(2, "x" * 1_300_000))
    server.folders["INBOX"].said_size[lying] = 500
    server.folders["INBOX"].put(message(3))
    source = look(mailbox())
    assert source.error == ""
    assert sorted(source.items.values_list("outcome", "code")) == [("accepted", ""), ("refused", "too_large"), ("refused", "too_large")]
    assert not [asked for asked in server.asked if asked.startswith("UID FETCH 1 ")]
    settings.MAX_UPLOAD_MB = 10
    look(source)
    assert taken() == 1
    look(source, again=True)
    assert taken() == 3


def test_the_password_is_kept_sealed_and_shown_nowhere(server, mailbox, look, api, owner, case):
    source = look(mailbox())
    assert PASSWORD not in source.secret
    answer = api(owner).get(f"/api/cases/{case.pk}/sources/")
    assert PASSWORD not in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert PASSWORD not in str(list(case.audit_events.values_list("detail", flat=True)))
    assert PASSWORD not in str(list(TaskRecord.objects.values_list("payload", flat=True)))


def test_a_name_that_would_be_a_command_is_refused(server, mailbox):
    for options in ({"folders": ['INBOX"\r\nA1 DELETE INBOX']}, {"user": "anna\r\nA1 LOGOUT"}):
        with pytest.raises(Refused):
            mailbox(**options)
    assert not Source.objects.exists()


def test_folders_are_called_as_the_protocol_wants():
    assert encoded("Entwürfe & Ablage/日本") == "Entw&APw-rfe &- Ablage/&ZeVnLA-"


def test_an_item_says_where_it_was(server, mailbox, look):
    server.folders["INBOX"].put(message(1))
    look(mailbox())
    assert SourceItem.objects.get().path.startswith("INBOX: message 1, 12-Mar-2026")
