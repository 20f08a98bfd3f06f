"""The proof that every printed command works: labs are typed and checked in real sandboxes.

``plan`` says what is proved where, ``walk`` goes through one lab, ``run`` goes through all, ``report``, ``junit`` and
``document`` say what came out, ``store`` keeps it and tells pages.
"""

from labs.proof.store import Summary, summaries, summary

__all__ = ["Summary", "summaries", "summary"]
