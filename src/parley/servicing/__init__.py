"""What is owed, since when, and how it is paid off: the arithmetic of accounts.

Pure; knows no borrower, no law and no message.
"""
