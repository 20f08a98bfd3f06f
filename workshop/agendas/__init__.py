"""Agendas: the document, the builder, the planner, and what goes out."""
