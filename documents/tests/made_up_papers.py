"""Papers of many layouts, made up for the tests of what a document is."""

A_COMPLAINT_IN_NEW_YORK = """\
SUPREME COURT OF THE STATE OF NEW YORK
COUNTY OF KINGS
-------------------------------------------x
MARIA LOPEZ,
                         Plaintiff,           Index No. 512345/2022

          -against-                           VERIFIED COMPLAINT

BROOKLYN TRANSIT CORP. and JOHN DOE,
                         Defendants.
-------------------------------------------x

Plaintiff, by her attorneys, Smith & Jones LLP, complaining of the defendants, alleges as follows:
1. Plaintiff is a resident of Kings County.
WHEREFORE plaintiff demands judgment.
Dated: Brooklyn, New York
March 4, 2022
"""

A_MOTION_IN_CALIFORNIA = """\
Jane Roe (SBN 123456)
ROE LAW GROUP
100 Main Street, Los Angeles, CA 90012
Telephone: (213) 555-0100
Attorneys for Defendant Acme Widgets, Inc.

SUPERIOR COURT OF THE STATE OF CALIFORNIA
FOR THE COUNTY OF LOS ANGELES

PETER PAN, an individual,            ) Case No. 21STCV12345
                                     )
               Plaintiff,            ) NOTICE OF MOTION AND MOTION TO
                                     ) COMPEL FURTHER RESPONSES
     v.                              )
                                     ) Date: June 14, 2021
ACME WIDGETS, INC., a California     ) Time: 8:30 a.m.
corporation,                         )
               Defendant.            )
_____________________________________)

TO ALL PARTIES AND THEIR ATTORNEYS OF RECORD: PLEASE TAKE NOTICE that on June 14, 2021 defendant will move the Court.
DATED: May 5, 2021
"""

AN_ANSWER_IN_TEXAS = """\
CAUSE NO. 2020-54321
JOHN SMITH,                    §        IN THE DISTRICT COURT OF
     Plaintiff,                §
                               §
v.                             §        HARRIS COUNTY, TEXAS
                               §
BIG OIL COMPANY,               §
     Defendant.                §        125TH JUDICIAL DISTRICT

DEFENDANT BIG OIL COMPANY'S ORIGINAL ANSWER

TO THE HONORABLE JUDGE OF SAID COURT:
Defendant Big Oil Company files this its Original Answer to Plaintiff's petition. Signed this 3rd day of May, 2021.
"""

A_GERMAN_LETTER = """\
Rechtsanwälte Meier & Partner
Königsallee 12, 40212 Düsseldorf

Landgericht Köln
Luxemburger Straße 101
50939 Köln

                                              Düsseldorf, den 05.03.2021

In dem Rechtsstreit
Müller ./. Schmidt GmbH
Aktenzeichen: 12 O 345/20

Sehr geehrte Damen und Herren,

wir zeigen an, dass wir die Beklagte vertreten und werden beantragen, die Klage abzuweisen. Die Frist ist bis zum 15.04.2021 zu verlängern.

Mit freundlichen Grüßen

Dr. Hans Meier
Rechtsanwalt
"""

A_FRENCH_LETTER = """\
Cabinet Dupont et Associés
12 rue de la Paix
75002 Paris
                                        Paris, le 5 mai 2021
Objet : Mise en demeure

Madame, Monsieur,

Nous avons été mandatés par notre cliente, la société Martin, pour vous demander le paiement de la facture du 12 janvier 2021 dans un délai de huit jours.

Veuillez agréer, Madame, Monsieur, l'expression de nos salutations distinguées.

Claire Dupont
"""

A_LEASE = """\
LEASE AGREEMENT

THIS LEASE AGREEMENT (the "Lease") is made as of the 3rd day of May, 2021, by and between Riverside Holdings LLC, a Delaware limited liability company ("Landlord"), and Green Grocer, Inc., a New York corporation ("Tenant").

WHEREAS, Landlord owns the building; NOW, THEREFORE, the parties agree as follows:
"""

