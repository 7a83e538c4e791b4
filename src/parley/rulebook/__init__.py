"""The law and the lender's policy as dated, cited data, and its pure evaluation over prepared facts."""
