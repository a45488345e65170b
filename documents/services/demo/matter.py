from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from cases.services.matters import create_case
from documents.services.demo import dates, law
from documents.services.demo.papers import papers
from documents.services.ingest import accept

DOCKET_NUMBER = "1:25-cv-10482-EKL"


def fill(user: Any) -> Case:
    """Make the demonstration case for this user, bring the law that it cites into the library, and give the case's papers to the pipeline;
    what is there already stays."""
    law.bring()
    case = Case.objects.visible_to(user).filter(docket_number=DOCKET_NUMBER).first() or _open(user)
    known = set(case.documents.values_list("name", flat=True))
    for paper in papers():
        if paper.name not in known:
            accept(ContentFile(paper.content), case=case, user=user, name=paper.name)
    return case


def _open(user: Any) -> Case:
    with transaction.atomic():
        case = create_case(
            "Marlowe Instruments v. Castellan Robotics",
            user=user,
            docket_number=DOCKET_NUMBER,
            court="D. Mass.",
            description=_("A fictional matter with real citations, made to look around in. Delete it when you like."),
        )
        dates.enter(case, user)
    return case
