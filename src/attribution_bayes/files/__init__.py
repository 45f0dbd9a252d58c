"""Cases and results on disk."""