MINUTES = """\
ACME CORPORATION
MINUTES OF THE MEETING OF THE BOARD OF DIRECTORS
held on 5 May 2021

Present: A. Baker, C. Doe
The meeting was called to order at 10:00.
"""

AN_ENGLISH_LETTER = """\
5 May 2021

BY HAND

Mr. Tom Brown
1 High Street
London

Dear Mr Brown,

Re: Your tenancy at 1 High Street

We write further to our letter of 1 April 2021. The rent is due and has not been paid. You are asked to pay it at once.

Yours sincerely,

Anna Green
Partner
"""

A_DECLARATION = """\
UNITED STATES DISTRICT COURT
SOUTHERN DISTRICT OF NEW YORK
ACME CORP., Plaintiff, 20 Civ. 1234 (ABC)
 v.
ROE INC., Defendant.
DECLARATION OF MARY SMITH IN SUPPORT OF MOTION TO DISMISS
I, Mary Smith, hereby declare as follows under penalty of perjury:
"""

A_DEPOSITION = """\
IN THE UNITED STATES DISTRICT COURT
FOR THE DISTRICT OF MASSACHUSETTS
Case No. 1:19-cv-11111-ABC

DEPOSITION OF JOHN Q. PUBLIC
taken on Tuesday, March 3, 2020

1 Q. Please state your name.
2 A. John Public.
3 Q. Where do you live?
4 A. In Boston.
5 Q. Since when?
6 A. 1999.
7 Q. Were you there?
8 A. Yes.
"""

A_BANKRUPTCY_ORDER = """\
UNITED STATES BANKRUPTCY COURT
DISTRICT OF DELAWARE

In re:                                  Chapter 11

OLD TOYS, INC., et al.,                 Case No. 20-10001 (KBO)

                Debtors.                (Jointly Administered)

ORDER (A) APPROVING BIDDING PROCEDURES AND (B) GRANTING RELATED RELIEF

Upon the motion of the debtors, IT IS HEREBY ORDERED THAT:
Dated: 12/03/2020
"""

A_SUMMONS = """\
STATE OF MINNESOTA                                    DISTRICT COURT
COUNTY OF HENNEPIN                          FOURTH JUDICIAL DISTRICT

Anna Lee,                                   Court File No. 27-CV-19-1234
        Plaintiff,
v.                                          SUMMONS
Bob Ray,
        Defendant.
THIS SUMMONS IS DIRECTED TO BOB RAY. You are hereby summoned and required to answer.
"""

A_GERMAN_INVOICE = """\
Müller Bürobedarf GmbH
RECHNUNG
Rechnungsnummer: 2021-0815
Rechnungsdatum: 05.03.2021
Die Lieferung erfolgte nach der Bestellung vom 01.03.2021 und ist mit der Zahlung bis zum 20.03.2021 zu begleichen. Wir danken für den Auftrag und die gute Zusammenarbeit.
"""

AN_EXHIBIT = """\
EXHIBIT B

Photograph of the crane, taken on 1 May 2020
"""

A_DELAWARE_OPINION = """\
IN THE COURT OF CHANCERY OF THE STATE OF DELAWARE

JOHN DOE,                            )
          Plaintiff,                 )
     v.                              )   C.A. No. 2020-0123-JRS
BIG CO., a Delaware corporation,     )
          Defendant.                 )

MEMORANDUM OPINION

Date Submitted: March 1, 2021
Date Decided: May 5, 2021
SLIGHTS, Vice Chancellor
"""

A_MEMO = """\
MEMORANDUM

TO: File
FROM: Tom Clark
DATE: October 2, 2019
RE: Interview of the witness

The witness said that she was at home. It was the second time that we spoke with her about the events.
"""

A_CLAIM_AGAINST_THE_STATES = """        In the United States Court of Federal Claims
                              No. 21-1456C
                          (Filed: July 21, 2022)

***************************************
IRONWORKS OF OHIO, INC.,               *
                                       *
                    Plaintiff,         *
v.                                     *
                                       *
THE UNITED STATES,                     *
                    Defendant.         *
***************************************

                          OPINION AND ORDER

SMITH, Senior Judge
"""

