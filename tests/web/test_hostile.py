# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a job's owner can write runs nowhere, and leads nowhere."""

import pytest

SCRIPT = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def test_markup_in_names_infos_and_output_is_text(window, empty):
    id = empty.sh('systemd-notify --status="$1"; echo "$1"', SCRIPT, name=SCRIPT)
    empty.wait(id)
    window.row(SCRIPT).wait_for()
    window.go(str(id))
    window.jobs.get_by_role("log", name="Console output").get_by_text(SCRIPT).wait_for()
    assert window.jobs.locator("img, #page script").count() == 0
    assert not [message for message in window.messages() if "alert" in message or "dialog" in message]


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "vbscript:x", "file:///etc/passwd",
                                 "data:text/html,<script>alert(1)</script>"])
def test_a_related_uri_that_would_run_is_no_link(window, empty, uri):
    id = empty.sh("exit 0", name="linked", related=uri)
    empty.wait(id)
    window.row("linked").get_by_text("Completed").wait_for()
    assert window.row("linked").get_by_role("link").count() == 1     # to the report
    window.go(str(id))
    window.jobs.get_by_text(uri).wait_for()
    assert window.jobs.locator(f'a[href="{uri}"]').count() == 0


def test_a_related_record_opens_in_a_window_that_does_not_know_this_one(window, empty):
    empty.wait(empty.sh("exit 0", name="linked", related="http://127.0.0.1:9090/cockpit/static/login.min.html?12"))
    link = window.row("linked").get_by_role("link", name="Related record")
    link.wait_for()
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


@pytest.mark.parametrize("address", ["?view=%3Cscript%3E&status=x&from=-1&sort=name&since=no", "%3Cimg%3E", "0", "1/2/3",
                                     "?from=99999999999999999999"])
def test_an_address_that_makes_no_sense_is_a_list(window, empty, address):
    empty.wait(empty.sh("exit 0", name="there"))
    window.go(address)
    window.wait_until(lambda: window.names() == ["there"])
    assert not [message for message in window.messages() if "dialog" in message]
