# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/demo --web: the page of a throwaway machine, for a browser on the host."""

import base64
import json
import re
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

from harness import cache


@pytest.fixture
def demo(request):
    """The address that it serves, and its process."""
    command = ["env", "--default-signal", cache.SOURCE / "tools" / "demo", "--web", "--no-shell",
               f"--suite={request.config.getoption('suite')}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://[^/]*", line))), process
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()


def test_who_it_names_can_log_in_until_it_ends_with_ctrl_c(demo):
    address, process = demo
    for user in "alice", "carol":
        log_in(address, user)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address)


def log_in(address: str, user: str):
    """As a browser does it, and the page is there."""
    secret = base64.b64encode(f"{user}:{user}".encode()).decode()
    login = urllib.request.Request(f"{address}/cockpit/login", headers={"Authorization": f"Basic {secret}"})
    with urllib.request.urlopen(login) as answer:
        assert "csrf-token" in json.load(answer)
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    page = urllib.request.Request(f"{address}/cockpit/@localhost/jobs/index.html", headers={"Cookie": cookie})
    with urllib.request.urlopen(page) as answer:
        assert b"<title>Jobs</title>" in answer.read()
