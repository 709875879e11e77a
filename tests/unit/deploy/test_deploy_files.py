"""What is shipped for servers fits the code, and its own formats: roles, variables, files."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.urls import resolve

from portal import first_run, run, settings
from tests.stack import PROJECT

DEPLOY = PROJECT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
# Of other programs' images and of the libraries that read them.
_FOREIGN = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "PATH", "PYTHONDONTWRITEBYTECODE"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, aliases and merges resolved."""
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def known_variables() -> set[str]:
    """Every variable that the settings read."""
    names = {variable.name for variable in settings.env.variables}
    return names | {f"{name}_FILE" for name in names if "_FILE" in kind_of(name)}


def kind_of(name: str) -> str:
    return next(one.kind for one in settings.env.variables if one.name == name)


def own_services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run this product's image."""
    services: dict[str, dict[str, Any]] = compose["services"]
    return {
        name: service for name, service in services.items() if service["image"].startswith("recto:")
    }


def check_command(words: list[str]) -> None:
    """Fails unless `python -m MODULE ...` names a module, roles and steps that exist."""
    assert words[:2] == ["python", "-m"], words
    module, arguments = words[2], words[3:]
    assert importlib.util.find_spec(module), module
    if module == "portal.run":
        assert arguments[0] == "--only"
        assert set(arguments[1:]) <= set(run.ROLES)
    elif module == "portal.first_run":
        assert set(arguments) <= set(first_run.STEPS)
    else:
        assert not arguments


# --- compose ----------------------------------------------------------------------------------
def test_compose_file_fits_the_specification(compose: dict[str, Any]) -> None:
    schema = files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    jsonschema.validate(compose, json.loads(schema.read_text()))


def test_every_role_has_a_service_and_a_command_that_exists(compose: dict[str, Any]) -> None:
    entry = instruction("ENTRYPOINT")
    started = []
    for service in own_services(compose).values():
        words = service.get("entrypoint", entry) + service.get("command", [])
        check_command(words)
        started += words[4:] if words[2] == "portal.run" else []
    assert sorted(started) == sorted(run.ROLES)


def test_variables_of_services_are_read_by_the_settings(compose: dict[str, Any]) -> None:
    named = {name for service in own_services(compose).values() for name in service["environment"]}
    assert named <= known_variables()
    others = {
        name for service in compose["services"].values() for name in service.get("environment", {})
    }
    assert others <= known_variables() | _FOREIGN


def test_what_the_operator_must_say_is_in_the_example() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    told = set(re.findall(r"^(\w+)=", (DEPLOY / "compose.env.example").read_text(), re.M))
    assert asked == told


def test_only_one_schedule_and_one_engine(compose: dict[str, Any]) -> None:
    for name in ("schedule", "engine", "network", "prepare"):
        assert "deploy" not in compose["services"][name]
    for name in ("web", "worker"):
        assert re.search(r":-2\}", compose["services"][name]["deploy"]["replicas"])


def test_own_containers_can_do_little(compose: dict[str, Any]) -> None:
    for name, service in own_services(compose).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service and "cap_add" not in service, name
        assert service["volumes"] == ["data:/data"], name
    engine = compose["services"]["engine"]
    assert engine["network_mode"] == "none"
    assert "secrets" not in engine and "networks" not in engine
    published = [name for name, service in compose["services"].items() if "ports" in service]
    assert published == ["proxy"]


def test_whatever_is_named_is_defined_and_pinned(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", service["image"]), name
        assert set(service.get("depends_on", ())) <= set(compose["services"]), name
        assert set(service.get("networks", ())) <= set(compose["networks"]), name
        assert set(service.get("secrets", ())) <= set(compose["secrets"]), name
        named = {config["source"] for config in service.get("configs", ())}
        assert named <= set(compose["configs"]), name
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).is_file(), source
            elif not source.startswith("$"):
                assert source in compose["volumes"], source


