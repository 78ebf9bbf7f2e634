"""Workbooks. Only the modules of this folder import openpyxl."""
