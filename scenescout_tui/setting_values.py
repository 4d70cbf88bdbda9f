"""How one value of a setting is read: its kind, its rules, the error that names key, origin and remedy."""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from scenescout_tui.errors import SpawnerError
from scenescout_tui.presets import SpawnerConfig
from scenescout_tui.safe_text import MASK, for_log, redact

Kind = Literal["int", "float", "bool", "text", "choice", "choices", "path", "database", "base_url", "secret"]

_LONGEST_TOKEN = 4096


class SettingsError(SpawnerError):
    """A setting has a wrong value; names the key, where the value came from, and what to do."""

    def __init__(self, key: str, origin: str, problem: str, action: str) -> None:
        super().__init__(
            f"{key} ({origin}): {problem}. {action}",
            "SETTINGS_ERROR",
            metadata={"key": key, "origin": origin, "action": action},
        )
        # str() tells a caller everything; a door says message and action one after the other.
        self.message = f"{key} ({origin}): {problem}"
        self.key = key
        self.origin = origin


class Secret:
    """A token that shows itself to nobody: `str`, `repr` and formats give "•••", `reveal()` the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret does not leave its process")


@dataclass(frozen=True, slots=True)
class SettingKey:
    """One setting as people see it."""

    name: str
    kind: Kind
    help: str
    #: None: the preset, or a path below the XDG folders, or nothing.
    default: object = None
    minimum: float = 0
    maximum: float = 0
    choices: tuple[str, ...] = ()
    #: Other environment names, read where the prefixed one is unset: name and the unit's divisor.
    old_names: tuple[tuple[str, int], ...] = ()
    env_name: str = ""

    @property
    def env(self) -> str:
        return self.env_name or f"SCENESCOUT_{self.name.upper()}"

    @property
    def from_preset(self) -> bool:
        """Whether an unset value comes from the preset of the environment or use case."""
        return self.name in SpawnerConfig.__dataclass_fields__

    @property
    def expects(self) -> str:
        """What a value must look like, for messages and for a settings screen."""
        if self.kind in ("int", "float"):
            number = "a whole number" if self.kind == "int" else "a number"
            return f"{number} from {self.minimum:g} to {self.maximum:g}"
        return {
            "bool": "on or off",
            "choice": "one of " + ", ".join(self.choices),
            "choices": "some of " + ", ".join(self.choices) + ", with commas between, or none",
            "path": "a path",
            "database": "a path, sqlite:///PATH or postgresql://USER@HOST/NAME",
            "base_url": "an https address that ends in /v3 (plain http only to this machine)",
            "secret": "a token",
            "text": "a text",
        }[self.kind]


def read_value(key: SettingKey, value: object, origin: str) -> object:
    """Read one value of any origin by the rules of its key.

    Raises: SettingsError.
    """
    return _READERS[key.kind](key, value, origin)


def old_value(key: SettingKey, text: str, divisor: int, origin: str) -> object:
    """Read a value in the unit of an old name (SPAWNER_TIMEOUT counts milliseconds).

    Raises: SettingsError.
    """
    if divisor == 1:
        return _READERS[key.kind](key, text, origin)
    in_units = replace(key, minimum=key.minimum * divisor, maximum=key.maximum * divisor, kind="int")
    return _number(in_units, text, origin) / divisor


def look_up_secret(key: SettingKey, environ: Mapping[str, str]) -> tuple[Secret | None, str]:
    """Read a token from NAME or from the file that NAME_FILE names; gives the token and its origin.

    Raises: SettingsError where both are set, the file is not this user's alone (mode 0600), or
    the content cannot be a token.
    """
    file_name = f"{key.env}_FILE"
    direct, path = environ.get(key.env, "").strip(), environ.get(file_name, "").strip()
    if direct and path:
        raise SettingsError(
            key.name,
            f"environment {key.env}",
            f"{file_name} is set as well",
            "Unset one of the two variables.",
        )
    if not direct and not path:
        return None, "default"
    origin = f"environment {file_name if path else key.env}"
    token = _read_token_file(key, Path(path), origin) if path else direct
    # What cannot stand in an HTTP header (RFC 9110, 5.5) is no token; its value is never quoted.
    if not re.fullmatch(r"[!-~]+", token) or len(token) > _LONGEST_TOKEN:
        raise SettingsError(
            key.name,
            origin,
            "this is no token",
            "Give one line of printable ASCII characters without spaces.",
        )
    return Secret(token), origin


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path}"


def shown(value: object) -> str:
    """A wrong value as a message may quote it: short, on one line, redacted."""
    text = value if isinstance(value, str) else repr(value)
    return repr(for_log(redact(text), 80))


def _number(key: SettingKey, value: object, origin: str) -> int | float:
    number: int | float | None = None
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"[+-]?[0-9]{1,12}", text):
            number = int(text)
        elif key.kind == "float" and re.fullmatch(r"[+-]?[0-9]{0,12}\.?[0-9]{1,12}", text):
            number = float(text)
    elif (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and key.kind == "float" and math.isfinite(value)
    ):
        number = value
    if number is None or not key.minimum <= number <= key.maximum:
        raise _wrong(key, value, origin)
    return float(number) if key.kind == "float" else number


def _bool(key: SettingKey, value: object, origin: str) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise _wrong(key, value, origin)


def _text(key: SettingKey, value: object, origin: str) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise _wrong(key, value, origin)
    return value.strip()


def _choice(key: SettingKey, value: object, origin: str) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    if text not in key.choices:
        raise _wrong(key, value, origin)
    return text


def _choices(key: SettingKey, value: object, origin: str) -> tuple[str, ...]:
    """Read a list of names, in the order of the key's choices; "none" is the empty one."""
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given):
        raise _wrong(key, value, origin)
    names = {name.strip().lower() for name in given}
    if names == {"none"}:
        return ()
    if not names <= set(key.choices):
        raise _wrong(key, value, origin)
    return tuple(name for name in key.choices if name in names)


