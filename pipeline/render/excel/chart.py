"""The picture of the register: how many risks of each level, now and after the steps; it follows the register's own cells."""

from __future__ import annotations

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import DataPoint
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook

from pipeline.pdf.fonts import FAMILY
from pipeline.render.look import LEVEL_FILLS

# a table of this name gets a sheet with its levels counted and drawn
REGISTER = "Register"
SHEET = "Picture"
NOW, AFTER = "Risk level", "Left after that"
STRONG = {"very_low": "8DB7A2", "low": "B5CC7A", "moderate": "E8C547", "high": "E08E45", "very_high": "C8553D"}


def add_picture(workbook: Workbook, words: dict[str, str], colour: str) -> None:
    """Add the sheet behind the register. words: level → printed word, from very low up."""
    sheet = workbook.create_sheet(SHEET)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = sheet.column_dimensions["C"].width = 16
    rows: list[list[str | None]] = [["Risks by level", None, None], ["Level", "Now", "After the steps"]]
    for word in reversed(words.values()):
        rows.append([word, *(f'=COUNTIF({REGISTER}[{column}],"{word}")' for column in (NOW, AFTER))])
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(line, column, value)
            cell.font = Font(name=FAMILY, size=18 if line == 1 else 10, bold=line < 3, color=colour if line < 3 else "1C2423")
            cell.alignment = Alignment(horizontal="left" if column == 1 else "center")
    for line, level in enumerate(reversed(words), 3):
        sheet.cell(line, 1).fill = PatternFill("solid", fgColor=LEVEL_FILLS[level])
    sheet.add_chart(_chart(workbook, words), "A10")
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


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
