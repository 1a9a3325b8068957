from __future__ import annotations

from pathlib import Path

import pytest

from edgee_py.verify.steps import InvalidSteps, Step, read_steps

TOML = """
[[steps]]
goto = "/a"
[[steps]]
fill = "#email"
value = "jane@example.com"
[[steps]]
wait = 0.5
[[steps]]
wait = "#there"
[[steps]]
consent = "granted"
[[steps]]
expect = "checkout"
value = "59.90"
email = "jane@example.com"
"""


def written(folder: Path, text: str, suffix: str = ".toml") -> Path:
    file = folder / f"steps{suffix}"
    file.write_text(text)
    return file


def test_each_action_is_read(tmp_path: Path) -> None:
    steps = read_steps(written(tmp_path, TOML))
    assert steps == [
        Step("goto", "/a"),
        Step("fill", "#email", "jane@example.com"),
        Step("wait", 0.5),
        Step("wait", "#there"),
        Step("consent", "granted"),
        Step("expect", "checkout", fields={"value": "59.90", "email": "jane@example.com"}),
    ]
    assert "jane" not in "".join(map(str, steps)), "what is filled in is nobody's business"


@pytest.mark.parametrize("text", ['[{"click": "#x"}]', '{"steps": [{"click": "#x"}]}'])
def test_json_is_read_too(text: str, tmp_path: Path) -> None:
    assert read_steps(written(tmp_path, text, ".json")) == [Step("click", "#x")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no steps"),
        ("steps = 1", "has no steps"),
        ("[[steps]]\n", "step 1 must have one of goto, click"),
        ('[[steps]]\ngoto = "/"\n[[steps]]\nclick = "a"\nfill = "b"', "step 2 must have one of"),
        ('[[steps]]\nclick = "a"\nvalue = "b"', "click knows no 'value'"),
        ('[[steps]]\nfill = "a"', "fill needs a text as value"),
        ('[[steps]]\nfill = "a"\nvalue = 1', "fill needs a text as value"),
        ("[[steps]]\nclick = 1", "click must be a text"),
        ("[[steps]]\nwait = -1", "wait must be a text"),
        ("[[steps]]\nwait = true", "wait must be a text"),
        ('[[steps]]\nconsent = "yes"', "consent must be one of"),
        ("[[steps", "no valid TOML"),
    ],
)
def test_what_is_no_step_is_said_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidSteps, match=r"steps\.toml") as error:
        read_steps(written(tmp_path, text))
    assert said in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidSteps, match="cannot be read"):
        read_steps(tmp_path / "nowhere.toml")
    with pytest.raises(InvalidSteps, match="no valid JSON"):
        read_steps(written(tmp_path, "[" * 100_000, ".json"))
