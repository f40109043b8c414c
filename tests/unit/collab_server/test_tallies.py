"""Figures of the hot path, and how Prometheus reads them."""

from prometheus_client.parser import text_string_to_metric_families

from collab_server.metrics import Metrics


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {(each.name, each.labels.get("le", "")): each.value for family in families for each in family.samples}


def test_a_tally_counts_what_is_added() -> None:
    metrics = Metrics()
    assert samples(metrics)["lectern_updates_total", ""] == 0
    metrics.updates.inc()
    metrics.updates.inc(41)
    assert samples(metrics)["lectern_updates_total", ""] == 42


def test_a_spread_says_how_many_were_at_most_each_bound() -> None:
    metrics = Metrics()
    for seconds in (0.0004, 0.0005, 0.0006, 2.5, 7.5):
        metrics.commit_seconds.observe(seconds)
    found = samples(metrics)
    by_bound = {bound: value for (name, bound), value in found.items() if name == "lectern_commit_seconds_bucket"}
    assert by_bound["0.0005"] == 2
    assert by_bound["0.001"] == 3
    assert by_bound["1.0"] == 3
    assert by_bound["2.5"] == by_bound["5.0"] == 4
    assert by_bound["+Inf"] == found["lectern_commit_seconds_count", ""] == 5
    assert found["lectern_commit_seconds_sum", ""] == 10.0015
