"""The report of a run as one HTML file that asks the network for nothing.

`page` puts it together; `parts` says what stands where, as a table; `tables` reads `report.json` into figures; `cures`
says what the hold-out shows. Every number carries its place in `report.json` as `data-figure`.
"""
