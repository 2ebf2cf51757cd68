"""PyJobShop on the core objective, begun from the dispatched plan.

It knows no first setup of a line: what the judge counts for that is left out of its value, in its favour.
"""

from __future__ import annotations

from pyjobshop import Model, Solution
from pyjobshop.Solution import ScheduledTask

from qinglian.production.decide import Problem
from qinglian.production.decide.construct import construct
from qinglian.production.decide.decode import place
from qinglian.production.model import Instance


def best_found(instance: Instance, seconds: float) -> float:
    """Return the objective PyJobShop reaches with two workers."""
    problem = Problem.of(instance)
    model = Model()
    machines = [model.add_machine(name=line.id) for line in instance.lines]
    tasks, modes = [], {}
    for op in range(problem.size):
        lot = instance.lots[problem.lot[op]]
        job = model.add_job(weight=lot.weight, release_date=lot.release, due_date=lot.due)
        tasks.append(model.add_task(job, earliest_start=lot.release))
        for line, machine in enumerate(machines):
            if problem.minutes[line, op] >= 0:
                modes[line, op] = len(modes)
                model.add_mode(tasks[op], machine, int(problem.minutes[line, op]))
    for line, machine in enumerate(machines):
        able = [op for op in range(problem.size) if problem.minutes[line, op] >= 0]
        for before in able:
            for after in able:
                minutes = int(problem.setup[line, problem.class_of[before], problem.class_of[after]])
                if before != after and minutes:
                    model.add_setup_time(machine, tasks[before], tasks[after], minutes)
    model.set_objective(weight_total_tardiness=1, weight_total_setup_time=2)
    placed = {item.operation: item for item in place(problem, construct(problem))}
    start = Solution(
        model.data(),
        [
            ScheduledTask(modes[placed[op].line, op], [placed[op].line], placed[op].start, placed[op].end)
            for op in range(problem.size)
        ],
    )
    found = model.solve(time_limit=seconds, display=False, num_workers=2, initial_solution=start)
    return float(found.objective)
