"""The admin through its own doors: its order, its links both ways, no content, no inline script, and no query for each row."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import AuditEvent, Case, Membership
from documents.models import Document, TextVersion
from lexintel.models import ApiToken, User
from lexintel.tests.admin_rows import add_rows
from tasks.models import TaskRecord

TABLES = pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
MOST_QUERIES = 20
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(\ssrc=|application/json))")


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="pass-word-123"))
    return client


def page_of(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def listed(model: type[Model], query: str) -> str:
    """A filtered list as it stands in a page's HTML."""
    return f'href="{page_of(model, "changelist")}?{query}"'


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


# Order


def headings(page: str) -> list[tuple[str, str]]:
    """Of open sections and of folded ones."""
    return re.findall(r'class="section">([^<]+)<|<summary>([^<]+)</summary>', page)


def test_the_index_follows_the_order_of_work_and_ends_with_what_is_internal(root):
    page = text(root, reverse("admin:index"))
    names = [section or folded for section, folded in headings(page)]
    assert names == ["Cases", "Documents", "Audio", "Analytics", "Tasks", "Schedules", "People", "Internal"]


def test_what_is_internal_is_folded_and_holds_the_tables_nobody_works_with(root):
    page = text(root, reverse("admin:index"))
    before, folded, inside = page.partition('<details class="module section-internal">')
    assert folded
    for name in ("Passages", "Words of passages", "Vectors of passages", "Embedding models", "Processes", "Task results"):
        assert f">{name}</a>" in inside
        assert f">{name}</a>" not in before
    for name in ("Documents", "Readings", "Tasks", "Users", "Groups", "API tokens"):
        assert f">{name}</a>" in before


def test_inside_a_section_what_is_used_most_comes_first(root):
    page = text(root, reverse("admin:index"))
    for names in (["Cases", "Memberships", "Audit events"], ["Periodic tasks", "Crontabs"], ["Users", "API tokens", "Groups"]):
        places = [page.index(f">{name}</a></th>") for name in names]
        assert places == sorted(places)


def test_the_side_bar_has_the_same_order_and_opens_what_is_internal_where_one_is_in_it(root):
    names = ["Cases", "Documents", "Audio", "Analytics", "Tasks", "Schedules", "People", "Internal"]
    passages = text(root, reverse("admin:documents_chunk_changelist"))
    assert [section or folded for section, folded in headings(passages) if (section or folded) in names] == names
    assert '<details class="module section-internal" open>' in passages
    assert '<details class="module section-internal">' in text(root, reverse("admin:cases_case_changelist"))


@pytest.mark.parametrize(
    ("label", "here", "elsewhere"),
    [
        ("documents", ["Documents", "Passages"], "Users"),
        ("auth", ["Users", "Groups"], "Documents"),
        ("tasks", ["Tasks", "Processes"], "Users"),
    ],
)
def test_the_page_of_an_app_shows_its_section(root, label, here, elsewhere):
    content = text(root, reverse("admin:app_list", args=[label])).partition('id="content-main"')[2]
    assert all(f">{name}</a>" in content for name in here)
    assert f">{elsewhere}</a>" not in content


def way_back(page: str) -> str:
    return page.partition('class="breadcrumbs"')[2].partition("</div>")[0]


def test_the_way_back_calls_an_app_like_its_section(root):
    assert ">People</a>" in way_back(text(root, reverse("admin:auth_group_changelist")))
    page = way_back(text(root, reverse("admin:app_list", args=["documents"])))
    assert "Documents" in page
    assert "Internal" not in page


def test_who_may_see_only_documents_sees_only_their_section(root, owner):
    owner.is_staff = True
    owner.save()
    owner.user_permissions.add(Permission.objects.get(codename="view_document"))
    client = Client()
    client.force_login(owner)
    assert [section for section, _folded in headings(text(client, reverse("admin:index")))] == ["Documents"]


# Every page


@TABLES
def test_every_table_has_pages_that_answer_without_anything_inline(root, model):
    add_rows(0, 1)
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"add_rows makes no {model._meta.label}"
    pages = [page_of(model, "changelist"), page_of(model, "change", row.pk), page_of(model, "history", row.pk)]
    request = root.get(reverse("admin:index")).wsgi_request
    table = admin.site._registry[model]
    pages += [page_of(model, "add")] if table.has_add_permission(request) else []
    pages += [page_of(model, "delete", row.pk)] if table.has_delete_permission(request) else []
    for address in pages:
        page = text(root, address)
        assert INLINE.search(page) is None, (address, INLINE.search(page))
        assert page.count("<h1") == 1, address
        assert "secret" not in page, address


def test_no_list_asks_a_query_for_each_row(root):
    def queries() -> dict[str, int]:
        numbers = {}
        for model in admin.site._registry:
            with CaptureQueriesContext(connection) as asked:
                text(root, page_of(model, "changelist"))
            numbers[model._meta.label] = len(asked)
        return numbers

    add_rows(0, 3)
    queries()  # what a process remembers is remembered now
    few = queries()
    add_rows(3, 30)
    many = queries()
    assert {label: (few[label], number) for label, number in many.items() if number > few[label]} == {}
    assert {label: number for label, number in many.items() if number > MOST_QUERIES} == {}


@pytest.mark.parametrize("model", [Case, Document, TaskRecord, User])
def test_a_form_asks_few_queries(root, model, django_assert_max_num_queries):
    add_rows(0, 5)
    row = model._default_manager.order_by("pk").first()
    case = Case.objects.order_by("pk").first()
    Membership.objects.bulk_create(Membership(case=case, user=user) for user in User.objects.filter(memberships=None))
    with django_assert_max_num_queries(MOST_QUERIES):
        text(root, page_of(model, "change", row.pk))