def _path(key: SettingKey, value: object, origin: str) -> Path:
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    try:
        return Path(_text(key, text, origin)).expanduser().absolute()
    except (RuntimeError, OSError):
        raise _wrong(key, value, origin) from None


def _database(key: SettingKey, value: object, origin: str) -> str:
    if isinstance(value, os.PathLike) or (isinstance(value, str) and "://" not in value):
        path = _path(key, value, origin)
        if "?" in str(path):  # would start a query inside the address
            raise _wrong(key, value, origin)
        return sqlite_url(path)
    url = _text(key, value, origin)
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return url
    if scheme in ("postgresql", "postgres", "postgresql+psycopg") and rest:
        return f"postgresql+psycopg://{rest}"
    raise _wrong(key, url, origin)


def _base_url(key: SettingKey, value: object, origin: str) -> str:
    url = _text(key, value, origin).rstrip("/")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong(key, value, origin) from None
    plain = parts.scheme == "http" and _is_loopback(host)
    if (
        not host
        or not (parts.scheme == "https" or plain)
        or not parts.path.endswith("/v3")
        or parts.username is not None
        or parts.query
        or parts.fragment
        or any(char.isspace() or not char.isascii() for char in url)
    ):
        raise _wrong(key, value, origin)
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    from ipaddress import ip_address  # needed only where somebody asks for plain http

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_READERS: Mapping[str, Callable[[SettingKey, object, str], object]] = {
    "int": _number,
    "float": _number,
    "bool": _bool,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "path": _path,
    "database": _database,
    "base_url": _base_url,
}


def _read_token_file(key: SettingKey, path: Path, origin: str) -> str:
    try:
        # O_NONBLOCK: a named pipe must not hold the start; what is checked is the file that was opened.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise SettingsError(
            key.name, origin, f"cannot read {for_log(str(path))}: {reason}", "Check the path."
        ) from error
    try:
        problem = _token_file_problem(os.fstat(descriptor))
        if problem:
            name = for_log(str(path))
            raise SettingsError(
                key.name, origin, f"{name} {problem}", f"Make it yours alone: chmod 600 {name}"
            )
        # Longer than any token is wrong as well, and found wrong by the caller.
        return os.read(descriptor, _LONGEST_TOKEN + 2).decode("utf-8", "replace").strip()
    finally:
        os.close(descriptor)


def _token_file_problem(status: os.stat_result) -> str | None:
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        return "is no regular file"
    if status.st_uid != os.geteuid():
        return "belongs to another user"
    if mode != 0o600:
        return f"has mode {mode:04o}, not 0600"
    return None


def _wrong(key: SettingKey, value: object, origin: str) -> SettingsError:
    return SettingsError(key.name, origin, f"{shown(value)} is not valid", f"Give {key.expects}.")
