"""The planner is exact: on small catalogues it is held against every subset there is."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.agendas.planner import Day, Infeasible, Level, Plan, Request, Rules, Unit, catalogue_order, plan
from workshop.agendas.planner.plan import closure

TOPICS = ("build", "run", "ship")


@st.composite
def catalogues(draw: st.DrawFn) -> list[Unit]:
    units = []
    for number in range(draw(st.integers(1, 6))):
        needs = draw(st.frozensets(st.sampled_from([f"m{i}" for i in range(number)]), max_size=2)) if number else frozenset()
        minutes = draw(st.sampled_from([15, 20, 30, 45, 60, 90, 120, 150]))
        topics = draw(st.frozensets(st.sampled_from(TOPICS), max_size=2))
        units.append(Unit(f"m{number}", minutes, number, needs, topics, draw(st.sampled_from(Level))))
    return units


@st.composite
def requests(draw: st.DrawFn, units: list[Unit]) -> Request:
    slugs = [unit.slug for unit in units]
    starts = st.sampled_from([8 * 60, 9 * 60, 12 * 60, 13 * 60 + 30])
    days = [Day(start, start + draw(st.sampled_from([90, 180, 300, 330, 480]))) for start in draw(st.lists(starts, min_size=1, max_size=2))]
    return Request(
        days=tuple(days),
        must=draw(st.frozensets(st.sampled_from(slugs), max_size=2)),
        goals=tuple(draw(st.lists(st.sampled_from([*slugs, *TOPICS]), max_size=3, unique=True))),
        known=draw(st.frozensets(st.sampled_from(slugs), max_size=2)),
        level=draw(st.sampled_from(Level)),
        finish=draw(st.sampled_from(["", *slugs])),
        rules=Rules(opening=draw(st.sampled_from([0, 10])), closing=draw(st.sampled_from([0, 20]))),
    )


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Unit], Request]:
    units = draw(catalogues())
    return units, draw(requests(units))


# --- The same model, written as plainly as can be: every subset, every way through the days ----------


def fits(minutes: list[int], request: Request) -> bool:
    """Whether modules of these minutes fit in this order; by trying every rest before every module."""
    rules = request.rules

    def lunch_in_time(day: Day, clock: int) -> bool:
        first, last = rules.lunch_window
        return clock <= last and max(clock, first) + rules.lunch_minutes + rules.closing <= day.end

    def go(rest: tuple[int, ...], number: int, clock: int, stretch: int, hungry: bool) -> bool:
        if not rest:
            return True
        day = request.days[number]
        end = clock + rest[0]
        if stretch == 0 or stretch + rest[0] <= rules.longest_stretch:
            in_time = lunch_in_time(day, end) if hungry else end + rules.closing <= day.end
            if in_time and go(rest[1:], number, end, stretch + rest[0], hungry):
                return True
        if stretch and go(rest, number, clock + rules.break_minutes, 0, hungry):
            return True
        if hungry and clock <= rules.lunch_window[1]:
            after = max(clock, rules.lunch_window[0]) + rules.lunch_minutes
            if go(rest, number, after, 0, False):
                return True
        return number + 1 < len(request.days) and begin(rest, number + 1)

    def begin(rest: tuple[int, ...], number: int) -> bool:
        day = request.days[number]
        return go(rest, number, day.start + rules.opening, 0, rules.has_lunch(day))

    return begin(tuple(minutes), 0)


def best_by_brute_force(units: list[Unit], request: Request) -> tuple[tuple[bool, ...], int, list[bool]] | None:
    by_slug = {unit.slug: unit for unit in units}
    forced = closure(request.must, by_slug, request.known)
    reaching = [unit.slug for unit in units for goal in request.goals if goal == unit.slug or goal in unit.topics]
    wanted = forced | closure(reaching, by_slug, request.known)
    last = [unit.slug for unit in units].index(request.finish) if request.finish else len(units)
    best = None
    for size in range(len(units) + 1):
        for subset in combinations(range(len(units)), size):
            taken = [units[i] for i in subset]
            slugs = {unit.slug for unit in taken}
            allowed = all(
                unit.slug in forced
                or (i <= last and unit.slug not in request.known and (unit.slug in wanted or unit.level <= request.level + 1))
                for i, unit in zip(subset, taken, strict=True)
            )
            closed = all(unit.prerequisites - request.known <= slugs for unit in taken)
            if not (allowed and closed and forced <= slugs and fits([unit.minutes for unit in taken], request)):
                continue
            goals = tuple(any(goal == u.slug or goal in u.topics for u in taken) for goal in request.goals)
            score = (goals, sum(unit.minutes for unit in taken), [i in subset for i in range(len(units))])
            best = score if best is None or score > best else best
    return best


@settings(max_examples=150, deadline=None)
@given(problems())
def test_nothing_is_better_than_the_plan(problem: tuple[list[Unit], Request]) -> None:
    units, request = problem
    best = best_by_brute_force(units, request)
    answer = plan(units, request)
    if best is None:
        assert isinstance(answer, Infeasible)
        return
    assert isinstance(answer, Plan)
    goals, minutes, taken = best
    assert [unit.slug in answer.modules for unit in units] == taken
    assert answer.minutes == minutes
    assert answer.goals == tuple(goal for goal, reached in zip(request.goals, goals, strict=True) if reached)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_a_plan_never_breaks_a_prerequisite_or_the_box(problem: tuple[list[Unit], Request]) -> None:
    units, request = problem
    answer = plan(units, request)
    if isinstance(answer, Infeasible):
        return
    by_slug = {unit.slug: unit for unit in units}
    for number, slug in enumerate(answer.modules):
        assert by_slug[slug].prerequisites - request.known <= set(answer.modules[:number])
    stretch = 0
    for before, item in zip([None, *answer.items], answer.items, strict=False):
        day = request.days[item.day]
        assert day.start <= item.start
        assert item.end <= day.end
        if before is None or before.day != item.day:
            stretch = 0
        else:
            assert before.end == item.start
        stretch = stretch + item.minutes if item.kind == "module" else 0
        assert stretch <= max(request.rules.longest_stretch, item.minutes)
    assert set(answer.modules) | set(answer.left_out) == set(by_slug)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_what_does_not_fit_says_by_how_much_and_what_to_drop(problem: tuple[list[Unit], Request]) -> None:
    units, request = problem
    answer = plan(units, request)
    if isinstance(answer, Plan):
        return
    by_slug = {unit.slug: unit for unit in units}
    forced = closure(request.must, by_slug, request.known)
    minutes = [unit.minutes for unit in units if unit.slug in forced]

    def longer(by: int) -> Request:
        last = request.days[-1]
        return Request(days=(*request.days[:-1], Day(last.start, last.end + by)), rules=request.rules)

    assert fits(minutes, longer(answer.over))
    assert str(answer.over) in answer.sentence
    for group in answer.drop:
        rest = closure(request.must - set(group), by_slug, request.known)
        assert fits([unit.minutes for unit in units if unit.slug in rest], request)


def test_catalogue_order_puts_prerequisites_first() -> None:
    units = [Unit("b", 10, 1, frozenset({"c"})), Unit("c", 10, 2), Unit("a", 10, 0)]
    assert [unit.slug for unit in catalogue_order(units)] == ["a", "c", "b"]


@pytest.mark.parametrize(("needs", "says"), [({"b"}, "a needs itself"), ({"z"}, "a needs z, which is not in the catalogue")])
def test_a_catalogue_that_cannot_be(needs: set[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        catalogue_order([Unit("a", 10, 0, frozenset(needs)), Unit("b", 10, 1, frozenset({"a"}))])


def test_a_must_have_that_is_no_module() -> None:
    with pytest.raises(ValueError, match="x is not in the catalogue"):
        plan([Unit("a", 10)], Request(days=(Day(0, 60),), must=frozenset({"x"})))


def test_without_a_day_nothing_is_planned() -> None:
    answer = plan([Unit("a", 10)], Request(days=(), must=frozenset({"a"})))
    assert isinstance(answer, Infeasible)
    assert answer.over == 10
