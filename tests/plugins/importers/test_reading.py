"""Files become tables by their content; what is none is refused with a sentence, whatever its name says."""

import datetime as dt
import io
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from plugins.importers import child
from plugins.importers.columns.headers import choose_sheet, find_header
from plugins.importers.columns.letters import column_letters
from plugins.importers.errors import ImportRefused
from plugins.importers.look import look_at
from plugins.importers.reading.archive import check_archive
from plugins.importers.reading.book import read_book
from plugins.importers.reading.sniff import sniff
from plugins.importers.reading.table import MAX_BYTES, BadCell


def rows_of(path, sheet=0):
    return list(read_book(path).sheets[sheet].rows())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\0", "is empty"),
        (b"%PDF-1.4 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n....", "a picture"),
        (b"Rar!\x1a\x07\x00", "a packed archive"),
        (b"7z\xbc\xaf\x27\x1c", "a packed archive"),
        (b"\x7fELF\x02\x01\x01", "a program"),
        (b'{"clients": []}', "is JSON"),
        (b"<?xml version='1.0'?><Workbook/>", "is XML"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "is a calendar"),
        (bytes(range(1, 32)) * 40, "is no table"),
        (b"<html><body>Sign in</body></html>", "without a table"),
        (b"PK\x03\x04 broken off", "is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no workbook"),
        (b"BEGIN:VCARD\r\n", "no readable card"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(write, content, sentence):
    with pytest.raises(ImportRefused, match=sentence):
        read_book(write(content, "clients.xlsx"))


def test_two_gigabytes_are_refused_unread(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    assert path.stat().st_size > MAX_BYTES
    with pytest.raises(ImportRefused, match="has 2048 MB; at most 500 MB"):
        sniff(path)


def test_a_million_columns_are_refused(write):
    with pytest.raises(ImportRefused, match="Row 1 has 1000000 columns; at most 1000"):
        read_book(write("a," * 999_999 + "b\n1\n"))


def test_wide_sheet_is_refused(workbook):
    with pytest.raises(ImportRefused, match="Sheet Data reaches to column 1201"):
        read_book(workbook([["x"] * 1201]))


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 2**20))
    with pytest.raises(ImportRefused, match="unpacks from"):
        check_archive(path)


def test_far_cell_that_needs_all_memory_is_refused_by_the_second_process(tmp_path):
    path = tmp_path / "far.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "name"
    book.active.cell(1_048_576, 900, "x")
    book.save(path)
    with pytest.raises(ImportRefused, match="far edge of the sheet|1048576 rows|has 1048576"):
        child.look(path, "", None, "", "")


def test_encrypted_workbooks_are_named(write, tmp_path):
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(ImportRefused, match="locked by a password"):
        read_book(write(office, "secret.xlsx"))
    path = tmp_path / "secret.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    with pytest.raises(ImportRefused, match="locked by a password"):
        read_book(path)


def test_workbook_is_known_whatever_its_name_says(workbook):
    assert rows_of(workbook([["name"], ["Hoxha"]], name="clients.csv")) == [["name"], ["Hoxha"]]


def test_dates_of_1904_workbooks_are_the_dates_shown(workbook):
    path = workbook([["day"], [dt.datetime(2026, 3, 31)]], date_1904=True)
    assert rows_of(path)[1] == [dt.date(2026, 3, 31)]


def test_formula_that_was_never_calculated_and_errors_are_marked(tmp_path):
    path = tmp_path / "formulas.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["name", "sum", "bad"])
    sheet.append(["Hoxha", "=1+1", "#N/A"])
    sheet["C2"].data_type = "e"
    book.save(path)
    _name, total, bad = rows_of(path)[1]
    assert "never calculated" in str(total.reason)
    assert "holds an error" in str(bad.reason)
    assert isinstance(total, BadCell)


def test_calculated_formula_counts_by_its_value(tmp_path):
    path = tmp_path / "formulas.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "sum"])
    sheet.write_formula(1, 1, "=1+1", None, 2)
    book.close()
    assert rows_of(path)[1] == ["", 2.0]


