"""Pages of agendas, one file a family."""
