"""The image, the composition and the base for Kubernetes say what is true of this code. What they do where they run is not tried here."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import kubernetes_validate
import pytest
import yaml

from collab_server.health import routes
from collab_server.listening import DRAIN_LIMIT_SECONDS
from collab_server.metrics import Metrics
from collab_server.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
KNOWN = {PREFIX + each.name.upper() for each in fields(Settings)}
OURS = {"LECTERN_DOMAIN"}
"""What the composition itself is told."""
DELIVERED = ["Dockerfile", *(str(path.relative_to(ROOT)) for path in sorted(DEPLOY.rglob("*")) if path.is_file())]


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def manifest(name: str) -> dict[str, Any]:
    return yaml.safe_load((KUBERNETES / f"{name}.yaml").read_text())


def container() -> dict[str, Any]:
    (only,) = manifest("deployment")["spec"]["template"]["spec"]["containers"]
    return only


@pytest.mark.parametrize("name", DELIVERED)
def test_only_settings_that_exist_are_named(name: str) -> None:
    named = set(re.findall(r"\bLECTERN_[A-Z0-9_]+", (ROOT / name).read_text()))
    assert named <= KNOWN | OURS


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_files_parse_and_name_no_key_twice(path: Path) -> None:
    class Strict(yaml.SafeLoader):  # type: ignore[misc]  # its types are not known
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), f"{path.name} line {node.start_mark.line + 1}"
            return super().construct_mapping(node, deep)

    assert isinstance(yaml.load(path.read_text(), Loader=Strict), dict)


def test_the_linters_of_images_and_of_kubernetes_find_nothing() -> None:
    scripts = Path(sys.executable).parent
    told = subprocess.run([scripts / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")
    # Kustomize's own file is of no kind that a cluster knows.
    objects = [path for path in sorted(KUBERNETES.glob("*.yaml")) if path.stem != "kustomization"]
    for path in objects:
        kubernetes_validate.validate(
            yaml.safe_load(path.read_text()), kubernetes_validate.latest_version(), strict=True
        )
    assert {path.name for path in objects} == set(manifest("kustomization")["resources"])


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_in_particular() -> None:
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), re.MULTILINE)
    assert sources
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for source in " ".join(sources).split():
        assert (ROOT / source).exists()
        assert f"!{source.split('/')[0]}" in ignored
    assert ignored[1] == "*", "what is not named stays out"
    last = dockerfile().rsplit("\nFROM ", 1)[1]
    assert "\nUSER 10001:10001\n" in last
    assert "COPY web" not in last and "npm" not in last
    assert 'ENTRYPOINT ["lectern"]' in last
    packages = re.findall(r"^COPY ([a-z_]+)/ \1/$", dockerfile(), re.MULTILINE)
    assert {"auth", "classroom", "collab_server", "documents", "persistence"} <= set(packages)


def test_everything_is_asked_at_addresses_that_answer() -> None:
    answering = {route.path for route in routes(figures=AsyncMock(), check=AsyncMock())}
    asked = {container()[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    asked.add(manifest("deployment")["spec"]["template"]["metadata"]["annotations"]["prometheus.io/path"])
    asked.update(re.findall(r"127\.0\.0\.1:8000(/[a-z]+)", dockerfile() + (DEPLOY / "compose.yaml").read_text()))
    asked.update(re.findall(r"health_uri (\S+)", (DEPLOY / "Caddyfile").read_text()))
    assert asked == answering


def test_a_node_is_given_the_time_that_it_takes_to_drain() -> None:
    pod = manifest("deployment")["spec"]["template"]["spec"]
    (_, before) = container()["lifecycle"]["preStop"]["exec"]["command"]
    assert pod["terminationGracePeriodSeconds"] >= int(before) + DRAIN_LIMIT_SECONDS + 10
    for name in ("app-1", "app-2"):
        assert int(compose()["services"][name]["stop_grace_period"].removesuffix("s")) >= DRAIN_LIMIT_SECONDS + 10


def test_nodes_are_counted_by_a_figure_that_they_publish() -> None:
    metrics = manifest("autoscaling")["spec"]["metrics"]
    names = [each["pods"]["metric"]["name"] for each in metrics if each["type"] == "Pods"]
    published = Metrics().exposition().decode()
    assert names
    assert all(f"\n{name} " in published for name in names)


def test_no_secret_is_written_down() -> None:
    assert {"secretRef": {"name": "lectern"}} in container()["envFrom"]
    plain = dict(line.split("=", 1) for line in (KUBERNETES / "lectern.env").read_text().splitlines())
    shown = {PREFIX + each.name.upper() for each in fields(Settings) if each.repr}
    assert plain.keys() <= shown
    given = compose()["services"]["app-1"]["environment"]
    for name in ("LECTERN_SECRET_KEY", "LECTERN_DATABASE_URL"):
        assert "${" in given[name]
    example = dict(
        line.split("=", 1) for line in (DEPLOY / "example.env").read_text().splitlines() if not line.startswith("#")
    )
    assert all(not value for name, value in example.items() if name != "LECTERN_DOMAIN")


def test_what_belongs_together_has_the_same_name() -> None:
    labels = manifest("deployment")["spec"]["template"]["metadata"]["labels"]
    assert manifest("service")["spec"]["selector"] == labels
    for each in (manifest("deployment"), manifest("disruption")):
        assert each["spec"]["selector"]["matchLabels"] == labels
    assert manifest("autoscaling")["spec"]["scaleTargetRef"]["name"] == manifest("deployment")["metadata"]["name"]
    listed = manifest("kustomization")["resources"]
    there = {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(listed) == there
    (port,) = container()["ports"]
    assert f"EXPOSE {port['containerPort']}\n" in dockerfile()
    services = compose()["services"]
    assert set(re.findall(r"app-\d", (DEPLOY / "Caddyfile").read_text())) <= services.keys()
    settings = services["app-1"]["environment"]
    assert settings == services["app-2"]["environment"]
    (network,) = compose()["networks"]["inside"]["ipam"]["config"]
    assert settings["LECTERN_TRUSTED_PROXIES"] == network["subnet"]
