"""Bytes as grids of cells: what a file is, whether it is safe, one parser for each kind."""
