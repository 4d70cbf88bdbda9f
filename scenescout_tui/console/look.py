"""The three themes, and the styles that rows name by role."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.theme import Theme

#: Names of the themes in the order in which the theme key walks them.
THEMES: tuple[str, ...] = ("scenescout-dark", "scenescout-light", "scenescout-safe")

#: The theme variables that rows use beside Textual's own; every theme defines them all.
_ROLES = ("ink", "muted", "faint", "accent", "area", "good", "warn", "bad")


def _theme(
    name: str, *, dark: bool, ground: str, raised: str, cursor: str, roles: Mapping[str, str]
) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=roles["accent"],
        secondary=roles["muted"],
        accent=roles["accent"],
        warning=roles["warn"],
        error=roles["bad"],
        success=roles["good"],
        foreground=roles["ink"],
        background=ground,
        surface=raised,
        panel=raised,
        variables={
            **{f"ss-{role}": color for role, color in roles.items()},
            "ss-cursor": cursor,
            "border": roles["accent"],
            "border-blurred": roles["faint"],
            "scrollbar": roles["faint"],
            "scrollbar-hover": roles["muted"],
            "scrollbar-active": roles["accent"],
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "block-cursor-background": cursor,
            "block-cursor-foreground": roles["ink"],
            "input-selection-background": cursor,
        },
    )


def make_themes() -> tuple[Theme, ...]:
    """Build the themes.

    The safe one takes its colours from Okabe and Ito's palette for colour-blind eyes (https://jfly.uni-koeln.de/color/);
    its vermilion is lightened for contrast on a dark ground.
    """
    return (
        _theme(
            "scenescout-dark",
            dark=True,
            ground="#10141b",
            raised="#181e27",
            cursor="#223047",
            roles={
                "ink": "#d5dce5",
                "muted": "#8592a3",
                "faint": "#343f4e",
                "accent": "#6db3f2",
                "area": "#3a6a9c",
                "good": "#7fc48f",
                "warn": "#e3bd6a",
                "bad": "#f0716f",
            },
        ),
        _theme(
            "scenescout-light",
            dark=False,
            ground="#fbfaf7",
            raised="#f0eee8",
            cursor="#dce8f5",
            roles={
                "ink": "#23282f",
                "muted": "#666f7a",
                "faint": "#cfcbc0",
                "accent": "#0b5cad",
                "area": "#8db3dc",
                "good": "#26733a",
                "warn": "#8a5a00",
                "bad": "#b3261e",
            },
        ),
        _theme(
            "scenescout-safe",
            dark=True,
            ground="#0f1115",
            raised="#191c22",
            cursor="#26384a",
            roles={
                "ink": "#e6e6e6",
                "muted": "#9aa0a8",
                "faint": "#3c424b",
                "accent": "#56b4e9",
                "area": "#2f6f94",
                "good": "#009e73",
                "warn": "#f0e442",
                "bad": "#ff7f32",
            },
        ),
    )


#: For Textual's stylesheet, which is parsed once before a theme is chosen.
VARIABLE_DEFAULTS: dict[str, str] = {**{f"ss-{role}": "#808080" for role in _ROLES}, "ss-cursor": "#404040"}


def role_styles(variables: Mapping[str, str], *, no_color: bool) -> dict[str, Style]:
    """Give the style of every role; ``role@`` is the role on the row under the cursor.

    Without colours, weight carries what colour does: the cursor row is reversed, what wants a person is bold.
    """
    ground = variables["background"]
    colors = {role: variables[f"ss-{role}"] for role in _ROLES}
    styles = {
        "": Style(color=colors["ink"], bgcolor=ground),
        "strong": Style(color=colors["ink"], bgcolor=ground, bold=True),
        "muted": Style(color=colors["muted"], bgcolor=ground),
        "faint": Style(color=colors["faint"], bgcolor=ground, dim=True if no_color else None),
        "accent": Style(color=colors["accent"], bgcolor=ground),
        "area": Style(color=colors["area"], bgcolor=ground),
        "key": Style(color=colors["accent"], bgcolor=ground, bold=True),
        "title": Style(color=colors["ink"], bgcolor=ground, bold=True),
        "good": Style(color=colors["good"], bgcolor=ground),
        "warn": Style(color=colors["warn"], bgcolor=ground),
        "differs": Style(color=colors["warn"], bgcolor=ground, bold=True),
        "bad": Style(color=colors["bad"], bgcolor=ground, bold=True),
    }
    under = Style(reverse=True) if no_color else Style(bgcolor=variables["ss-cursor"])
    return {**styles, **{f"{role}@": style + under for role, style in styles.items()}}
