"""Showing results: payload, one offline page, workbook and terminal. Reads Datasets only."""
