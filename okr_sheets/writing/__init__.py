"""Trackers out: one module for each sheet of the workbook, and the look they share."""
