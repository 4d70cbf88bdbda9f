"""`scenescout completion`: the script by which a shell completes our verbs and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.output import write


@verb("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a SHELL.

    \b
    bash: eval "$(scenescout completion bash)"                                  in ~/.bashrc
    zsh:  eval "$(scenescout completion zsh)"                                   in ~/.zshrc
    fish: scenescout completion fish > ~/.config/fish/completions/scenescout.fish
    """
    from scenescout_tui.cli.exits import PROGRAM
    from scenescout_tui.cli.guard import COMPLETE_VARIABLE
    from scenescout_tui.cli.root import root

    found = get_completion_class(shell)
    assert found is not None
    write(found(root, {}, PROGRAM, COMPLETE_VARIABLE).source())
    return 0
