"""Figures of a whole book, defined account by account. `parley.columnar` computes the same over columns."""
