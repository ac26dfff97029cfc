"""One line to one member, all at once, so that two lines never claim the same member."""

from collections.abc import Mapping
from heapq import heappop, heappush


def best_pairing(scores: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """The pairs line -> member with the greatest sum of score to the fourth power.

    The fourth power makes one strong pair worth more than two middling ones: a
    line that is surely this member's is never moved to let a doubtful one in.
    A line that finds no member is left out. Shortest augmenting paths with
    potentials (the Hungarian method on a sparse graph).
    """
    worth = {line: {member: score**4 for member, score in edges.items()} for line, edges in scores.items()}
    ceiling = max((value for edges in worth.values() for value in edges.values()), default=0)
    line_potential: dict[int, int] = {}
    member_potential: dict = {}
    holder: dict = {}  # member -> line
    place: dict = {}  # line -> member

    def reach_from(line: int, so_far: int, distance: dict, came_from: dict, heap: list) -> None:
        for member, cost in _costs(line, worth[line], ceiling):
            new = so_far + cost - line_potential[line] - member_potential.get(member, 0)
            if member not in distance or new < distance[member]:
                distance[member] = new
                came_from[member] = line
                heappush(heap, (new, str(member), member))

    for start in sorted(worth):
        line_potential[start] = 0
        distance: dict = {}
        came_from: dict = {}
        heap: list = []
        settled: set = set()
        reach_from(start, 0, distance, came_from, heap)
        while True:
            so_far, _, member = heappop(heap)
            if so_far > distance[member] or member in settled:
                continue
            if member not in holder:
                break
            settled.add(member)
            reach_from(holder[member], so_far, distance, came_from, heap)
        line_potential[start] += so_far
        for reached in settled:
            shift = so_far - distance[reached]
            member_potential[reached] = member_potential.get(reached, 0) - shift
            line_potential[holder[reached]] += shift
        while True:
            line = came_from[member]
            vacated = place.get(line)
            holder[member], place[line] = line, member
            if line == start:
                break
            member = vacated
    return {line: member for line, member in place.items() if not isinstance(member, tuple)}


def _costs(line: int, edges: Mapping[int, int], ceiling: int):
    for member, value in edges.items():
        yield member, ceiling - value
    yield ("nobody", line), ceiling
