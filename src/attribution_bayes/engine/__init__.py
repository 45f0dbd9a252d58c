"""What follows: the exact engine, the record of a weighed case, and the sum to be added up by hand."""
