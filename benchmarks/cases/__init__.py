"""What is measured: one module per kind of load."""

from collections.abc import Sequence

from benchmarks.cases.base import Case
from benchmarks.cases.cold import Cold
from benchmarks.cases.durable import Durable
from benchmarks.cases.fanout import Ceiling, Groups, Lecture, Workshop
from benchmarks.cases.files import Files
from benchmarks.cases.idle import Idle
from benchmarks.cases.joins import Joins
from benchmarks.cases.nodes import Hot, Nodes
from benchmarks.cases.pages import Pages
from benchmarks.cases.polls import AnonymousPolls, Polls
from benchmarks.cases.presence import Crowd, Cursors
from benchmarks.cases.progress import Progress
from benchmarks.cases.slides import Slides
from benchmarks.cases.stage import Stage
from benchmarks.cases.votes import Votes

CASES: Sequence[type[Case]] = (
    Lecture,
    Votes,
    Polls,
    AnonymousPolls,
    Progress,
    Stage,
    Slides,
    Files,
    Pages,
    Joins,
    Workshop,
    Groups,
    Ceiling,
    Cold,
    Durable,
    Cursors,
    Crowd,
    Idle,
    Nodes,
    Hot,
)