A_NUMBERED_DEPOSITION = """                                                           1
 1              UNITED STATES DISTRICT COURT
 2              EASTERN DISTRICT OF VIRGINIA
 3                 ALEXANDRIA DIVISION
 4   ------------------------------x
 5   APEX SECURITY, INC.,          :
 6              Plaintiff,         :  Civil Action No.
 7        v.                       :  1:22-cv-00321-LMB-IDD
 8   GUARDIAN SYSTEMS, LLC,        :
 9              Defendant.         :
10   ------------------------------x
11
12      VIDEOTAPED DEPOSITION OF THOMAS R. BECKETT
13              Tuesday, February 7, 2023
14                   9:32 a.m.
15   Reported by: Ann Court, RPR
"""

A_BRIEF_AGAINST_TWO = """Case 1:22-cv-09876-LGS   Document 45   Filed 11/18/22   Page 1 of 27

UNITED STATES DISTRICT COURT
SOUTHERN DISTRICT OF NEW YORK
-----------------------------------------------------------x
MERIDIAN CAPITAL PARTNERS L.P.,               :
                                              :
                        Plaintiff,            :   No. 22 Civ. 9876 (LGS)
                                              :
          -against-                           :   ORAL ARGUMENT REQUESTED
                                              :
HARBOR HOLDINGS S.A. and                      :
PAUL REINHARDT,                               :
                                              :
                        Defendants.           :
-----------------------------------------------------------x

MEMORANDUM OF LAW IN SUPPORT OF DEFENDANTS'
MOTION TO DISMISS THE AMENDED COMPLAINT

                              BIGFIRM LLP
                              Attorneys for Defendants
"""

AN_OPINION_WITHOUT_COLUMNS = """FOR PUBLICATION
UNITED STATES COURT OF APPEALS
FOR THE NINTH CIRCUIT
UNITED STATES OF AMERICA, No. 21-30123
Plaintiff-Appellee,
D.C. No.
v. 2:19-cr-00045-TOR-1
DWAYNE ALAN PERKINS, OPINION
Defendant-Appellant.
Appeal from the United States District Court
for the Eastern District of Washington
Thomas O. Rice, District Judge, Presiding
Argued and Submitted June 7, 2022
Filed September 12, 2022
"""

AN_INDICTMENT = """UNITED STATES DISTRICT COURT
DISTRICT OF MASSACHUSETTS

UNITED STATES OF AMERICA          )   Criminal No. 23cr10159
                                  )
          v.                      )   Violations:
                                  )
(1) GEORGE PAPPAS and             )   Count One: Wire Fraud
(2) HELEN PAPPAS,                 )   (18 U.S.C. § 1343)
                                  )
               Defendants         )

INDICTMENT

The Grand Jury charges that between January 2019 and May 2021...
"""

A_FLORIDA_ANSWER = """Filing # 145678901 E-Filed 03/09/2022 04:15:22 PM

IN THE CIRCUIT COURT OF THE 17TH JUDICIAL CIRCUIT
IN AND FOR BROWARD COUNTY, FLORIDA

CASE NO.: CACE-21-019876 (05)

SUNRISE CONDOMINIUM ASSOCIATION, INC.,
     Plaintiff,
vs.
OCEANVIEW CONTRACTORS, LLC,
     Defendant.
__________________________________/

DEFENDANT'S ANSWER AND AFFIRMATIVE DEFENSES

Defendant answers the Complaint as follows:
1. Denied.
"""

A_SETTLEMENT = """CONFIDENTIAL SETTLEMENT AGREEMENT AND MUTUAL RELEASE

This Confidential Settlement Agreement and Mutual Release (the "Agreement") is entered into as of August 15, 2023 (the "Effective Date"), by and between Brightline Media Group, Inc., a Nevada corporation ("Brightline"), and Sandra K. Whitfield, an individual ("Whitfield").

RECITALS

WHEREAS, on March 1, 2022, Whitfield filed an action captioned Whitfield v. Brightline Media Group, Inc., Case No. A-22-849999-C;

IN WITNESS WHEREOF, the parties have executed this Agreement.
"""