def test_a_healthy_service_is_waited_for_only_where_health_is_told(
    compose: dict[str, Any],
) -> None:
    for service in compose["services"].values():
        for name, condition in service.get("depends_on", {}).items():
            other = compose["services"][name]
            if condition["condition"] == "service_healthy":
                own = other.get("healthcheck", {"disable": not other["image"].startswith("recto:")})
                assert not own.get("disable"), name
            elif condition["condition"] == "service_completed_successfully":
                assert other["restart"] == "no", name


def test_the_engine_is_healthy_when_each_of_its_sockets_is_there(compose: dict[str, Any]) -> None:
    from portal.health import CHECKS

    engines = {name.removeprefix("engine-") for name in CHECKS if name.startswith("engine-")}
    words = compose["services"]["engine"]["healthcheck"]["test"][1]
    assert set(re.findall(r"(\w+)\.sock", words)) == engines


# --- Dockerfile -------------------------------------------------------------------------------
def instructions() -> list[tuple[str, str]]:
    """Each instruction and its words; continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.M)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def instruction(name: str) -> list[str]:
    """The words of the last such instruction in exec form."""
    words: list[str] = json.loads([rest for what, rest in instructions() if what == name][-1])
    return words


def test_dockerfile_keeps_the_rules() -> None:
    found = instructions()
    names = [name for name, _ in found]
    assert ("ARG", "BASE=debian:12.12-slim") in found
    assert [rest for name, rest in found if name == "FROM"] == ["${BASE} AS build", "${BASE}"]
    assert "ADD" not in names and "MAINTAINER" not in names
    last = found[len(names) - names[::-1].index("FROM") :]
    assert ("USER", "10001:10001") in last
    final = " ".join(rest for name, rest in last if name == "RUN")
    for tool in ("pip", "npm", "gcc", "build-essential", "curl", "wget"):
        assert not re.search(rf"\b{tool}\b", final), tool
    for name, rest in found:
        assert not re.search(r"\bsudo\b|:latest|\bchmod 777\b|\bSECRET|PASSWORD", rest), rest
        if name == "RUN" and "pip install" in rest:
            assert "--require-hashes" in rest and "--no-cache-dir" in rest
        if name == "RUN" and "npm" in rest:
            assert "npm ci" in rest
        if name in ("ENTRYPOINT", "CMD"):
            assert rest.startswith("[")
    assert "HEALTHCHECK" in names


def test_dockerfile_copies_what_exists_and_is_let_through() -> None:
    let_through = [
        line[1:]
        for line in (PROJECT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    for name, rest in instructions():
        if name != "COPY" or "--from" in rest:
            continue
        for source in rest.split()[:-1]:
            assert (PROJECT / source).exists(), source
            top = [source, *map(str, Path(source).parents)]
            assert any(fnmatch(part, rule) for part in top for rule in let_through), source


def test_image_holds_what_the_code_reads_beside_itself() -> None:
    """Files of the project's root that the code names."""
    copied = {word for name, rest in instructions() if name == "COPY" for word in rest.split()}
    named = set()
    for module in [*(PROJECT / "portal").rglob("*.py"), *(PROJECT / "apps").rglob("*.py")]:
        if "reference" in str(module):  # written while developing
            continue
        named |= set(re.findall(r"BASE_DIR / \"([\w.-]+)\"", module.read_text()))
    assert named - {"var", "portal.sqlite3"} <= copied | {"node_modules"}


def test_image_has_the_version_that_compose_asks_for(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in own_services(compose).values()}
    assert images == {f"recto:{settings.VERSION}"}


# --- Procfile, systemd, nginx -----------------------------------------------------------------
def test_procfile_starts_every_role() -> None:
    lines = (DEPLOY / "Procfile").read_text().splitlines()
    processes = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
    assert set(processes) == set(run.ROLES)
    for name, command in processes.items():
        words = command.split()
        assert words.pop(0) == ".venv/bin/python"
        check_command(["python", *words])
        assert words[-1] == name


