"""What kind of thing a file is, in words, where no format says it: "Video (MP4)", "Drawing (DWG)"; of an unknown one, "File (XYZ)".

No Django here. Labels are English; whoever shows them translates them.
"""

from __future__ import annotations

import re

from documents.services.extraction.formats import gettext_noop

_PICTURE, _VIDEO, _RECORDING = gettext_noop("Picture"), gettext_noop("Video"), gettext_noop("Recording")
_DRAWING, _ARCHIVE, _PROGRAM, _DATABASE = (
    gettext_noop("Drawing"),
    gettext_noop("Archive"),
    gettext_noop("Program"),
    gettext_noop("Database"),
)
_TABLE, _SLIDES, _WRITING = gettext_noop("Spreadsheet"), gettext_noop("Presentation"), gettext_noop("Word processor document")
_MAIL, _ENCRYPTED, _DISK, _FILE = gettext_noop("Mailbox"), gettext_noop("Encrypted file"), gettext_noop("Disk image"), gettext_noop("File")

# What the media type says, the first that fits; then what the name says of a file whose content nobody knows.
_BY_TYPE: tuple[tuple[str, str], ...] = (
    (r"image/vnd\.dwg|image/vnd\.dxf", _DRAWING),
    (r"image/", _PICTURE),
    (r"video/", _VIDEO),
    (r"audio/", _RECORDING),
    (r"zip|7z|rar|tar\b|bzip2|x-xz", _ARCHIVE),
    (r"x-executable|x-msdownload", _PROGRAM),
    (r"sqlite", _DATABASE),
    (r"pst$", _MAIL),
    (r"excel|spreadsheet", _TABLE),
    (r"powerpoint|presentation", _SLIDES),
    (r"msword|opendocument\.text|rtf|wordperfect", _WRITING),
)
_BY_NAME: dict[str, str] = {
    _DRAWING: "dwg dxf dwf dgn rvt skp ifc stp step igs iges stl vsd vsdx cdr ai eps",
    _PICTURE: "jpg jpeg png gif tif tiff webp svg raw cr2 cr3 nef arw dng psd xcf heic avif bmp tga jp2 pcx",
    _VIDEO: "mp4 mov avi mkv mpg mpeg wmv flv m2ts mts ts vob 3gp mxf dav",
    _RECORDING: "mp3 wav m4a ogg flac wma aiff dss ds2 amr aac ra ram au trm",
    _ARCHIVE: "zip rar 7z gz tar bz2 xz cab arj lzh lha ace z lz lzma zst zpaq sit sitx",
    _PROGRAM: "exe dll sys msi apk ipa deb rpm jar app com",
    _DATABASE: "mdb accdb db db3 dbf sqlite fp7 fmp12 bak sql",
    _MAIL: "pst ost nsf olm mbox dbx",
    _ENCRYPTED: "gpg pgp asc p7m p7c p12 pfx aes enc axx kdbx hc tc vera",
    _DISK: "iso img dmg vhd vhdx vmdk vdi e01 ex01 aff ad1 l01",
    _TABLE: "xls xlsb numbers wk1 wks 123",
    _SLIDES: "ppt pps key",
    _WRITING: "doc dot wpd wps pages hwp sxw lwp",
}


def described(mime: str, suffix: str) -> tuple[str, str]:
    """The label of its kind, and its ending without the dot in capitals ("" where the name has none)."""
    ending = suffix.removeprefix(".")
    by_type = next((label for pattern, label in _BY_TYPE if re.search(pattern, mime)), "")
    by_name = next((label for label, names in _BY_NAME.items() if ending in names.split()), _FILE)
    return by_type or by_name, ending.upper()
