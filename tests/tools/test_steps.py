"""Steps are quiet when they work, say everything when they do not, and leave nothing running."""

import os
import sys
import threading

import pytest

from web.tools import steps
from web.tools.steps import Trouble, alone, answer, digest, environment, files_in, fresh, run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_step_that_works_prints_its_name_alone(capfd):
    run("Counting", python("print('one, two')"), "Count by hand.")
    assert capfd.readouterr() == ("Counting …\n", "")


def test_a_step_that_fails_shows_its_last_lines_and_the_advice():
    code = "import sys; [print(n) for n in range(100)]; sys.exit('out of fingers')"
    with pytest.raises(Trouble) as failed:
        run("Counting", python(code), "Count by hand.")
    lines = str(failed.value).splitlines()
    assert lines[-1] == "Count by hand."
    assert "out of fingers" in lines
    assert "99" in lines
    assert "1" not in lines


def test_a_long_step_shows_that_it_is_alive(monkeypatch, capfd):
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.05)
    run("Waiting", python("import time; time.sleep(0.3)"), "")
    assert capfd.readouterr().out.startswith("Waiting …\n  … 0 s\n")


def test_an_interrupted_step_leaves_nothing_running(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "HEARTBEAT_SECONDS", 0.05)
    pid_file = tmp_path / "pid"

    def interrupt(text: str) -> None:
        if pid_file.exists() and pid_file.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(steps, "say", interrupt)
    code = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        run("Waiting", python(code), "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_an_answer_is_empty_where_there_is_none(tmp_path):
    assert answer(python("print(' yes ')")) == "yes"
    assert answer(python("print('yes'); raise SystemExit(1)")) == ""
    assert answer([tmp_path / "nothing here"]) == ""


def test_settings_meant_for_other_projects_do_not_reach_the_tools(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.setenv("EDGEE_PORT", "9000")
    assert not {"PYTHONPATH", "NODE_ENV"} & environment().keys()
    assert environment()["EDGEE_PORT"] == "9000"


def test_files_are_found_sorted_and_without_byte_code(tmp_path):
    for name in ("b/two.py", "b/__pycache__/two.pyc", "a.py", "c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = files_in(tmp_path / "b", tmp_path / "a.py", tmp_path / "absent")
    assert [file.name for file in found] == ["a.py", "two.py"]


def test_a_digest_tells_names_contents_and_texts_apart(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("x")
    other.write_text("x")
    digests = [digest([one], tmp_path), digest([other], tmp_path), digest([one], tmp_path, "more")]
    one.write_text("y")
    digests.append(digest([one], tmp_path))
    assert len(set(digests)) == len(digests)
    one.write_text("x")
    assert digest([one], tmp_path) == digests[0]


def test_a_stamp_holds_for_its_own_inputs_only(tmp_path):
    stamp = tmp_path / "stamp"
    assert not fresh(stamp, "key")
    stamp.write_text("key")
    assert fresh(stamp, "key")
    assert not fresh(stamp, "another key")


def test_a_second_build_in_the_same_folder_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "BUILD", tmp_path / "build")
    said, entered = threading.Event(), threading.Event()
    monkeypatch.setattr(steps, "say", lambda _: said.set())

    def second() -> None:
        with alone():
            entered.set()

    thread = threading.Thread(target=second)
    with alone():
        thread.start()
        assert said.wait(5)
        assert not entered.is_set()
    assert entered.wait(5)
    thread.join()
