"""The README and docs/: their commands, links and examples work, and they name everything that a profile may have."""

import ast
import dataclasses
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from auxiliary.commands.cli import command
from auxiliary.commands.results_forms import grouped, leaderboards
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.loader import load_profile
from auxiliary.config.profile import Profile, Split
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.augmentation.registry import AUGMENTATIONS
from auxiliary.networks.averages import AVERAGES
from auxiliary.networks.backbones import BACKBONES
from auxiliary.networks.operations.registry import OPERATIONS
from auxiliary.networks.schedules import SCHEDULES
from auxiliary.project.checks import check_experiments

README, PROFILES, NETWORKS, CHANGELOG = (
    REPOSITORY / name for name in ("README.md", "docs/profiles.md", "docs/networks.md", "CHANGELOG.md"))
PAGES = [README, CHANGELOG, REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md")),
         *(REPOSITORY / folder / "README.md" for folder in ("data", "models", "assets"))]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def blocks(page: Path, language: str) -> list[str]:
    return [content for _, kind, content in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def code(page: Path) -> Iterator[str]:
    """Each line of the blocks of code, and each code within a sentence."""
    text = page.read_text(encoding="utf-8")
    for _, _, content in BLOCK.findall(text):
        yield from content.splitlines()
    yield from re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))


def commands(word: str) -> list[tuple[str, list[str]]]:
    """The arguments of each command on the pages that has `word` in it, with the page."""
    found = [(name(page), shlex.split(line.partition(word)[2], comments=True)) for page in PAGES
             for line in code(page) if line.startswith(("$ ", ".venv/", word)) and word in line]
    return [(page, arguments) for page, arguments in found if arguments]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def parse(arguments: list[str]) -> None:
    """Parse a command without running it."""
    first, *rest = arguments
    if first != "--help":
        command.commands[first].make_context(first, [word for word in rest if word != "--help"])


@pytest.mark.parametrize(("page", "arguments"), commands("python -m auxiliary "))
def test_commands_have_these_options(page, arguments):
    parse(arguments)


@pytest.mark.parametrize(("page", "arguments"), commands("make "))
def test_make_has_these_targets(page, arguments):
    target, *variables = arguments
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    values = dict(variable.split("=", 1) for variable in variables)
    assert all(re.search(rf"\$\({variable}\)", makefile) for variable in values)
    if target == "run":
        parse(["run", values.get("PROFILE", "demo"), *shlex.split(values.get("ARGS", ""))])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for link in LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8"))):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = (page.parent / path) if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_python_examples_are_python(page):
    for block in blocks(page, "python"):
        indent = len(block) - len(block.lstrip())
        ast.parse("\n".join(line[indent:] for line in block.splitlines()))


def test_examples_of_experiments_are_valid(tmp_path):
    (example,) = blocks(README, "yaml")
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"dataset: demo\n{example}", encoding="utf-8")
    check_experiments(load_profile(str(profile)))


def test_the_example_of_a_refit_is_valid(tmp_path):
    (refit,) = re.findall(r"`({model_id: [^`]*refit: true})`", PROFILES.read_text(encoding="utf-8"))
    profile = tmp_path / "profile.yaml"
    profile.write_text("dataset: demo\nscratch:\n  - {model_id: small, learning_rate: 0.01, epochs: 1, net: gap}\n"
                       f"  - {refit}\n", encoding="utf-8")
    assert load_profile(str(profile)).scratch[1].refit


def test_the_columns_of_csv_output_are_explained(results, tmp_path):
    page = (REPOSITORY / "docs/results-csv.md").read_text(encoding="utf-8").partition("\n## Columns")[0]
    lost = results.assign(diverged=["in epoch 3", "", ""])
    (board,), (groups,) = leaderboards(lost, (), tmp_path, None, "", 80), grouped(lost, "sampling", ())
    for shown, text in ((board.frame, page.partition("With `--by`")[0]), (groups.frame, page)):
        assert [column for column in shown if f"`{column}`" not in text and column != "sampling"] == []


def test_the_readme_lists_the_layers_in_their_order():
    contract = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    tree = README.read_text(encoding="utf-8").partition("\nauxiliary/ ")[2].partition("\ndata/")[0]
    listed = [sorted(re.findall(r"(\w+)/", line[:31])) for line in tree.splitlines()[1:]]
    assert listed == [sorted(layer.split(" | ")) for layer in contract["contracts"][0]["layers"]]


def test_the_readme_is_short_and_starts_with_the_command():
    lines = README.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 130
    assert any(line.startswith("make run") for line in lines[:29])
    assert any("assets/readme/report.png" in line for line in lines[:10])


@pytest.mark.parametrize("page", [page for page in PAGES if page != CHANGELOG], ids=name)
def test_pages_use_the_terms_of_the_field(page):
    # HTML has an element of that name.
    text = re.sub("</?picture>", "", page.read_text(encoding="utf-8"))
    assert not re.search(r"\b(pictures?|twins?)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("field", sorted({*Profile.model_fields, *Split.model_fields, *ScratchExperiment.model_fields,
                                          *TransferExperiment.model_fields}))
def test_every_setting_is_explained(field):
    assert re.search(rf"[`{{ ]{field}[`:]", PROFILES.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("operation", "kind"), [
    *OPERATIONS.items(), *AUGMENTATIONS.items(), *SCHEDULES.items(), *AVERAGES.items()])
def test_every_operation_is_explained_with_its_arguments(operation, kind):
    # `batches`, which every augmentation takes, is explained once.
    arguments = ", ".join(field.name for field in dataclasses.fields(kind) if field.name != "batches")
    spec = f"{operation}({arguments})" if arguments else operation
    assert f"\n| `{spec}` |" in NETWORKS.read_text(encoding="utf-8")


@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_backbone_is_listed(backbone):
    assert f"\n| `{backbone}` |" in NETWORKS.read_text(encoding="utf-8")


def test_every_command_is_mentioned():
    mentioned = {arguments[0] for _, arguments in commands("python -m auxiliary ")}
    assert mentioned >= set(command.commands)


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = YAML(typ="safe").load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version
    assert re.search(r"^## \[(.+?)\]", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)[1] == version


def test_the_workflow_runs_what_must_pass_on_the_oldest_and_the_newest_python():
    workflow = YAML(typ="safe").load((REPOSITORY / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert {"run": "bash .ci/run"} in job["steps"]