def test_hidden_sheet_is_not_chosen_unless_named(tmp_path):
    path = tmp_path / "two.xlsx"
    book = xlsxwriter.Workbook(str(path))
    hidden, shown = book.add_worksheet("Old"), book.add_worksheet("Now")
    for number in range(20):
        hidden.write_row(number, 0, ["a", "b"])
    shown.write_row(0, 0, ["name"])
    shown.activate()
    hidden.hide()
    book.close()
    read = read_book(path)
    assert choose_sheet(read).name == "Now"
    assert choose_sheet(read, "old").name == "Old"
    with pytest.raises(ImportRefused, match="There is no sheet Third in the file; it has Old, Now"):
        choose_sheet(read, "Third")


def test_merged_title_belongs_to_each_of_its_columns(tmp_path):
    path = tmp_path / "merged.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "name")
    sheet.merge_range(0, 1, 0, 2, "phone")
    sheet.write_row(1, 0, ["Hoxha", "0692345678", "0692345679"])
    book.close()
    assert find_header(read_book(path).sheets[0]).names == ("name", "phone", "phone 2")


def test_what_is_hidden_or_merged_below_the_header_is_told(tmp_path):
    path = tmp_path / "unseen.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["name", "city", "phone"])
    sheet.write_row(1, 0, ["Hoxha", "", "0692345678"])
    sheet.merge_range(2, 1, 3, 1, "Tirana")
    sheet.write_row(4, 0, ["Kola", "Vlora", "0692345679"])
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_column(2, 2, None, None, {"hidden": True})
    sheet.set_column(9, 16000, None, None, {"hidden": True})
    book.close()
    assert [str(note) for note in look_at(str(path), "", None, "", "").notes] == [
        "Sheet “Data”: hidden rows come in all the same (5). Delete them from the file if they should stay out.",
        "Sheet “Data”: hidden columns come in all the same (C). Leave them out below if they should stay out.",
        "Sheet “Data”: of merged cells only the first has the value (B3:B4). Unmerge them in the file and "
        "fill each cell.",
    ]


def test_text_without_rows_is_not_said_to_have_a_sheet(write):
    with pytest.raises(ImportRefused, match="^The file has a header but no row below it"):
        look_at(str(write("name,phone\n")), "", 1, "", "")


def test_few_rows_in_another_encoding_leave_the_text_in_utf8(write):
    content = "name\n" + "Чайка\n" * 10
    book = read_book(write(content.encode() + "Ёж\n".encode("cp1251")))
    assert book.encoding == "utf-8"
    assert list(book.sheets[0].rows())[-1] == ["\ufffd\ufffd"]


def test_title_lines_above_the_header_are_passed_over(workbook):
    sheet = read_book(
        workbook([["Clients of 2026"], [], ["Emri", "Qyteti"], ["Hoxha", "Tirana"], ["Kola", "Vlora"]])
    ).sheets[0]
    header = find_header(sheet)
    assert (header.row, header.names) == (2, ("Emri", "Qyteti"))


def test_table_without_header_gets_letters(write):
    header = find_header(read_book(write("1,2,3\n4,5,6\n")).sheets[0])
    assert (header.row, header.names) == (-1, ("A", "B", "C"))
    assert [column_letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("имя;город\nКола;Москва\n".encode("cp1251"), [["имя", "город"], ["Кола", "Москва"]]),
        ("имя;город\nКола;Москва\n".encode("koi8-r"), [["имя", "город"], ["Кола", "Москва"]]),
        ("emri,qyteti\nHoxhë,Tiranë\n".encode("cp1252"), [["emri", "qyteti"], ["Hoxhë", "Tiranë"]]),
        ("a\tb\n1\tж\n".encode("utf-16"), [["a", "b"], ["1", "ж"]]),
        ("a\tb\n1\tx\n".encode("utf-16-le"), [["a", "b"], ["1", "x"]]),
        (b"\xef\xbb\xbfa;b\r\n1;2", [["a", "b"], ["1", "2"]]),
        (b"a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        (b"a,b\n\x001,2\n", [["a", "b"], ["1", "2"]]),
        (b"sep=|\na|b\n1|2\n", [["a", "b"], ["1", "2"]]),
        (b'a,b\n"x, y","1\n2"\n', [["a", "b"], ["x, y", "1\n2"]]),
        (b"name\nHoxha\n", [["name"], ["Hoxha"]]),
    ],
)
def test_texts_of_every_kind_are_read(write, content, rows):
    assert rows_of(write(content)) == rows


