"""The token that callers must show: given by the environment, else made on the first start and kept."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scenescout_tui.safe_text import for_log
from scenescout_tui.setting_values import Secret, look_up_secret
from scenescout_tui.settings import SETTING_KEYS, Settings, SettingsError, config_dir

#: A shorter one could be guessed.
SHORTEST = 16
_BYTES = 32
_KEY = next(key for key in SETTING_KEYS if key.name == "api_token")


@dataclass(frozen=True, slots=True)
class ApiToken:
    """The token, and the file it stands in; None where it came by SCENESCOUT_API_TOKEN itself."""

    secret: Secret
    file: Path | None


def find_token(settings: Settings, environ: Mapping[str, str] = os.environ) -> ApiToken:
    """Return the token of the settings, else that of `config_dir()/api-token`, which is made where there is
    none.

    :raises SettingsError: when the file is not this user's alone (mode 0600), cannot be made, or what stands
    in it is no token of at least `SHORTEST` characters.
    """
    if settings.api_token is not None:
        named = environ.get(f"{_KEY.env}_FILE", "").strip()
        found = ApiToken(settings.api_token, Path(named) if named else None)
        return _long_enough(found, settings.origin("api_token"))
    path = config_dir(environ) / "api-token"
    if not path.exists():
        _make(path)
    return _long_enough(ApiToken(_read(path), path), for_log(str(path)))


def _long_enough(token: ApiToken, origin: str) -> ApiToken:
    if len(token.secret.reveal()) < SHORTEST:
        action = f"Give one of at least {SHORTEST} characters, or none to have one made."
        raise SettingsError("api_token", origin, "this token is too short to be safe", action)
    return token


def _read(path: Path) -> Secret:
    try:
        secret, _ = look_up_secret(_KEY, {f"{_KEY.env}_FILE": str(path)})
    except SettingsError as error:
        # No variable named this file.
        problem = error.message.removeprefix(f"{error.key} ({error.origin}): ")
        action = f"{str(error.metadata['action']).rstrip('.')}, or remove the file to have a new one made."
        raise SettingsError("api_token", "token file", problem, action) from None
    assert secret is not None
    return secret


def _make(path: Path) -> None:
    """Write a new token; where another process is quicker, its token stays."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made under another name (O_EXCL, mode 0600) and linked, so that nobody ever reads half of it.
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".api-token-")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(_BYTES) + "\n")
                file.flush()
                os.fsync(descriptor)
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    except OSError as error:
        raise SettingsError(
            "api_token",
            "token file",
            f"{for_log(str(path))} cannot be made: {error.strerror}",
            f"Make the folder writable, or set {_KEY.env}_FILE.",
        ) from error
