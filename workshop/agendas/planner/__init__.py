"""The planner: a box of days in, the best agenda out. Pure; see ``model`` for what best means."""

from workshop.agendas.planner.model import Day, Infeasible, Level, Placed, Plan, Request, Rules, Unit
from workshop.agendas.planner.plan import catalogue_order, plan

__all__ = ["Day", "Infeasible", "Level", "Placed", "Plan", "Request", "Rules", "Unit", "catalogue_order", "plan"]
