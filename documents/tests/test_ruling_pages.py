"""The pages and exports of a ruling's citations: counts, sentences, picture and table agree, and a stranger's case does not exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Ruling
from documents.models import Citation, TreatmentCue
from documents.services.authorities.graph import importance
from documents.services.authorities.graph.neighbourhood import Link, Neighbourhood, Node
from documents.services.authorities.graph.picture import drawn
from documents.tests.law import bring, lines, ruling

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "It is plain. We rely on Roe v. Wade, 410 U.S. 113, 152 (1973). Again: 410 U.S. at 153. Other: 5 U.S. 9."
LIBRARY = [
    ruling(),
    ruling("Doe v. Bolton", citations=["410 U.S. 179"], text="The U.S. Court agrees. See Roe v. Wade, 410 U.S. 113 (1973); 5 U.S. 9. Left."),  # noqa: E501
    ruling("Cole v. Dean", citations=["500 U.S. 1"], date="1991-02-01",
           text="We overrule Roe v. Wade, 410 U.S. 113 (1973). Compare Doe v. Bolton, 410 U.S. 179 (1973); 6 U.S. 7."),
]  # fmt: skip


@pytest.fixture
def roe(tmp_path: Path, accept, work_off) -> Ruling:
    bring("rulings", lines(tmp_path / "r.jsonl", LIBRARY))
    accept(BRIEF)
    work_off()
    importance.rank()
    return Ruling.objects.get(name="Roe v. Wade")


def test_edges_come_with_their_sentence_and_depth(roe: Ruling, api, viewer) -> None:
    mine = [one for one in api(viewer).get(f"/api/rulings/{roe.pk}/cited-by/").json()["results"] if one["case"]]
    assert [one["sentence"]["text"] for one in mine] == [
        "We rely on Roe v. Wade, 410 U.S. 113, 152 (1973).",
        "Again: 410 U.S. at 153.",
    ]
    assert {(one["depth"]["mentions"], one["depth"]["pages"]) for one in mine} == {(2, 1)}
    assert BRIEF[mine[0]["sentence"]["start"] : mine[0]["sentence"]["end"]] == mine[0]["sentence"]["text"]
    doe = Ruling.objects.get(name="Doe v. Bolton")
    cited = api(viewer).get(f"/api/rulings/{doe.pk}/cites/").json()["results"]
    assert [(one["key"], one["depth"]["mentions"], one["role"]) for one in cited] == [
        ("us:410:113", 1, "authority"),
        ("us:5:9", 1, "authority"),
    ]


def test_history_and_a_texts_own_citation_are_no_edges(roe: Ruling, api, viewer, client) -> None:
    Citation.objects.filter(ruling=roe, text_version__document__ruling__name="Doe v. Bolton").update(role=Citation.Role.HISTORY)
    Citation.objects.filter(ruling=roe, text_version__document__case__isnull=False).update(role=Citation.Role.SELF)
    assert api(viewer).get(f"/api/rulings/{roe.pk}/").json()["cited_by_count"] == 1
    assert api(viewer).get(f"/api/rulings/{roe.pk}/cited-by/").json()["count"] == 1
    graph = api(viewer).get(f"/api/rulings/{roe.pk}/graph/").json()
    assert [node["name"] for node in graph["nodes"]] == ["Roe v. Wade", "Cole v. Dean"]


def test_a_strangers_case_does_not_exist_in_any_view(roe: Ruling, api, client, viewer, stranger) -> None:
    names = {user: [node["name"] for node in _graph(api(user), roe)["nodes"]] for user in (viewer, stranger)}
    assert names[viewer] == ["Roe v. Wade", _brief().title, "Cole v. Dean", "Doe v. Bolton"]
    assert names[stranger] == ["Roe v. Wade", "Cole v. Dean", "Doe v. Bolton"]
    assert _graph(api(viewer), roe)["counts"] == {"ruling": 2, "unresolved": 0, "document": 1}
    assert _graph(api(stranger), roe)["counts"] == {"ruling": 2, "unresolved": 0, "document": 0}
    assert (_graph(api(viewer), roe)["total"], _graph(api(stranger), roe)["total"]) == (3, 2)
    for view in ("", "cited-by/", "cited-by/?in=cases", "cites/", "treatment/", "graph/"):
        client.force_login(stranger)
        page = client.get(f"/library/rulings/{roe.pk}/{view}").content.decode()
        assert _brief().title not in page, view
        assert "A lease" not in page, view
        assert str(_brief().pk) not in page, view
        assert '>Cited by <span class="chip-count">2</span>' in page, view
        client.force_login(viewer)
        assert '>Cited by <span class="chip-count">3</span>' in client.get(f"/library/rulings/{roe.pk}/{view}").content.decode(), view
    for form in ("ris", "csl"):
        address = f"/api/rulings/{roe.pk}/export/?as={form}&what=cited-by"
        assert api(viewer).get(address).content == api(stranger).get(address).content


def test_picture_and_table_carry_the_same_numbers(roe: Ruling, client, viewer) -> None:
    client.force_login(viewer)
    first = client.get(f"/library/rulings/{roe.pk}/graph/").content.decode()
    sorted_ = client.get(f"/library/rulings/{roe.pk}/graph/?order=-name").content.decode()
    for page in (first, sorted_):
        drawing = dict(re.findall(r'aria-label="(\d+): ([^,"]+)', page))
        table = dict(re.findall(r'id="node-(\d+)".*?class="row-link" href="[^"]*">([^<]+)<', page, re.S))
        assert drawing == table
        assert len(table) == 3
    assert re.findall(r'id="node-(\d+)"', first) == ["1", "2", "3"]
    names = re.findall(r'class="row-link" href="[^"]*">([^<]+)</a>', sorted_)[:3]
    assert names == sorted(names, key=str.casefold, reverse=True)
    svg = re.search(r"<svg class=\"graph\".*?</svg>", first, re.S)
    assert svg is not None
    tree = ElementTree.fromstring(svg[0])
    assert "style" not in svg[0]
    assert tree.find("{*}title") is not None
    assert tree.find("{*}desc") is not None
    drawn_links = [line for line in tree.iter("{http://www.w3.org/2000/svg}line") if "marker-end" in line.attrib]
    assert len(drawn_links) == 4  # three cite it, and Cole cites Doe


def test_missing_authorities_are_ghosts(roe: Ruling, api, client, viewer) -> None:
    doe = Ruling.objects.get(name="Doe v. Bolton")
    (ghost,) = [node for node in _graph(api(viewer), doe)["nodes"] if node["kind"] == "unresolved"]
    assert (ghost["id"], ghost["cited"], ghost["importance"]) == ("us:5:9", 1, None)
    client.force_login(viewer)
    page = client.get(f"/library/rulings/{doe.pk}/graph/").content.decode()
    assert "graph-node-unresolved" in page
    assert "not in the library" in page


def test_the_picture_does_not_jump_when_less_important_neighbours_come() -> None:
    nodes = [Node(f"n{n}", "ruling", f"N{n}", "/", dated=f"{1950 + 7 * n}", percentile=90 - n, cites=50 - n, number=n) for n in range(1, 9)]
    more = [Node(f"m{n}", "ruling", f"M{n}", "/", dated=f"{1950 + 2 * n}", percentile=70, cites=1, number=n) for n in range(9, 30)]
    centre = Node("c", "centre", "Centre", "/", dated="1990", percentile=50)
    before = {spot.node.key: (spot.x, spot.y) for spot in drawn(Neighbourhood(centre, nodes, [], 8)).spots}
    links = [Link(node.number, 0, 1) for node in more]
    picture = drawn(Neighbourhood(centre, nodes + more, links, 29))
    after = {spot.node.key: (spot.x, spot.y) for spot in picture.spots}
    assert {key: after[key] for key in before} == before
    assert len(set(after.values())) == len(after) == 30
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in after.values())
    assert len(picture.arrows) == len(more)


def test_what_has_no_date_stands_apart_and_one_year_is_no_fault() -> None:
    nodes = [Node("a", "unresolved", "A", "/", number=1), Node("b", "document", "B", "/", dated="2000-01-01", number=2)]
    picture = drawn(Neighbourhood(Node("c", "centre", "C", "/"), nodes, [Link(0, 1, 1), Link(2, 0, 9)], 2))
    assert picture.undated is not None
    assert picture.spots[0].x == picture.spots[1].x == picture.undated
    assert picture.spots[1].y > picture.spots[0].y


def test_truncation_is_said(roe: Ruling, client, viewer, monkeypatch) -> None:
    monkeypatch.setattr("documents.services.authorities.graph.neighbourhood.around.__defaults__", (2,))
    client.force_login(viewer)
    assert "The 2 of 3 with most mentions." in client.get(f"/library/rulings/{roe.pk}/graph/").content.decode()


def test_related_rulings_are_counted_within_the_library(roe: Ruling, api, viewer) -> None:
    doe = Ruling.objects.get(name="Doe v. Bolton")
    related = {one["name"]: (one["shared"], one["together"]) for one in _graph(api(viewer), doe)["related"]}
    assert related == {"Cole v. Dean": (1, 0), "Roe v. Wade": (0, 1)}


def test_exports_have_the_fields_of_their_formats(roe: Ruling, api, viewer) -> None:
    Ruling.objects.filter(pk=roe.pk).update(
        name="Roe v.\r\nWade\u2028ER  - ", citations=["410 U.S. 113", "93 S. Ct. 705"], docket_number="70-18", court="Supreme Court"
    )
    record = api(viewer).get(f"/api/rulings/{roe.pk}/export/?as=ris")
    assert record["Content-Type"].startswith("application/x-research-info-systems")
    assert 'filename="roe-v' in record["Content-Disposition"]
    fields = [line.split("  - ", 1) for line in record.content.decode().split("\r\n")[:-1]]
    assert fields[0] == ["TY", "CASE"]
    assert fields[-1] == ["ER", ""]
    assert sum(tag == "ER" for tag, _ in fields) == 1
    told = dict(fields)
    assert (told["TI"], told["A2"], told["VL"], told["SP"]) == ("Roe v. Wade ER -", "U.S.", "410", "113")
    assert (told["PB"], told["DA"], told["PY"], told["SV"]) == ("Supreme Court", "1973/01/22", "1973", "70-18")
    assert told["N1"] == "Parallel citations: 93 S. Ct. 705"
    (item,) = json.loads(api(viewer).get(f"/api/rulings/{roe.pk}/export/").content)
    assert (item["type"], item["authority"], item["container-title"], item["volume"], item["page"]) == (
        "legal_case", "Supreme Court", "U.S.", "410", "113",
    )  # fmt: skip
    assert item["issued"] == {"date-parts": [[1973, 1, 22]]}
    doe = Ruling.objects.get(name="Doe v. Bolton")
    cited = json.loads(api(viewer).get(f"/api/rulings/{doe.pk}/export/?what=cites").content)
    assert {one["id"] for one in cited} == {str(roe.pk), "us:5:9"}
    assert next(one for one in cited if one["id"] == "us:5:9")["note"] == "Citation: 5 U.S. 9. Not in this library"
    assert api(viewer).get(f"/api/rulings/{roe.pk}/export/?as=bibtex").status_code == 400
    assert api(viewer).get(f"/api/rulings/{roe.pk}/export/?what=all").status_code == 400


@pytest.mark.parametrize("view", ["cited-by/", "cites/", "treatment/", "graph/"])
def test_a_ruling_that_is_cited_more_takes_no_more_queries(tmp_path: Path, roe: Ruling, client, viewer, work_off, view: str) -> None:
    client.force_login(viewer)

    def queries() -> int:
        client.get(f"/library/rulings/{roe.pk}/{view}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/library/rulings/{roe.pk}/{view}").status_code == 200
        return len(captured)

    before = queries()
    text = "See Roe v. Wade, 410 U.S. 113 (1973), which was overruled. And 7 U.S. 9."
    bring("rulings", lines(tmp_path / "m.jsonl", [ruling(f"A v. B{n}", citations=[f"{n} U.S. 1"], text=text) for n in range(20, 26)]))
    work_off()
    assert queries() == before


def test_a_cue_is_confirmed_on_the_page(roe: Ruling, client, viewer, admin_user) -> None:
    cue = TreatmentCue.objects.get(kind="overruled")
    client.force_login(viewer)
    page = client.get(f"/library/rulings/{roe.pk}/treatment/").content.decode()
    assert "unreviewed" in page
    assert f"/library/treatment/{cue.pk}/" not in page
    client.force_login(admin_user)
    assert f"/library/treatment/{cue.pk}/" in client.get(f"/library/rulings/{roe.pk}/treatment/").content.decode()
    assert client.post(f"/library/treatment/{cue.pk}/", {"state": "green"}).status_code == 400
    page = client.post(f"/library/treatment/{cue.pk}/", {"state": "confirmed"}, follow=True).content.decode()
    assert "confirmed by" in page


def _graph(client: Any, ruling: Ruling) -> dict[str, Any]:
    return dict(client.get(f"/api/rulings/{ruling.pk}/graph/").json())


def _brief() -> Any:
    from documents.models import Document

    return Document.objects.get(case__isnull=False)


def test_an_empty_library_says_so_and_who_can_fill_it(client, viewer) -> None:
    client.force_login(viewer)
    page = client.get("/library/").content.decode()
    assert "No rulings yet" in page
    assert "/library/imports/" not in page
