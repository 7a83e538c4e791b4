"""Charts drawn on the server as SVG: no script, nothing fetched, the same figures beside them as a table and as CSV.

`table` holds the figures and is the only source of the picture, the table and the file; `bars`, `lines` and `heat`
draw; `figure` puts picture, key, table and link together; `measure`, `scale` and `markup` are their tools. Colours are
classes of the style sheet `charts.css`. Why so: docs/decisions/0006-charts-as-svg-from-the-server.md.
"""
