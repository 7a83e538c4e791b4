"""Parley 和议: agrees repayment with borrowers by text."""
