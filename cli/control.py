"""`forfait control`: the control a posteriori, from whom to check to the notice."""

from __future__ import annotations

from cli.app import App
from cli.control_acts import answer, close, notify, observe, open_case, receive, record, request
from cli.control_estimate import estimate
from cli.control_keeping import correct, purge, verify
from cli.control_notice import notice
from cli.control_plan import plan
from cli.control_reading import deadlines, export, list_cases, log, show
from cli.control_redecide import redecide
from cli.control_sheet import sheet

app = App("control")

app.command("plan")(plan)
app.command("estimate")(estimate)
app.command("sheet")(sheet)
app.command("open")(open_case)
app.command("request")(request)
app.command("receive")(receive)
app.command("observe")(observe)
app.command("answer")(answer)
app.command("record")(record)
app.command("notify")(notify)
app.command("close")(close)
app.command("redecide")(redecide)
app.command("notice")(notice)
app.command("correct")(correct)
app.command("show")(show)
app.command("list")(list_cases)
app.command("deadlines")(deadlines)
app.command("export")(export)
app.command("log")(log)
app.command("purge")(purge)
app.command("verify")(verify)
