# SPDX-License-Identifier: LGPL-2.1-or-later
"""A booted system that is thrown away after use.

    with Machine(lower) as machine:
        machine.boot()
        machine.run(["id"], user="alice").stdout

The system is real (systemd is PID 1, with dbus, logind, polkit and the journal), its network is closed, and what
it writes goes to a layer of its own: read-only trees below are shared by any number of machines. It survives
crash() and poweroff() until close(). If the thread that booted it ends, the machine is killed.
"""

import os
import secrets
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import cache, container


class BootError(Exception):
    pass


class Process(subprocess.Popen):
    """A process in a machine. Signals reach the process itself, not the nsenter that waits for it."""

    def send_signal(self, sig):
        if self.poll() is None and (pid := container.child(self.pid)) is not None:
            os.kill(pid, sig)
        else:
            super().send_signal(sig)


class Machine:
    def __init__(self, lower: list[Path], environment: dict[str, str] | None = None):
        """LOWER are the read-only trees, topmost first; ENVIRONMENT is set for each process of run() and popen()."""
        self._scratch = cache.Scratch("machine")
        self._lower = lower
        self._environment = {"LANG": "C.UTF-8", **(environment or {})}
        self._supervisor: subprocess.Popen | None = None
        self._leader: int | None = None
        self.name = self._scratch.path.name
        self.upper = self._scratch.path / "upper"

        etc = self.upper / "etc"
        etc.mkdir(parents=True)
        (etc / "hostname").write_text(f"{self.name}\n")
        (etc / "hosts").write_text(f"127.0.0.1 localhost {self.name}\n::1 localhost {self.name}\n")
        (etc / "machine-id").write_text(f"{secrets.token_hex(16)}\n")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    @property
    def running(self) -> bool:
        return self._supervisor is not None and self._supervisor.poll() is None

    def boot(self, timeout: float = 60):
        """Boot, and wait until systemd has started everything that is enabled."""
        if self.running:
            raise RuntimeError(f"{self.name} is running already")

        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify, \
                open(self.console, "ab") as console:
            notify.bind(f"\0{self.name}")
            self._supervisor = subprocess.Popen(
                container.command(
                    self._scratch.path, self._lower, self.upper,
                    ["--machine", self.name, "--console=passive", "--notify-ready=yes", "--boot"]),
                env={**os.environ, "NOTIFY_SOCKET": f"@{self.name}"},
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
            try:
                self._wait_until_ready(notify, timeout)
            except BaseException:
                self.crash()
                raise

    def run(self, argv: list[str], user: str = "root", *, check: bool = True, timeout: float | None = 60,
            input: str | bytes | None = None, text: bool = True, env: dict[str, str] | None = None,
            session: bool = False) -> subprocess.CompletedProcess:
        """Run a command to its end, like subprocess.run() with its output captured.

        It starts in the user's home directory (or in /, where that does not exist), with the user's groups and a clean environment. With SESSION it
        gets a login session of its own, through PAM and logind; without, it is like a process of no session.
        """
        stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
        with self.popen(argv, user, env=env, session=session, text=text,
                        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                stdout, stderr = process.communicate(input, timeout)
            except BaseException:
                process.kill()
                raise
        result = subprocess.CompletedProcess(argv, process.returncode, stdout, stderr)
        if check and result.returncode != 0:
            error = subprocess.CalledProcessError(result.returncode, argv, stdout, stderr)
            error.add_note(f"standard output: {stdout}\nstandard error: {stderr}")
            raise error
        return result

    def popen(self, argv: list[str], user: str = "root", *, env: dict[str, str] | None = None,
              session: bool = False, **options) -> Process:
        """Start a command as run() does, and leave it running: OPTIONS are those of subprocess.Popen()."""
        environment = {**self._environment, **(env or {})}
        return Process(self._enter() + _command(argv, user, environment, session), **options)

    def path(self, path: str) -> Path:
        """A file of the running machine, or of what it left. Beware of absolute symlinks: they lead to the host."""
        root = Path(f"/proc/{self._leader}/root") if self.running else self.upper
        return root / path.lstrip("/")

    @property
    def console(self) -> Path:
        """What the machine said on its console."""
        return self._scratch.path / "console"

    def crash(self):
        """Kill every process at once, as if the plug had been pulled (but what was written is on the disk)."""
        if not self.running:
            return
        # Above is the first process of the PID namespace: the kernel ends the others before it is gone.
        top = container.child(self._supervisor.pid)
        if top is not None:
            os.kill(top, signal.SIGKILL)
        else:
            self._supervisor.kill()
        self._gone(timeout=30)

    def poweroff(self, timeout: float = 90):
        """Shut down in order, and wait until the machine is off."""
        os.kill(self._leader, signal.SIGRTMIN + 3)
        self._gone(timeout)

    def close(self):
        """Kill the machine and remove everything of it."""
        self.crash()
        self._scratch.close()

    def _wait_until_ready(self, notify: socket.socket, timeout: float):
        deadline = time.monotonic() + timeout
        pidfd = os.pidfd_open(self._supervisor.pid)
        try:
            while True:
                readable, _, _ = select.select([notify, pidfd], [], [], max(0, deadline - time.monotonic()))
                if notify in readable and b"READY=1" in notify.recv(4096).split(b"\n"):
                    break
                if pidfd in readable or not readable:
                    what = "ended" if pidfd in readable else f"was not up in {timeout} s"
                    raise BootError(f"{self.name} {what}:\n{self.console.read_text(errors='replace')}")
        finally:
            os.close(pidfd)

        self._leader = container.child(container.child(self._supervisor.pid))

    def _enter(self) -> list[str]:
        if not self.running:
            raise RuntimeError(f"{self.name} is not running")
        return ["nsenter", f"--target={self._leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--"]

    def _gone(self, timeout: float):
        self._supervisor.wait(timeout)
        self._leader = None


def _command(argv: list[str], user: str, environment: dict[str, str], session: bool) -> list[str]:
    if session:
        return ["systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--property=PAMName=login",
                f"--property=User={user}", "--property=WorkingDirectory=~",
                *(f"--setenv={name}={value}" for name, value in environment.items()), "--", *argv]
    # Every account of the machine that is used here has a group of its own name.
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--reset-env",
            "env", *(f"{name}={value}" for name, value in environment.items()),
            "sh", "-c", 'cd 2>/dev/null || cd /; exec "$@"', "sh", *argv]