# Links


@pytest.fixture
def rows(root: Client) -> dict[type[Model], Model]:
    add_rows(0, 1)
    return {model: model._default_manager.earliest("pk") for model in (Case, Document, TaskRecord, TextVersion, AuditEvent, Membership)} | {
        User: User.objects.get(username="person0")
    }


def test_a_case_leads_to_what_belongs_to_it(root, rows):
    case = rows[Case]
    page = text(root, page_of(Case, "change", case.pk))
    for model in (Document, Membership, AuditEvent):
        assert listed(model, f"case__id__exact={case.pk}") in page
    assert listed(TaskRecord, f"scope__exact={case.pk}") in page
    assert listed(Membership, f"case__id__exact={case.pk}") in text(root, page_of(Case, "changelist"))


def test_a_document_leads_to_its_case_its_tasks_and_its_readings(root, rows):
    document = rows[Document]
    page = text(root, page_of(Document, "change", document.pk))
    assert f'href="{page_of(Case, "change", document.case_id)}"' in page
    assert f'href="{page_of(TaskRecord, "change", rows[TaskRecord].pk)}"' in page
    assert listed(TaskRecord, f"topic__exact=document%3A{document.pk}") in page
    assert listed(TextVersion, f"document__id__exact={document.pk}") in page
    assert listed(AuditEvent, f"target_type__exact=document&amp;target_id__exact={document.pk}") in page
    assert f"{listed(Document, f'parent__id__exact={document.pk}')}>Attachments</a>" in page


@pytest.mark.parametrize("page", ["changelist", "change"])
def test_a_task_leads_to_its_document_and_its_case(root, rows, page):
    record = rows[TaskRecord]
    shown = text(root, page_of(TaskRecord, page, *([record.pk] if page == "change" else [])))
    assert f'href="{page_of(Document, "change", rows[Document].pk)}">Document 0</a>' in shown
    assert f'href="{page_of(Case, "change", rows[Case].pk)}">Case 0</a>' in shown


@pytest.mark.parametrize(
    ("model", "to"), [(TextVersion, Document), (Membership, User), (Membership, Case), (Document, Case), (AuditEvent, Document)]
)
def test_rows_lead_back(root, rows, model, to):
    assert f'href="{page_of(to, "change", rows[to].pk)}">' in text(root, page_of(model, "changelist"))


def test_a_person_leads_to_memberships_tokens_and_tasks(root, rows):
    person = rows[User]
    page = text(root, page_of(User, "change", person.pk))
    for model in (Membership, ApiToken, TaskRecord):
        assert listed(model, f"user__id__exact={person.pk}") in page


def test_every_list_that_a_page_leads_to_answers_and_is_narrowed_down(root, rows):
    add_rows(1, 3)
    for model, row in rows.items():
        page = text(root, page_of(model, "change", row.pk)).partition('class="belongs"')[2].partition("</nav>")[0]
        for address in re.findall(r'href="([^"]+)"', page):
            answer = root.get(address.replace("&amp;", "&"))
            assert answer.status_code == 200, address
            assert answer.context["cl"].result_count <= 2, address  # a document and its attachment


def test_names_in_links_are_escaped(root, rows):
    Case.objects.update(title="<img src=x>")
    Document.objects.update(title="<b>bold</b>")
    for model in (Document, TaskRecord, Membership, AuditEvent, TextVersion):
        page = text(root, page_of(model, "changelist"))
        assert "<img src=x>" not in page
        assert "<b>bold</b>" not in page


def test_a_task_about_what_is_gone_or_odd_is_listed_without_a_link(root, rows):
    TaskRecord.objects.create(name="a", topic="document:not-an-id")
    TaskRecord.objects.create(name="b", topic=f"nothing:{rows[Case].pk}", scope=rows[Document].pk)
    assert root.get(page_of(TaskRecord, "changelist")).context["cl"].result_count == 3


def test_only_who_is_a_member_is_led_from_the_admin_into_the_product(root, rows):
    for model in (Case, Document):
        row = rows[model]
        link = f'href="{row.get_absolute_url()}"'
        assert link not in text(root, page_of(model, "change", row.pk))
    Membership.objects.create(case=rows[Case], user=User.objects.get(username="root"))
    for model in (Case, Document):
        row = rows[model]
        assert f'href="{row.get_absolute_url()}"' in text(root, page_of(model, "change", row.pk))
        assert root.get(row.get_absolute_url()).status_code == 200


def test_the_product_leads_to_the_admin_and_the_admin_back(root):
    assert f'href="{reverse("admin:index")}"' in text(root, reverse("cases:list"))
    assert f'href="{reverse("cases:list")}"' in text(root, reverse("admin:index"))


# The door


def test_the_door_of_the_admin_has_one_heading_and_looks_like_ours(client: Client):
    page = text(client, reverse("admin:login") + "?next=/admin/")
    assert page.count("<h1") == 1
    assert "LexIntel administration" in page
    assert 'class="sign-in-box"' in page
    assert INLINE.search(page) is None


def test_who_may_not_see_the_admin_is_told_so(client: Client, owner: User):
    client.force_login(owner)
    assert f"You are signed in as {owner}" in text(client, reverse("admin:login") + "?next=/admin/")


def test_a_wrong_password_is_told_and_the_right_one_leads_in(client: Client, root: Client):
    def sent(password: str) -> dict[str, str]:
        return {"username": "root", "password": password, "next": "/admin/"}

    refused = client.post(reverse("admin:login"), sent("not this"))
    assert 'role="alert"' in refused.content.decode()
    assert client.post(reverse("admin:login"), sent("pass-word-123"))["Location"] == "/admin/"
