"""Names of the files of a sweep, for what writes them and what reads them."""

POINTS, STATUS = "points.json", "status.json"
FORMAT = 1  # of both: grows when a key changes its meaning
