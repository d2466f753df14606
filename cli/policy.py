"""`forfait policy`: what the policies hold."""

from __future__ import annotations

from cli.app import App
from cli.language import Language, Spoken, spoken
from cli.options import Policies
from cli.policy_check import check
from cli.policy_confirm import confirm
from cli.policy_mutate import mutate
from cli.policy_new import new
from cli.policy_prove import prove
from cli.policy_show import show
from cli.policy_sources import sources
from cli.policy_test import test

app = App("policy")


@app.command("list")
def list_policies(policies: Policies = None, lang: Spoken = Language.fr) -> None:
    """List the years, their indicators and their contested readings."""
    from cli.draw import draw_parts
    from cli.screen import screen
    from engine.linking import link
    from engine.loading import bundled_policies, read_policy, years
    from engine.measuring.linking import countings_of
    from engine.telling.contents import contents

    out = screen()
    for folder in years(policies or bundled_policies()).values():
        files = read_policy(folder)
        draw_parts(out, [contents(link(files, {}), spoken(), countings_of(files, {}))])


app.command("sources")(sources)
app.command("show")(show)
app.command("check")(check)
app.command("mutate")(mutate)
app.command("test")(test)
app.command("prove")(prove)
app.command("new")(new)
app.command("confirm")(confirm)
