"""The take-home pack: one ZIP with the pages, what the learner did, and how to go on at home."""
