"""What is shipped to run the desk with: units, images and manifests say what they should, as far as it shows here."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
IMAGES = sorted(DEPLOY.rglob("Dockerfile"))
PODS = ("intake", "worker")
EXPOSED_AT_MOST = 2.0  # of 10, as systemd-analyze counts what a break-in could reach
COMMANDS = {"run", "status"}


def manifest(name: str) -> dict:
    return yaml.safe_load((DEPLOY / "kubernetes" / f"{name}.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


@pytest.mark.needs("systemd-analyze")
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
class TestTheUnit:
    def test_systemd_understands_it_whole(self, tmp_path: Path) -> None:
        unit = tmp_path / "triaged.service"
        text = (DEPLOY / "triaged.service").read_text("utf-8")
        unit.write_text(text.replace("/opt/triaged/bin/triaged run", "/bin/true"), "utf-8")
        found = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
        assert (found.returncode, [line for line in found.stderr.splitlines() if "triaged.service" in line]) == (0, [])

    def test_a_reload_is_the_sign_that_the_daemon_hears(self) -> None:
        text = (DEPLOY / "triaged.service").read_text("utf-8")
        assert "\nExecReload=/bin/kill -HUP $MAINPID\n" in text

    def test_little_is_exposed(self) -> None:
        found = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(DEPLOY / "triaged.service")],
            capture_output=True,
            text=True,
            check=False,
        )
        level = re.search(r"exposure level for triaged\.service: ([\d.]+)", found.stdout)
        assert level is not None, found.stdout + found.stderr
        assert float(level[1]) <= EXPOSED_AT_MOST


def steps(image: Path) -> Iterator[tuple[str, str]]:
    """Return the instructions of an image with what they say."""
    lines = [line for line in image.read_text("utf-8").replace("\\\n", " ").splitlines() if line.strip()]
    for line in lines:
        if not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest


@pytest.mark.parametrize("image", IMAGES, ids=lambda path: str(path.relative_to(DEPLOY)))
class TestImages:
    def test_it_begins_from_a_named_version(self, image: Path) -> None:
        bases = [rest.split(" ")[0] for word, rest in steps(image) if word == "FROM"]
        assert bases
        assert all(":" in base and not base.endswith(":latest") for base in bases)

    def test_it_says_who_runs_and_how_it_is(self, image: Path) -> None:
        words = [word for word, _ in steps(image)]
        assert "USER" in words
        assert "HEALTHCHECK" in words
        assert "ADD" not in words

    def test_what_is_installed_leaves_no_lists_behind(self, image: Path) -> None:
        for _, rest in (step for step in steps(image) if "apt-get install" in step[1]):
            assert "--no-install-recommends" in rest
            assert "rm -rf /var/lib/apt/lists/*" in rest

    def test_what_it_copies_is_there(self, image: Path) -> None:
        context = ROOT if image.parent == DEPLOY else DEPLOY
        for word, rest in steps(image):
            if word == "COPY" and not rest.startswith("--from"):
                assert all((context / source).exists() for source in rest.split(" ")[:-1]), rest


def test_the_daemon_is_not_root_and_its_packages_are_hashed() -> None:
    said = dict(steps(DEPLOY / "Dockerfile"))
    assert said["USER"] not in ("root", "0")
    assert any("--require-hashes" in rest for word, rest in steps(DEPLOY / "Dockerfile") if word == "RUN")


def test_the_image_is_made_of_nothing_but_the_program() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    wanted = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source.removeprefix("./")
        for word, rest in steps(DEPLOY / "Dockerfile")
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split(" ")[:-1]
    }
    assert ignored[0] == "*"
    assert wanted == copied


class TestCompose:
    def test_each_way_has_what_it_needs(self, compose: dict) -> None:
        services = compose["services"]
        by_profile = {
            profile: {name for name, service in services.items() if profile in service["profiles"]}
            for profile in ("embedded", "scaled")
        }
        assert by_profile["embedded"] == {"desk"}
        assert by_profile["scaled"] == {"intake", "worker", "postfix", "postgres", "redis"}
        for service in services.values():
            for needed in service.get("depends_on", ()):
                assert set(services[needed]["profiles"]) >= set(service["profiles"])

    def test_the_daemon_has_no_rights_that_it_does_not_need_and_time_to_drain(self, compose: dict) -> None:
        for name in ("desk", "intake", "worker"):
            service = compose["services"][name]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["stop_grace_period"] == "60s"

    def test_every_secret_and_volume_that_is_used_is_declared(self, compose: dict) -> None:
        used = {secret for service in compose["services"].values() for secret in service.get("secrets", ())}
        assert used == set(compose["secrets"])
        named = {
            volume.split(":")[0]
            for service in compose["services"].values()
            for volume in service.get("volumes", ())
            if not volume.startswith(".")
        }
        assert named == set(compose["volumes"])

    def test_only_the_way_in_is_open_to_the_world(self, compose: dict) -> None:
        open_to_all = {name for name, service in compose["services"].items() if "ports" in service}
        assert open_to_all == {"desk", "postfix"}


@pytest.mark.parametrize("name", PODS)
class TestPods:
    def test_a_pod_runs_its_role_as_nobody_of_importance(self, name: str) -> None:
        pod = manifest(name)["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["args"] == ["run", "--role", name]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert pod["terminationGracePeriodSeconds"] == 60

    def test_a_pod_is_found_by_its_labels(self, name: str) -> None:
        spec = manifest(name)["spec"]
        assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()

    def test_every_volume_that_is_mounted_is_there(self, name: str) -> None:
        pod = manifest(name)["spec"]["template"]["spec"]
        mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_the_service_leads_to_a_port_of_the_intake() -> None:
    service, pod = manifest("service")["spec"], manifest("intake")["spec"]["template"]
    assert service["selector"].items() <= pod["metadata"]["labels"].items()
    ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
    assert [port["port"] for port in service["ports"]] == [ports[port["targetPort"]] for port in service["ports"]]


def test_every_manifest_is_named() -> None:
    named = manifest("kustomization")["resources"]
    assert sorted([*named, "kustomization.yaml"]) == sorted(
        path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")
    )


def test_the_start_of_postfix_is_sound_shell() -> None:
    script = DEPLOY / "postfix" / "start"
    assert script.stat().st_mode & 0o111
    checked = subprocess.run([shutil.which("sh") or "sh", "-n", str(script)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
