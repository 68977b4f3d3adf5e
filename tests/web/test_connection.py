# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is said when jobsd is not there, and that the page goes on by itself."""


def test_a_restart_of_jobsd_heals(window, empty, root):
    empty.wait(empty.sh("exit 0", name="before"))
    window.row("before").wait_for()
    root.run("systemctl", "restart", "jobsd.service")
    empty.wait(empty.sh("exit 0", name="after"))
    window.wait_until(lambda: window.names() == ["after", "before"])
    assert "not running" not in window.text()


def test_a_jobsd_that_is_down_and_comes_back(window, empty, root):
    empty.wait(empty.sh("exit 0", name="before"))
    window.row("before").wait_for()
    with root.machine.without("jobsd.service"):
        window.jobs.get_by_text("jobsd is not running").wait_for()
        assert window.names() == ["before"]
    window.jobs.get_by_text("jobsd is not running").wait_for(state="detached")
    empty.wait(empty.sh("exit 0", name="after"))
    window.wait_until(lambda: window.names() == ["after", "before"])


def test_a_jobsd_that_is_not_installed_or_does_not_start(browser, root):
    with root.machine.without("jobsd.service"):
        with browser.open("alice") as window:
            window.jobs.get_by_text("jobsd cannot be reached").or_(
                window.jobs.get_by_text("jobsd is not running")).wait_for()


def test_polkit_refuses_to_show_jobs(browser, root):
    rule = "/etc/polkit-1/rules.d/00-nobody.rules"
    root.write(rule, 'polkit.addRule(function(action) { if (action.id == "org.jobsd1.view") return "no"; });')
    try:
        with browser.open("bob") as window:
            window.jobs.get_by_text("You may not see jobs here").wait_for()
    finally:
        root.run("rm", rule)
