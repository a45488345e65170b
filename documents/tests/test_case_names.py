"""Names of cases are compared as lawyers read them."""

from __future__ import annotations

import pytest

from documents.services.authorities.checking.names import same_case


@pytest.mark.parametrize(
    ("given", "caption"),
    [
        ("Roe v. Wade", "Roe v. Wade"),
        ("Wade v. Roe", "Roe v. Wade"),
        ("Roe", "Roe v. Wade"),
        ("State Farm Fire & Cas. Co. v. Rigsby", "State Farm Fire & Casualty Co. v. United States ex rel. Rigsby"),
        ("In re Gault", "Matter of Gault"),
        ("U.S. v. Bryant", "United States v. Bryant"),
        (
            "Gov't Emps. Ins. Co. v. Int'l Ass'n of Machinists",
            "Government Employees Insurance Company v. International Association of Machinists",
        ),
        ("Commonwealth v. Hunt", "State v. Hunt"),
        ("Ohio v. Roberts", "State of Ohio v. Roberts"),
        ("State v. Roberts", "Ohio v. Roberts"),
        ("EEOC v. Smith", "Equal Employment Opportunity Commission v. Smith"),
        ("McLane Co. v. E.E.O.C.", "McLane Co. v. EEOC"),
        ("Univ. of Tex. Sw. Med. Ctr. v. Nassar", "University of Texas Southwestern Medical Center v. Nassar"),
        ("Roe et al. v. Wade, et al.", "Roe v. Wade"),
        ("Kindred Nursing Ctrs. Ltd. P'ship v. Clark", "Kindred Nursing Centers, L. P. v. Clark"),
        ("TC Heartland LLC v. Kraft Foods Grp. Brands LLC", "TC Heartland LLC v. Kraft Foods Group Brands LLC"),
        ("United States v. O’Connor", "United States v. Oconnor"),
        ("BNSF Ry. Co. v. Tyrrell", "BNSF R. Co. v. Tyrrell"),
        ("People v. Smith", "People of the State of New York v. Smith"),
        ("SEC v. Jones", "Securities & Exchange Commission v. Jones"),
        ("United States ex rel. Rigsby v. State Farm", "State Farm Fire & Casualty Co. v. United States ex rel. Rigsby"),
        ("L.A. County v. Mendez", "County of Los Angeles v. Mendez"),
        ("Coventry Health Care of Missouri v. Nevils", "Coventry Health Care of Mo., Inc. v. Nevils"),
        ("Burlington N. R.R. v. Ford", "Burlington Northern Railroad Co. v. Ford"),
        ("Estate of Smith v. Jones", "Smith v. Jones"),
        ("Nat'l Fed'n of Indep. Bus. v. Sebelius", "National Federation of Independent Business v. Sebelius"),
        ("John Smith v. Jones", "Smith v. Jones"),
        ("NLRB v. Jones", "National Labor Relations Board v. Jones"),
        ("Star Athletica", "Star Athletica, L. L. C. v. Varsity Brands, Inc."),
        ("Mass. v. EPA", "Massachusetts v. Environmental Protection Agency"),
        ("Nat'l Park Hosp. Ass'n v. DOI", "National Park Hospitality Association v. Department of the Interior"),
        ("City of Chi. v. Morales", "Chicago v. Morales"),
        ("People ex rel. Spitzer v. Grasso", "People of the State of New York v. Grasso"),
        ("Com. v. Hunt", "Commonwealth of Massachusetts v. Hunt"),
        ("Geo. A. Fuller Co. v. Coastal Plains", "George A. Fuller Company v. Coastal Plains, Inc."),
        ("Att'y Griev. Comm'n v. Zhang", "Attorney Grievance Commission of Maryland v. Zhang"),
        ("GMC versus Tracy", "General Motors Corp. v. Tracy"),
    ],
)
def test_a_name_that_merely_differs_is_the_same_case(given: str, caption: str) -> None:
    assert same_case(given, [caption])


@pytest.mark.parametrize(
    ("given", "caption"),
    [
        ("Miller v. Harbour", "Obergefell v. Hodges"),
        ("United States v. Smith", "United States v. Jones"),
        ("United States v. Smith", "State v. Smith"),
        ("Roe v. Smith", "Roe v. Wade"),
        ("Ohio v. Smith", "Texas v. Smith"),
        ("Smith Ins. Co. v. Doe", "Miller Ins. Co. v. Doe"),
        ("In re Foster", "In re Gault"),
        ("Harbor", "Roe v. Wade"),
        ("Harriman v. Mohamed", "Harriman v. Hancock County"),
        ("Brown versus Jones", "Smith v. Jones"),
        ("First Nat. Bank v. Bellotti", "Second Nat. Bank v. Bellotti"),
        ("Northern Pac. Co. v. Jensen", "Southern Pacific Co. v. Jensen"),
        ("State ex rel. Smith v. Indus. Comm'n", "State ex rel. Jones v. Industrial Commission"),
    ],
)
def test_another_case_is_another_case(given: str, caption: str) -> None:
    assert not same_case(given, [caption])


def test_several_captions_are_each_tried_and_no_name_says_nothing_wrong() -> None:
    captions = ["Rope v. Walk", "In re Rope Makers' Trust"]
    assert same_case("Matter of Rope Makers’ Tr.", captions)
    assert same_case("Walk v. Rope", captions)
    assert same_case("", captions)
