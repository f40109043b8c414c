"""The figures of all workers of one machine in one answer, whichever of them is asked: each sample says whose it is."""

from collections.abc import Mapping

from collab_server.cluster.node import Node
from collab_server.cluster.questions import Answer, Question
from collab_server.metrics import Metrics


class CrewFigures:
    """The figures of one crew: the workers that one `lectern serve --workers` has started. `worker`: which of them this is."""

    def __init__(self, metrics: Metrics, node: Node, *, crew: str, worker: int) -> None:
        self._metrics = metrics
        self._node = node
        self._crew = crew
        self._worker = worker
        node.answer_with({"figures": self._answer})

    async def exposition(self) -> bytes:
        """Return the text that Prometheus scrapes; a worker that does not answer in time is left out."""
        texts = {self._worker: self._metrics.exposition().decode()}
        for answer in await self._node.ask({"do": "figures", "crew": self._crew}):
            if answer:
                texts[answer["worker"]] = answer["text"]
        return together(texts).encode()

    async def _answer(self, question: Question) -> Answer:
        # Other machines are asked by themselves.
        if question["crew"] != self._crew:
            return {}
        return {"worker": self._worker, "text": self._metrics.exposition().decode()}


def together(texts: Mapping[int, str]) -> str:
    """Put texts of Prometheus' format together: each sample gets the label `worker`, each metric is described once."""
    described: dict[str, list[str]] = {}
    samples: dict[str, list[str]] = {}
    for worker, text in sorted(texts.items()):
        metric, known = "", False
        for line in text.splitlines():
            if line.startswith("# HELP "):
                metric = line.split(" ", 3)[2]
                known = metric in described
            if not line.startswith("#"):
                samples.setdefault(metric, []).append(_labelled(line, worker))
            elif not known:
                described.setdefault(metric, []).append(line)
    return "".join(f"{line}\n" for metric in described for line in described[metric] + samples.get(metric, []))


def _labelled(sample: str, worker: int) -> str:
    name, brace, rest = sample.partition("{")
    if brace:
        return f'{name}{{worker="{worker}",{rest}'
    name, _, value = sample.partition(" ")
    return f'{name}{{worker="{worker}"}} {value}'
