"""The inside of `core.workbooks.read_workbook`: runs in a process of its own, so nothing here imports Django."""
