"""An error that a user can meet says what, given, allowed and remedy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    what: str
    given: str
    allowed: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        return {
            "what": self.what,
            "given": self.given,
            "allowed": self.allowed,
            "remedy": self.remedy,
        }


class UnusableError(Exception):
    """The process can't start; every problem that was found, not just the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.what for problem in problems))
        self.problems = problems
