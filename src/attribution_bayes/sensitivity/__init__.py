"""What the answer hangs on: each number, all of them together, each item, and what is not a number."""
