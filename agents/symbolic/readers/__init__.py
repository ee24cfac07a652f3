"""One notation a file; each reader finds its structures on a page."""
