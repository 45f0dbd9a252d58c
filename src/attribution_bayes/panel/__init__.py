"""Several answers, compared with each other and with what turned out true."""
