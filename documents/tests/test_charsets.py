"""Texts in every encoding that people send, with a mark or without, short and long, alone and among English, in all formats."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from documents.services.extraction import detect
from documents.services.extraction.charsets import decode, name_of
from documents.tests.reading import read, text_of

GERMAN = "Die Beklagte hat die Lieferung nicht rechtzeitig übergeben; für den Schaden haftet die Gesellschaft gemäß § 280 BGB."
RUSSIAN = "Ответчик не исполнил обязательства по договору поставки. Суд постановил взыскать долг в размере 77 215 рублей."
JAPANESE = "被告は契約上の義務を履行しなかった。証拠はクレーンの検査報告書である。"
TEXTS = {
    "English": ("Counsel – Mr. O’Connor – objected; the “quicklime” invoice was for £4,310.50.", ["cp1252"]),
    "German": (GERMAN, ["cp1252", "latin-1", "mac_roman", "cp850"]),
    "French": ("Le tribunal a jugé que la société n’avait pas exécuté ses obligations; où est l’expert? Ça suffit.", ["cp1252"]),
    "Danish": ("Vi gør opmærksom på, at årsopgørelsen ikke er blevet færdig før næste måned.", ["cp1252"]),
    "Polish": ("Sąd zasądził od spółki kwotę pięciu tysięcy złotych. Źródło i żądanie są jasne, Łódź.", ["cp1250", "iso8859-2"]),
    "Czech": ("Žalovaný nesplnil povinnost ze smlouvy. Soud rozhodl, že společnost zaplatí částku pět tisíc korun.", ["cp1250"]),
    "Turkish": ("Davalı sözleşmeden doğan yükümlülüğünü yerine getirmedi. Şirketin ödemesine karar verildi, İstanbul.", ["cp1254"]),
    "Russian": (RUSSIAN, ["cp1251", "koi8-r", "iso8859-5", "cp866"]),
    "Russian name": ("Договор подписан", ["cp1251", "koi8-r"]),
    "Russian in English": (
        "Contract No. 12 of Acme Ltd. and OOO «Ромашка»: the seller (Продавец) delivers goods (Товар).",
        ["cp1251"],
    ),
    "Ukrainian": ("Відповідач не виконав зобов'язання за договором. Суд вирішив стягнути п'ять тисяч гривень.", ["cp1251"]),
    "Greek": ("Ο εναγόμενος δεν εκπλήρωσε τις υποχρεώσεις του από τη σύμβαση.", ["cp1253", "iso8859-7"]),
    "Hebrew": ("הנתבע לא קיים את התחייבויותיו על פי ההסכם.", ["cp1255"]),
    "Arabic": ("لم ينفذ المدعى عليه التزاماته بموجب العقد. وقضت المحكمة بإلزام الشركة بدفع المبلغ.", ["cp1256"]),
    "Japanese": (JAPANESE, ["shift_jis", "euc_jp", "iso2022_jp"]),
    "Japanese in English": ("Exhibit A: 検査報告書 (inspection report). The crane クレーン was found unsafe.", ["shift_jis", "euc_jp"]),
    "Chinese": ("被告未履行合同义务。法院判决公司支付五千元。证据是起重机的检查报告。", ["gb18030"]),
    "Chinese of Taiwan": ("被告未履行合約義務。法院判決公司支付五千元。證據是起重機的檢查報告。", ["big5"]),
    "Korean": ("피고는 계약상의 의무를 이행하지 않았다. 법원은 회사에 지급하라고 명령하였다.", ["euc_kr"]),
    "Thai": ("จำเลยไม่ปฏิบัติตามสัญญา ศาลสั่งให้บริษัทชำระเงินจำนวนห้าพันบาท", ["cp874"]),
}
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
CASES = [(language, encoding) for language, (_, legacy) in TEXTS.items() for encoding in legacy + UNICODE]
AROUND = "The harbour crane was inspected and found to be unsafe.\n" * 2_000


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_a_text_is_read_whatever_its_encoding(language: str, encoding: str) -> None:
    text = TEXTS[language][0]
    for content in (text + "\n", f"{text}\r\n" * 5, AROUND + text + "\n"):
        assert decode(content.encode(encoding, "ignore")).text == content.encode(encoding, "ignore").decode(encoding).lstrip("\ufeff")


PEOPLE = [
    "naïve – “quoted”",
    "François Gérard, Hélène Lefèvre, André Béranger",
    "José Muñoz Peña, María Núñez, Málaga",
    "Malmö, Göteborg, Örebro, Västerås",
    "Perché, città, è, più, così",
    "São Paulo, João Gonçalves, informações",
    "Reykjavík, Þórður, Guðmundur Jónsson",
]


@pytest.mark.parametrize("text", ["Müller", "Café", "Straße 5, Köln\n", "§ 1983", "£5", "Ålesund og Bodø", "Señor Muñoz", *PEOPLE])
def test_a_few_western_letters_stay_western(text: str) -> None:
    for repeated in (text, f"{text}\n" * 8):
        assert decode(repeated.encode("cp1252")).text == repeated


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Hi", "Привет", "Memo\r\n", "จำเลยไม่ปฏิบัติตามสัญญา", JAPANESE])
def test_short_texts_of_two_bytes_a_letter(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text
    assert detect(text.encode(encoding), "a.txt") == "text/plain"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"before\0after ok", "before\0after ok"),
        ("größer ".encode() * 30 + b"\xe9", "größer " * 30),
        ("größer ".encode() * 30 + b"\xff" + "größer ".encode() * 30, "größer " * 30 + "\ufffd" + "größer " * 30),
    ],
)
def test_single_faults_are_no_reason_to_misread_all(content: bytes, text: str) -> None:
    assert decode(content).text == text
    assert decode(content).guessed == ("\ufffd" in text)


def test_a_guess_is_told_and_a_mark_is_none(tmp_path: Path) -> None:
    for encoding, name in (("cp1251", "Windows-1251"), ("utf-16-le", "UTF-16"), ("koi8-r", "KOI8-R")):
        path = tmp_path / encoding
        path.write_bytes(RUSSIAN.encode(encoding))
        with read(path, "letter.txt") as extraction:
            assert extraction.pages[0].text == RUSSIAN
            assert [(notice.code, name in notice.text) for notice in extraction.notices] == [("encoding_guessed", True)]
    for encoding in ("utf-8", "utf-16"):
        path.write_bytes(RUSSIAN.encode(encoding))
        with read(path, "letter.txt") as extraction:
            assert extraction.notices == []


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1252", "Windows-1252"), ("cp932", "Shift-JIS"), ("utf-16-be", "UTF-16"), ("iso8859-2", "ISO-8859-2")]
)
def test_encodings_have_names_for_people(encoding: str, name: str) -> None:
    assert name_of(encoding) == name


def binaries() -> dict[str, bytes]:
    chance = random.Random(7)
    return {
        "noise": chance.randbytes(20_000),
        "samples of sound": b"".join(struct.pack("<h", chance.randint(-300, 300)) for _ in range(8_000)),
        "samples of a quiet sound": b"".join(struct.pack("<h", chance.randint(-9, 9)) for _ in range(8_000)),
        "numbers of four bytes": b"".join(struct.pack("<I", number * 7) for number in range(4_000)),
        "fractions": b"".join(struct.pack("<d", chance.random()) for _ in range(3_000)),
        "zeros": bytes(5_000),
        "words between numbers": b"".join(struct.pack("<IH6s", n, n % 9, b"record") for n in range(2_000)),
        "a program": b"\x55\x48\x89\xe5\x89\x7d\xfc\x8b\x45\xfc\x0f\xaf\xc0\x5d\xc3\x00" * 400,
    }


@pytest.mark.parametrize("kind", binaries())
def test_binary_files_are_no_text(kind: str) -> None:
    assert detect(binaries()[kind], "a.txt") == "application/octet-stream"


def html(charset: str, encoding: str, text: str = RUSSIAN) -> bytes:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>Дело</title></head><body><p>{text}</p></body></html>".encode(encoding)


@pytest.mark.parametrize(
    ("declared", "encoding", "guessed"),
    [
        ("windows-1251", "cp1251", False),
        ("koi8-r", "koi8-r", False),
        ("", "cp1251", True),
        ("", "utf-16-le", True),
        ("", "utf-16", False),
        ("utf-8", "cp1251", True),
        ("iso-8859-1", "cp1251", True),
        ("no-such-charset", "koi8-r", True),
        ("iso-8859-1", "utf-8", False),
        ("windows-1251", "utf-8", False),
        ("utf-8", "utf-8", False),
    ],
)
def test_a_web_page_is_read_whatever_it_says_of_itself(tmp_path: Path, declared: str, encoding: str, guessed: bool) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(html(declared, encoding))
    with read(path) as extraction:
        assert extraction.mime == "text/html"
        assert extraction.pages[0].text == RUSSIAN
        assert extraction.title == "Дело"
        assert ("encoding_guessed" in [notice.code for notice in extraction.notices]) == guessed


@pytest.mark.parametrize(
    ("label", "encoding"), [("x-sjis", "cp932"), ("shift_jis", "cp932"), ("euc-jp", "euc_jp"), ("iso-2022-jp", "iso2022_jp")]
)
def test_names_of_encodings_mean_what_browsers_take_them_for(tmp_path: Path, label: str, encoding: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f'<html><meta charset="{label}"><body>{JAPANESE}</body></html>'.encode(encoding))
    assert text_of(path) == JAPANESE


def test_quotation_marks_under_the_name_of_latin_1_are_those_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes('<html><meta charset="iso-8859-1"><body>“quicklime” – 5 €</body></html>'.encode("cp1252"))
    assert text_of(path) == "“quicklime” – 5 €"


def mail(charset: str, body: bytes, kind: str = "plain", subject: bytes = b"Exhibit") -> bytes:
    head = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: " + subject + b"\r\nMIME-Version: 1.0\r\n"
    said = f"; charset={charset}" if charset else ""
    return head + f"Content-Type: text/{kind}{said}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("windows-1251", "cp1251"),
        ("koi8-r", "koi8-r"),
        ("", "cp1251"),
        ("us-ascii", "cp1251"),
        ("iso-8859-1", "koi8-r"),
        ("unknown-8bit", "cp1251"),
        ("x-user-defined", "utf-8"),
        ("utf-8", "cp1251"),
        ("iso-8859-1", "utf-8"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_message_is_read_whatever_charset_it_names(tmp_path: Path, charset: str, encoding: str, kind: str) -> None:
    body = RUSSIAN if kind == "plain" else f"<p>{RUSSIAN}</p>"
    path = tmp_path / "a.eml"
    path.write_bytes(mail(charset, body.encode(encoding), kind))
    assert RUSSIAN in text_of(path)


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "", "windows-1252", "utf-8"])
def test_a_german_message_stays_german_under_any_name(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(mail(charset, GERMAN.encode("cp1252")))
    assert GERMAN in text_of(path)


def test_a_subject_in_bytes_of_its_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    for encoding in ("utf-8", "cp1251"):
        path.write_bytes(mail("", b"See above.", subject="Договор поставки подписан".encode(encoding)))
        with read(path) as extraction:
            assert extraction.title == "Договор поставки подписан"


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "words"),
    [("utf16le_no_bom.txt", None), ("shift_jis.txt", "shift_jis"), ("windows_1251.txt", "cp1251")],
)
def test_the_cases_of_the_corpus_are_read(corpus: Path, name: str, words: str | None) -> None:
    path = corpus / "cases" / name
    expected = path.read_bytes().decode(words or "utf-16-le").replace("\r\n", "\n").strip()
    with read(path) as extraction:
        assert extraction.pages[0].text.strip() == expected
        assert "encoding_guessed" in [notice.code for notice in extraction.notices]


def test_the_library_is_not_loaded_for_what_is_utf_8() -> None:
    script = "import sys; from documents.services.extraction.charsets import decode; decode(b'text'); print('chardet' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert printed.stdout.strip() == "False"
