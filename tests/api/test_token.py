"""The token: made once, for this user alone, and never taken from a place that others can read."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scenescout_tui.api.token import ApiToken, find_token
from scenescout_tui.settings import SettingsError, config_dir, load_settings


def found() -> ApiToken:
    """Look for the token as `serve` does."""
    return find_token(load_settings())


def test_the_first_start_makes_a_token_that_only_its_owner_can_read() -> None:
    token = found()
    assert token.file == config_dir() / "api-token"
    assert stat.S_IMODE(token.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(token.file.parent.stat().st_mode) == 0o700
    assert len(token.secret.reveal()) >= 43
    assert token.secret.reveal() not in repr(token)
    assert os.listdir(token.file.parent) == ["api-token"]


def test_later_starts_take_the_same_token() -> None:
    assert found() == found()


def test_starts_at_the_same_time_agree() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: found(), range(16)))) == 1


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o700])
def test_a_file_that_others_may_read_is_refused(mode: int) -> None:
    token = found()
    assert token.file is not None
    token.file.chmod(mode)
    with pytest.raises(SettingsError, match=f"{mode:04o}, not 0600") as refused:
        found()
    assert refused.value.code == "SETTINGS_ERROR"
    assert "environment" not in str(refused.value)
    assert token.secret.reveal() not in str(refused.value)


@pytest.mark.parametrize("content", ["", "short", "two words that are long enough", "ü" * 40])
def test_a_file_that_holds_no_token_is_refused(content: str) -> None:
    token = found()
    assert token.file is not None
    token.file.write_text(content)
    with pytest.raises(SettingsError, match="token"):
        found()


def test_a_folder_that_cannot_be_made_is_said(own_home: Path) -> None:
    settings = load_settings()
    config_dir().parent.mkdir(parents=True, exist_ok=True)
    config_dir().write_text("a file in the way")
    with pytest.raises(SettingsError, match="cannot be made"):
        find_token(settings)


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = found()
    monkeypatch.setenv("SCENESCOUT_API_TOKEN", "given-by-the-environment")
    assert (found().secret.reveal(), found().file) == ("given-by-the-environment", None)
    monkeypatch.delenv("SCENESCOUT_API_TOKEN")
    path = tmp_path / "token"
    path.write_text("given-by-a-file-of-mine\n")
    path.chmod(0o600)
    monkeypatch.setenv("SCENESCOUT_API_TOKEN_FILE", str(path))
    assert (found().secret.reveal(), found().file) == ("given-by-a-file-of-mine", path)
    assert made.secret != found().secret


def test_a_token_that_could_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCENESCOUT_API_TOKEN", "secret")
    with pytest.raises(SettingsError, match="too short") as refused:
        found()
    assert "SCENESCOUT_API_TOKEN" in refused.value.message
