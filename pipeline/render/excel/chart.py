"""The pictures of the register: how many risks of each level, now and after the steps, and over all editions.

The first follows the register's own cells; the second is drawn from a table of what the editions found, which goes on paper too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import DataPoint
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.pdf.fontconfig import FAMILY
from pipeline.render.look import LEVEL_FILLS

# a table of this name gets a sheet with its levels counted and drawn
REGISTER = "Register"
SHEET, TREND = "Picture", "Trend"
NOW, AFTER = "Risk level", "Left after that"
THIN = Side(style="thin", color="BFC5C4")
BOX = Border(THIN, THIN, THIN, THIN)
STRONG = {"very_low": "8DB7A2", "low": "B5CC7A", "moderate": "E8C547", "high": "E08E45", "very_high": "C8553D"}


def add_picture(workbook: Workbook, words: dict[str, str], colour: str) -> None:
    """Add the sheet behind the register. words: level → printed word, from very low up."""
    sheet = workbook.create_sheet(SHEET)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = sheet.column_dimensions["C"].width = 16
    rows: list[list[Any]] = [["Risks by level", None, None], ["Level", "Now", "After the steps"]]
    for word in reversed(words.values()):
        rows.append([word, *(f'=COUNTIF({REGISTER}[{column}],"{word}")' for column in (NOW, AFTER))])
    _write(sheet, rows, colour)
    for line, level in enumerate(reversed(words), 3):
        sheet.cell(line, 1).fill = PatternFill("solid", fgColor=LEVEL_FILLS[level])
    sheet.add_chart(_chart(workbook, words), "A10")
    _one_page(sheet)


def add_trend(workbook: Workbook, words: dict[str, str], trend: Sequence[Mapping[str, Any]], colour: str) -> None:
    """Add the sheet with the risks of all editions. words: level → printed word, from very low up; trend: edition, day, and
    counts from very high down, oldest first."""
    sheet = workbook.create_sheet(TREND)
    sheet.sheet_view.showGridLines = False
    levels = list(reversed(words.values()))
    rows: list[list[Any]] = [["Risks by level, edition by edition"], ["Edition", "As of", *levels, "All"]]
    for one in trend:
        rows.append([one["edition"], one["day"], *one["counts"], sum(one["counts"])])
    _write(sheet, rows, colour)
    widths = (12, 20, *[12] * len(levels), 10)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
        head = sheet.cell(2, column)
        head.font, head.fill = Font(name=FAMILY, size=9, bold=True, color="FFFFFF"), PatternFill("solid", fgColor=colour)
        for line in range(2, len(rows) + 1):
            sheet.cell(line, column).border = BOX
    last = f"{get_column_letter(len(widths))}{len(rows)}"
    table = Table(displayName=TREND, ref=f"A2:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(widths))
    sheet.print_title_rows = "2:2"
    sheet.add_chart(_trend_chart(sheet, list(reversed(words)), len(rows)), f"A{len(rows) + 3}")
    _one_page(sheet)


def _write(sheet: Worksheet, rows: list[list[Any]], colour: str) -> None:
    """A heading, the names of the columns, and what stands below them."""
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column, value)
            cell.font = Font(name=FAMILY, size=18 if line == 1 else 10, bold=line < 3, color=colour if line < 3 else "1C2423")
            cell.alignment = Alignment(horizontal="left" if column == 1 else "center")


def _one_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _trend_chart(sheet: Worksheet, levels: list[str], last: int) -> BarChart:
    """Editions side by side, each a column of its levels with the gravest on top."""
    chart = BarChart()
    chart.type, chart.style, chart.grouping, chart.overlap = "col", 10, "stacked", 100
    chart.title, chart.gapWidth = "Risks by level, edition by edition", 60
    chart.width, chart.height = 22, 11
    for index, level in reversed(list(enumerate(levels))):
        chart.add_data(Reference(sheet, min_col=3 + index, min_row=2, max_row=last), titles_from_data=True)
        series = chart.series[-1]
        series.graphicalProperties.solidFill = series.graphicalProperties.line.solidFill = STRONG[level]
        series.dLbls = DataLabelList()
        series.dLbls.showVal, series.dLbls.showSerName, series.dLbls.showCatName = True, False, False
        series.dLbls.showLegendKey = series.dLbls.showPercent = False
        # a level that an edition does not have gets no number
        series.dLbls.numFmt = "0;;"
    chart.set_categories(Reference(sheet, min_col=1, min_row=3, max_row=last))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0"
    chart.legend.position = "b"
    return chart


def _chart(workbook: Workbook, words: dict[str, str]) -> BarChart:
    sheet = workbook[SHEET]
    chart = BarChart()
    chart.type, chart.style, chart.grouping = "col", 10, "clustered"
    chart.title, chart.gapWidth = "Risks by level, now and after the steps", 60
    chart.width, chart.height = 22, 11
    last = 2 + len(words)
    chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=2, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=3, max_row=last))
    # openpyxl hides the axes of a new chart otherwise: https://foss.heptapod.net/openpyxl/openpyxl/-/issues/1967
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0"
    for number, series in enumerate(chart.series):
        series.dLbls = DataLabelList()
        series.dLbls.showVal, series.dLbls.showSerName, series.dLbls.showCatName = True, False, False
        series.dLbls.showLegendKey = series.dLbls.showPercent = False
        for index, level in enumerate(reversed(words)):
            point = DataPoint(idx=index)
            point.graphicalProperties.solidFill = STRONG[level] if number == 0 else LEVEL_FILLS[level]
            point.graphicalProperties.line.solidFill = STRONG[level]
            series.dPt.append(point)
    chart.legend.position = "b"
    return chart
