"""One file for each figure that is no ratio of two times."""
