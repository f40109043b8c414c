"""Rule 19: the figures of several workers in one text that Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families

from collab_server.cluster.figures import together
from collab_server.metrics import Metrics


def test_19_each_sample_says_whose_it_is_and_each_metric_is_described_once() -> None:
    texts = {}
    for worker in (2, 1):
        metrics = Metrics()
        metrics.sockets.set(10 * worker)
        metrics.refusals.labels(code="4401", reason="token_expired").inc(worker)
        metrics.commit_seconds.observe(0.003)
        texts[worker] = metrics.exposition().decode()
    text = together(texts)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert len(families) == text.count("# TYPE ")
    assert [(s.labels, s.value) for s in families["lectern_sockets"].samples] == [
        ({"worker": "1"}, 10.0),
        ({"worker": "2"}, 20.0),
    ]
    refused = [s for s in families["lectern_refusals"].samples if s.name == "lectern_refusals_total"]
    assert {(s.labels["worker"], s.labels["reason"], s.value) for s in refused} == {
        ("1", "token_expired", 1.0),
        ("2", "token_expired", 2.0),
    }
    counts = [s for s in families["lectern_commit_seconds"].samples if s.name.endswith("_count")]
    assert [s.value for s in counts] == [1.0, 1.0]


def test_19_a_metric_that_only_one_worker_has_is_there() -> None:
    assert together({1: "# HELP a A\n# TYPE a gauge\n", 2: "# HELP a A\n# TYPE a gauge\na 5.0\n"}) == (
        '# HELP a A\n# TYPE a gauge\na{worker="2"} 5.0\n'
    )
