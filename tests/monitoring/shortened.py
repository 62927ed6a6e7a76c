"""The shipped rules and configuration with what takes minutes taking seconds. Nothing else is changed:

- of rules, `for` becomes a second; groups are evaluated each second;
- of Alertmanager, a group waits for nothing and is looked at each second, and the Watchdog is repeated as often;
- the folder of secrets and that of templates are those of the trial;
- Alertmanager before 0.26 knows no `url_file` of webhooks: there the file's content stands as `url`.
"""

import copy
import re
from pathlib import Path
from typing import Any

import yaml

import project
import tools

_SECRETS = "/etc/alertmanager/secrets/alertmanager/"
_TEMPLATES = "/etc/alertmanager/config/"


def rules(folder: Path) -> Path:
    """Writes them to a folder, and says where Prometheus finds them."""
    for file in project.rule_files():
        spec = copy.deepcopy(project.groups(file))
        for group in spec["groups"]:
            group["interval"] = "1s"
        for rule in project.rules(spec):
            if "for" in rule:
                rule["for"] = "1s"
        (folder / f"rules-{file.name}").write_text(yaml.safe_dump(spec))
    return folder / "rules-*.yaml"


def placed(secrets: Path) -> str:
    """Alertmanager's configuration with its files where they are, and nothing else changed."""
    text = project.ALERTMANAGER.read_text()
    text = text.replace(_TEMPLATES, f"{project.ALERTMANAGER.parent}/")
    text = text.replace(_SECRETS, f"{secrets}/")
    if not knows_url_file():
        text = re.sub(r"\burl_file: (\S+)", lambda found: f"url: {Path(found[1]).read_text().strip()}", text)
    return text


def alertmanager(secrets: Path) -> str:
    """The same in a hurry."""
    config: dict[str, Any] = yaml.safe_load(placed(secrets))
    for route in (config["route"], *config["route"]["routes"]):
        route.update(group_wait="0s", group_interval="1s")
    watchdog = config["route"]["routes"][0]
    assert watchdog["receiver"] == "healthchecks", "the Watchdog's route is the first"
    watchdog["repeat_interval"] = "1s"
    return yaml.safe_dump(config)


def knows_url_file() -> bool:
    found = re.search(r"version (\d+)\.(\d+)", tools.run(tools.ALERTMANAGER, "--version"))
    if not found:
        raise AssertionError("Alertmanager does not say its version")
    return (int(found[1]), int(found[2])) >= (0, 26)
