"""Pages of the curriculum, one file a family."""