def test_web_page_called_xls_is_read(write):
    page = "<html><table><tr><th>Name<th>City</tr><tr><td>Hoxha</td><td>Tirana &amp; more</td></tr></table></html>"
    assert rows_of(write(page, "report.xls")) == [["Name", "City"], ["Hoxha", "Tirana & more"]]


def test_unknown_encoding_in_the_map_is_named(write):
    with pytest.raises(ImportRefused, match="There is no encoding klingon"):
        read_book(write("a,b\n"), encoding="klingon")


def test_damaged_workbook_is_refused(write, workbook):
    content = workbook([["name"], ["Hoxha"]]).read_bytes()
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<oops" if name.endswith("sheet1.xml") else old.read(name))
    with pytest.raises(ImportRefused, match="is damaged"):
        child.look(write(broken.getvalue(), "broken.xlsx"), "", None, "", "")


def test_child_that_dies_is_told_apart_from_a_full_answer(write):
    path = write(b"PK\x03\x04" + struct.pack("<I", 7), "x.xlsx")
    with pytest.raises(ImportRefused):
        child.look(path, "", None, "", "")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "header", "titles", "first"),
    [
        ("agate_test_skip_lines.xlsx", 3, ("number", "text", "boolean"), [1.0, "a", True]),
        ("bad.csv", 0, ("column_a", "column_b", "column_c"), ["1", "27", ""]),
        ("csvkit_ne_1033_data.xlsx", 0, ("state", "county", "fips"), ["NE", "ADAMS", 31001.0]),
        ("mac_newlines.csv", 0, ("a", "b", "c"), ["1", "2", "3"]),
        ("no_header_row3.csv", -1, ("A", "B", "C"), ["1", "2", "3"]),
        ("null_byte.csv", 0, ("a", "b", "c"), ["", "2", "3"]),
        ("utf16_little.csv", 0, ("a", "b", "c"), ["1", "2", "3"]),
        ("windows1252.csv", 0, ("a", "b", "c"), ["1", "2", "3"]),
        ("pyexcel_hidden_sheets.xls", 0, ("A", "B"), None),
        ("pyexcel_merged-cell-sheet.xls", -1, ("A", "B", "C"), [1.0, 2.0, 3.0]),
        ("pyexcel_complex-merged-cells-sheet.xls", -1, ("A", "B", "C"), [1.0, "", 2.0]),
        ("pyexcel_merged-sheet-exploration.xls", -1, ("A", "B"), None),
        ("agate_test_ambiguous_date.xls", 0, ("s",), [dt.date(1900, 1, 1)]),
    ],
)
def test_odd_tables_are_read(shared, name, header, titles, first):
    path = shared / "data/excel_and_sales/odd_tables" / name
    sheet = choose_sheet(read_book(path))
    found = find_header(sheet)
    assert (found.row, found.names[:3]) == (header, titles + found.names[len(titles) : 3])
    if first is not None:
        assert list(sheet.rows())[header + 1][:3] == first


@pytest.mark.shared
def test_every_odd_table_can_be_looked_at(shared):
    looks = {}
    for path in sorted((shared / "data/excel_and_sales/odd_tables").iterdir()):
        try:
            looks[path.name] = len(child.look(path, "", None, "", "").rows)
        except ImportRefused as refused:
            looks[path.name] = str(refused)
    refused = {name: found for name, found in looks.items() if isinstance(found, str)}
    assert len(looks) == 13
    assert list(refused) == ["pyexcel_hidden_sheets.xls"]
    assert "has a header but no row below it" in refused["pyexcel_hidden_sheets.xls"]


@pytest.mark.shared
def test_what_calamine_reads_is_what_a_person_sees(shared):
    path = shared / "data/excel_and_sales/XEducation_Leads__really_xlsx_named.csv"
    sheet = choose_sheet(read_book(path))
    assert (sheet.height, sheet.width) == (9241, 37)
    assert CalamineWorkbook.from_path(str(path)).sheet_names == ["Sheet1"]