def directives(unit: Path) -> dict[str, list[str]]:
    """A unit's directives by name; their values in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_units_start_every_role() -> None:
    started = set()
    for unit in UNITS:
        if unit.suffix != ".service":
            continue
        given = directives(unit)
        program, *words = given["ExecStart"][0].split()
        assert program == "/opt/recto/.venv/bin/python"
        check_command(["python", *words])
        started.add(words[-1])
        for line in given["Environment"]:
            assert line.partition("=")[0] in known_variables()
        assert given["NoNewPrivileges"] == ["yes"]
        assert given["User"] == ["recto"]
    assert started == set(run.ROLES) | {"files"}


def test_target_wants_units_that_exist() -> None:
    wanted = directives(DEPLOY / "systemd/recto.target")["Wants"][0].split()
    names = [re.sub(r"@\w+\.", "@.", name) for name in wanted]
    assert set(names) <= {unit.name for unit in UNITS}
    assert names.count("recto-schedule.service") == names.count("recto-engine.service") == 1


def test_the_engines_unit_leaves_the_jail_its_calls() -> None:
    given = directives(DEPLOY / "systemd/recto-engine.service")
    assert "SystemCallFilter" not in given  # seccomp and Landlock are set up by the children
    assert "MemoryDenyWriteExecute" not in given
    assert "AF_UNIX" in given["RestrictAddressFamilies"][0].split()
    assert given["PrivateNetwork"] == ["yes"]


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: Debian's package systemd has it")
    for unit in UNITS:  # it looks for the programs, too
        text = unit.read_text().replace("/opt/recto", str(PROJECT))
        (tmp_path / unit.name).write_text(text)
    names = [unit.name.replace("@.", "@8000.") for unit in UNITS]
    verified = subprocess.run(
        [program, "verify", "--man=no", *(f"./{name}" for name in names)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    told = [line for line in verified.stderr.splitlines() if "recto" in line]
    assert (verified.returncode, told) == (0, [])


def test_nginx_knows_the_upstream_and_the_limits(compose: dict[str, Any]) -> None:
    site = (DEPLOY / "nginx.conf").read_text()
    for upstream in (
        (DEPLOY / "nginx-upstream.conf").read_text(),
        compose["configs"]["upstream"]["content"],
    ):
        assert re.search(r"^\s*upstream portal \{", upstream, re.M)
    assert set(re.findall(r"proxy_pass http://([\w.]+)", site)) == {"portal"}
    assert site.count("{") == site.count("}")
    assert settings.MAX_UPLOAD_BYTES == 2 * 1024**3 and "client_max_body_size 2g;" in site
    log = re.search(r"log_format portal '([^']*)'", site)
    assert log and not re.search(r"\$(request|request_uri|uri|args)\b", log[1])
    for server in site.split("\nserver {")[1:]:
        assert re.search(r"access_log\s+\S+ portal;", server)
        assert re.search(r"error_log\s+\S+ crit;", server)


@pytest.mark.parametrize(
    ("path", "large"),
    [
        ("PCCIS/V1/WorkFile", True),
        ("WorkFile", True),
        ("PCCIS/V1/ViewingSession/u1/SourceFile", True),
        ("v2/viewingPackageCreators/1/SourceFile", True),
        ("v2/viewingSessions/u1/sourceFile/original", True),
        ("v2/viewingSessions/u1/sourceFile/revised", True),
        ("documents/append", True),
        ("documents/single", True),
        ("api/v1/work-files", True),
        ("api/v1/comparisons/1/original", True),
        ("api/v1/edits/1/content", True),
        ("api/v1/edits/1/draft", True),
        ("wopi/files/1", True),
        ("wopi/files/1/contents", True),
        ("PCCIS/V1/ViewingSession", False),
        ("v2/viewingSessions/u1/searchTasks", False),
        ("session/start", False),
        ("api/v1/comparisons/1", False),
        ("api/v1/templates", False),
    ],
)
def test_nginx_lets_documents_pass_at_once_and_at_any_size(path: str, large: bool) -> None:
    view = resolve(f"/{path}").func
    assert "NotRouted" not in getattr(view, "view_class", getattr(view, "cls", view)).__name__
    unbuffered = re.search(
        r"location ~\* (\S+) \{\s+client_max_body_size 2g;", (DEPLOY / "nginx.conf").read_text()
    )
    assert unbuffered
    assert bool(re.search(unbuffered[1], f"/{path}", re.I)) is large
