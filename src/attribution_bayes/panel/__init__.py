"""Several answers, held against each other and against what turned out true."""
