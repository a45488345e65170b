"""Tags: a case's own words on its documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import AuditEvent, Case, Role
from documents.errors import Refused
from documents.models import Document, DocumentTag, SavedFilter, Tag


def cleaned(name: str) -> str:
    """A tag's name with single spaces and without control characters. Raises Refused for what is empty or too long."""
    name = " ".join("".join(letter for letter in name if letter.isprintable() or letter.isspace()).split())
    if not name:
        raise Refused(_("A tag needs a name."), "tag_without_name")
    if len(name) > Tag.LONGEST:
        raise Refused(_("A tag has at most %(most)d letters.") % {"most": Tag.LONGEST}, "tag_too_long")
    return name


def called(case: Case, names: Iterable[str]) -> list[Tag]:
    """The case's tags of these names, made where there were none; upper and lower case are one. Raises Refused (`cleaned`)."""
    wanted = {name.lower(): name for name in (cleaned(name) for name in names)}
    Tag.objects.bulk_create([Tag(case=case, name=name) for name in wanted.values()], ignore_conflicts=True)
    return [Tag.objects.get(case=case, name__iexact=name) for name in wanted.values()]


def put_on(case: Case, documents: Sequence[UUID], names: Iterable[str], user: Any) -> int:
    """Tag these documents of the case; gives how many marks are new. The caller has asked the case's door."""
    person = user if getattr(user, "pk", None) else None
    with transaction.atomic():
        tags = called(case, names)
        wanted = [DocumentTag(document_id=document, tag=tag, created_by=person) for tag in tags for document in documents]
        carried = DocumentTag.objects.filter(tag__in=tags, document__in=documents)
        before = carried.count()
        DocumentTag.objects.bulk_create(wanted, batch_size=1000, ignore_conflicts=True)
        new = carried.count() - before
        if new:
            AuditEvent.write("documents.tagged", case=case, actor=user, tags=[tag.name for tag in tags], documents=len(documents), new=new)
    return new


def take_off(case: Case, documents: Sequence[UUID], names: Iterable[str], user: Any) -> int:
    """Untag these documents of the case; gives how many marks are gone. The caller has asked the case's door."""
    with transaction.atomic():
        tags = [tag for name in names if (tag := Tag.objects.filter(case=case, name__iexact=cleaned(name)).first())]
        gone, _each = DocumentTag.objects.filter(tag__in=tags, document__in=documents).delete()
        if gone:
            AuditEvent.write(
                "documents.untagged", case=case, actor=user, tags=[tag.name for tag in tags], documents=len(documents), gone=gone
            )
    return gone


def change(document: Document, user: Any, add: Sequence[str], remove: Sequence[str]) -> None:
    """Put tags on one document and take others off it. Raises Http404, PermissionDenied, Refused (`cleaned`)."""
    document.require(user, Role.EDITOR)
    if document.case is None:
        raise Http404
    with transaction.atomic():
        if remove:
            take_off(document.case, [document.pk], remove, user)
        if add:
            put_on(document.case, [document.pk], add, user)


def of_cases(tags: QuerySet[Tag]) -> QuerySet[Tag]:
    """Each tag with `count`, its living documents, by name."""
    return tags.annotate(count=Count("documents", filter=Q(documents__deleted_at=None))).order_by("name", "pk")


def rename(tag: Tag, name: str, user: Any) -> Tag:
    """Raises Http404, PermissionDenied, Refused (`cleaned`; tag_exists, where another has this name: they may be merged)."""
    name = cleaned(name)
    with transaction.atomic():
        tag = _locked(tag, user)
        if Tag.objects.filter(case=tag.case, name__iexact=name).exclude(pk=tag.pk).exists():
            raise Refused(_("There is a tag “%(name)s” already; you can merge the two.") % {"name": name}, "tag_exists")
        before, tag.name = tag.name, name
        tag.save(update_fields=["name"])
        _follow(tag.case, before, lambda names: [name if _same(one, before) else one for one in names])
        AuditEvent.write("tag.renamed", case=tag.case, actor=user, target=tag, name=name, before=before)
    return tag


def merge(tag: Tag, into: Tag, user: Any) -> Tag:
    """All that carries `tag` carries `into`, another tag of the case, and `tag` is gone. Raises Http404, PermissionDenied, Refused."""
    if tag.pk == into.pk:
        raise Refused(_("A tag can't be merged with itself."), "same_tag")
    with transaction.atomic():
        tag = _locked(tag, user)
        if into.case_id != tag.case_id:
            raise Http404
        marks = DocumentTag.objects.filter(tag=tag)
        marks.exclude(document__in=DocumentTag.objects.filter(tag=into).values("document")).update(tag=into)
        name = tag.name
        tag.delete()
        _follow(into.case, name, lambda names: list(dict.fromkeys(into.name if _same(one, name) else one for one in names)))
        AuditEvent.write("tag.merged", case=into.case, actor=user, target=into, name=name, into=into.name)
    return into


def delete(tag: Tag, user: Any) -> None:
    """Take a tag off all documents of its case, and out of filters that were saved. Raises Http404, PermissionDenied."""
    with transaction.atomic():
        tag = _locked(tag, user)
        AuditEvent.write("tag.deleted", case=tag.case, actor=user, target=tag, name=tag.name)
        _follow(tag.case, tag.name, lambda names: [one for one in names if not _same(one, tag.name)])
        tag.delete()


def _locked(tag: Tag, user: Any) -> Tag:
    found = Tag.objects.select_for_update(of=("self",)).select_related("case").filter(pk=tag.pk).first()
    if found is None:
        raise Http404
    found.case.require(user, Role.EDITOR)
    return found


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _follow(case: Case, name: str, changed: Callable[[list[str]], list[str]]) -> None:
    """Saved filters name tags; they go along."""
    for saved in SavedFilter.objects.select_for_update().filter(case=case, words__has_key="tag"):
        names = saved.words["tag"]
        if any(_same(one, name) for one in names):
            saved.words["tag"] = changed(names)
            saved.save(update_fields=["words", "updated"])
