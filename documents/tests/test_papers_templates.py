"""Templates of papers: what is in them is rendered in a sandbox, in a child, and never run."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.errors import Refused
from documents.models import Paper, PaperTemplate
from documents.services.papers import asking, templates
from documents.services.storage import blobs


def word(*paragraphs: str) -> bytes:
    """A Word file; a paragraph is written in pieces, as Word does it."""
    document = docx.Document()
    for words in paragraphs:
        paragraph = document.add_paragraph()
        for piece in words.split("|"):
            paragraph.add_run(piece)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def of_text(text: str, **fields) -> PaperTemplate:
    return PaperTemplate(name="Ours", text=text, **fields)


def of_file(*paragraphs: str, **fields) -> PaperTemplate:
    return PaperTemplate(name="Ours", file=word(*paragraphs), **fields)


BAD = [
    ("{{ ''.__class__ }}\n{{ body }}", "template_code"),
    ("{{ ''.__class__.__mro__[1].__subclasses__() }}\n{{ body }}", "template_code"),
    ("{{ title.format(title) }}\n{{ body }}", "template_code"),
    ("{{ title.upper() }}\n{{ body }}", "template_code"),
    ("{{ 'a' * 999999999 }}\n{{ body }}", "template_code"),
    ("{{ 9 ** 9 ** 9 ** 9 }}\n{{ body }}", "template_code"),
    ("{{ sections }}\n{{ body }}", "template_code"),
    ("{% for n in range(999999999) %}x{% endfor %}\n{{ body }}", "template_field"),
    ("{{ no_such_field }}\n{{ body }}", "template_field"),
    ("{{ sections[0].author }}\n{{ body }}", "template_field"),
    ("{{ cycler.__init__.__globals__ }}\n{{ body }}", "template_code"),
    ("{{ title|safe }}\n{{ body }}", "template_syntax"),
    ("{% autoescape false %}{{ title }}{% endautoescape %}\n{{ body }}", "template_syntax"),
    ("{{ title\n{{ body }}", "template_syntax"),
    ("{% include '/etc/passwd' %}\n{{ body }}", "template_other"),
    ("{% import 'os' as os %}\n{{ body }}", "template_other"),
    ("A letterhead, and nothing else.", "template_body"),
    ("{{ body }}\n{{ body }}", "template_body"),
    ("", "template_empty"),
]


@pytest.mark.parametrize(("text", "code"), BAD)
def test_a_text_with_code_or_unknown_fields_is_refused_with_a_sentence(db, text, code):
    with pytest.raises(Refused) as refused:
        templates.require_usable(of_text(text))
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert "Traceback" not in refused.value.message


@pytest.mark.parametrize(("text", "code"), [one for one in BAD if one[1] not in ("template_empty",) and "\n{{ body }}" in one[0]][:9])
def test_a_word_file_is_held_to_the_same(db, text, code):
    with pytest.raises(Refused) as refused:
        templates.require_usable(of_file(*text.split("\n")))
    assert refused.value.code == code


def test_a_template_that_runs_in_circles_is_stopped(db, monkeypatch):
    monkeypatch.setattr("documents.services.papers.laying_out.TEMPLATE_SECONDS", 2.0)
    nested = "".join(f"{{% for a{n} in title %}}" for n in range(9)) + "x" + "{% endfor %}" * 9
    with pytest.raises(Refused, match="runs too long or grows too large") as refused:
        templates.require_usable(of_text(f"{nested}\n{{{{ body }}}}"))
    assert refused.value.code in ("layout_timeout", "layout_memory")


def test_what_is_no_word_file_is_said_to_be_none(db):
    with pytest.raises(Refused, match="no Word file") as refused:
        templates.require_usable(PaperTemplate(name="Ours", file=b"PK\x03\x04 nothing"))
    assert refused.value.code == "template_unreadable"
    with pytest.raises(Refused, match="either"):
        templates.require_usable(PaperTemplate(name="Ours", file=word("{{ body }}"), text="{{ body }}"))


@pytest.fixture
def made(case, editor, accept, work_off):
    def of(template: PaperTemplate, form: str) -> Paper:
        case.title = "Smith & <Jones> {{ 7*7 }} v. #sys.inputs"
        case.save()
        template.save()
        paper = asking.ask(case, editor, "exhibit_list", form, {}, template=template.pk)
        work_off()
        return Paper.objects.get(pk=paper.pk)

    return of


def words_of(paper: Paper) -> list[str]:
    with blobs.as_file(paper.document) as path:
        return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def test_an_offices_word_file_is_filled_and_its_values_are_text(made):
    template = of_file("OFFICE OF ADA LOVELACE", "In re: {|{ case_|title }}", "{{ body }}", "Respectfully, {{ made_by }}")
    paper = made(template, "docx")
    assert paper.status == "ready", paper.error
    words = words_of(paper)
    assert words[:2] == ["OFFICE OF ADA LOVELACE", "In re: Smith & <Jones> {{ 7*7 }} v. #sys.inputs"]
    assert words[-1] == "Respectfully, editor"
    assert "No document of this case is called an exhibit, by its kind, its title or a tag." in words


def test_lines_of_text_frame_word_and_pdf_alike(made, work_off):
    number = "{% if docket_number %}No. {{ docket_number }}{% endif %}"
    text = f"= Office of Ada Lovelace\n# {{{{ title }}}}\n{number}\n{{{{ case_title }}}}\n{{{{ body }}}}\nThe end."
    paper = made(of_text(text), "docx")
    assert words_of(paper)[:3] == ["Office of Ada Lovelace", "Exhibit list", "No. 1:24-cv-00123"]
    paper = made(of_text(text), "pdf")
    assert paper.status == "ready", paper.error
    assert "Smith & <Jones> {{ 7*7 }} v. #sys.inputs" in paper.document.text_version.pages.get().text


def test_a_template_that_became_bad_fails_its_paper_with_the_sentence(made):
    paper = made(of_text("{{ no_such_field }}\n{{ body }}"), "pdf")
    assert (paper.status, paper.error_code) == ("failed", "template_field")
    assert "names a field that there is not" in paper.error
    assert paper.document is None


def test_administrators_give_templates_and_are_told_what_is_wrong(admin_client):
    address = reverse("admin:documents_papertemplate_add")
    given = {"kind": "memo", "name": "Ours", "active": "on", "text": ""}
    bad = admin_client.post(address, {**given, "upload": SimpleUploadedFile("ours.docx", word("{{ ''.__class__ }}", "{{ body }}"))})
    assert "The template may not do that" in bad.content.decode()
    assert not PaperTemplate.objects.exists()
    good = admin_client.post(address, {**given, "upload": SimpleUploadedFile("ours.docx", word("{{ title }}", "{{ body }}"))})
    assert good.status_code == 302
    kept = PaperTemplate.objects.get()
    assert (kept.file_name, kept.serves("memo", "docx"), kept.serves("memo", "pdf")) == ("ours.docx", True, False)
    change = reverse("admin:documents_papertemplate_change", args=[kept.pk])
    assert admin_client.post(change, {"kind": "", "name": "Renamed", "text": ""}).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.active, bool(kept.file)) == ("Renamed", False, True)
