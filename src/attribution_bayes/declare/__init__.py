"""What somebody said: the words of a case and what each number means; no arithmetic beyond one number."""
