# Lists "target: ... ## words" lines of a Makefile; bold only where the output is a terminal.
BEGIN {
    FS = ":.*## "
    if (system("test -t 1") == 0 && ENVIRON["NO_COLOR"] == "") { on = "\033[1m"; off = "\033[0m" }
}
/^[a-z-]+:.*## / { printf "%smake %-9s%s %s\n", on, $1, off, $2 }
