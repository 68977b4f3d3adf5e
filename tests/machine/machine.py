# SPDX-License-Identifier: LGPL-2.1-or-later
"""A booted system that is thrown away after use.

    with Machine(trees) as machine:
        machine.boot()
        print(machine.run(["id"], user="alice").stdout)

The system is real: systemd is PID 1, with dbus, logind, polkit and the journal. Its network is
closed. What it writes goes to a layer of its own over read-only trees, which any number of machines
share. The layer survives crash() and poweroff(), until close().

A machine does not outlive the thread that booted it.
"""

import contextlib
import os
import secrets
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import cache, container

_NOT_PASSED_ON = {signal.SIGPIPE, signal.SIGXFSZ}
_PATHS = "/usr/local/bin:/usr/bin", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"    # of root


class BootError(Exception):
    pass


class Process(subprocess.Popen):
    """A process in a machine. Signals go to the process itself, not to the nsenter around it.

    At the end of a with statement it is waited for, but killed when that ends by an exception.
    """

    def __exit__(self, exception, *details):
        if exception is not None:
            self.kill()
        super().__exit__(exception, *details)

    def send_signal(self, sig):
        if self.poll() is None and (pid := container.child(self.pid)) is not None:
            os.kill(pid, sig)
        else:
            super().send_signal(sig)

    def resume(self):
        """After SIGSTOP: nsenter has stopped with the process, and continues it."""
        os.kill(self.pid, signal.SIGCONT)


class Machine:
    def __init__(self, lower: list[Path], environment: dict[str, str] | None = None):
        """LOWER are the read-only trees, topmost first.

        ENVIRONMENT is set for each process that run() and popen() start.
        """
        self._scratch = cache.Scratch("machine")
        self._lower = lower
        self._environment = {"LANG": "C.UTF-8", **(environment or {})}
        self._supervisor: subprocess.Popen | None = None
        self._leader: int | None = None
        self._processes: set[Process] = set()
        self._closed_gates: set[str] = set()
        self._gate_files = contextlib.ExitStack()
        self.name = self._scratch.path.name
        self.upper = self._scratch.path / "upper"
        self.console = self._scratch.path / "console"

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
        """Boot, and wait until systemd has started all that is enabled."""
        if self.running:
            raise RuntimeError(f"{self.name} is running already")

        # A socket in the abstract namespace: paths are too long for it in deep directories.
        with (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify,
              open(self.console, "ab") as console):
            notify.bind(f"\0{self.name}")
            command = container.command(
                self._scratch.path, self._lower, self.upper,
                ["--machine", self.name, "--console=read-only", "--notify-ready=yes", "--boot"])
            self._supervisor = subprocess.Popen(
                command, env={**os.environ, "NOTIFY_SOCKET": f"@{self.name}"},
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
            try:
                self._wait_until_ready(notify, timeout)
            except BaseException:
                self.crash()
                raise

    def run(self, argv: list[str], user: str = "root", *, check: bool = True,
            timeout: float | None = 60, input: str | bytes | None = None, text: bool = True,
            env: dict[str, str] | None = None,
            session: bool = False) -> subprocess.CompletedProcess:
        """Run a command to its end, like subprocess.run() with its output captured.

        It starts in the user's home directory (or in /, where that does not exist), with the user's
        groups and a clean environment. With SESSION it gets a login session of its own, through PAM
        and logind; without, it belongs to no session and to no unit.
        """
        stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
        with self.popen(argv, user, env=env, session=session, text=text, stdin=stdin,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            stdout, stderr = process.communicate(input, timeout)
        if check and process.returncode != 0:
            error = subprocess.CalledProcessError(process.returncode, argv, stdout, stderr)
            error.add_note(f"standard output: {stdout}\nstandard error: {stderr}")
            raise error
        return subprocess.CompletedProcess(argv, process.returncode, stdout, stderr)

    def popen(self, argv: list[str], user: str = "root", *, env: dict[str, str] | None = None,
              session: bool = False, lasting: bool = False, **options) -> Process:
        """Start a command as run() does, and do not wait. OPTIONS are subprocess.Popen()'s.

        One that lasts is its owner's to end; all others end with the test that started them, see discipline.py."""
        environment = {**self._environment, **(env or {})}
        if session:
            argv, user, environment = _session(argv, user, environment), "root", {}
        process = self._start(argv, user, environment, **options)
        if not lasting:
            self._processes.add(process)
        return process

    def processes(self) -> set[Process]:
        """Those of popen() that run, and do not last."""
        self._processes = {process for process in self._processes if process.poll() is None}
        return self._processes.copy()

    @contextlib.contextmanager
    def without(self, service: str):
        """A service that is away meanwhile, also for whoever calls it on the bus: a start would cancel its stop."""
        self.run(["systemctl", "mask", "--runtime", "--now", service])
        try:
            yield
        finally:
            self.run(["systemctl", "unmask", "--runtime", service])
            self.run(["systemctl", "start", service])

    def shell(self, user: str) -> int:
        """A login on this terminal. Returns the shell's exit status."""
        environment = {**self._environment, "TERM": os.environ.get("TERM", "dumb")}
        login = _session(["/bin/bash", "--login"], user, environment, stdio="--pty")
        return subprocess.run(self._enter() + login).returncode

    def job_units(self) -> set[str]:
        """The units of jobs that have processes."""
        if not self.running:
            return set()
        return {path.name for path in self.path("/sys/fs/cgroup/jobs.slice").glob("jobs-*.slice/jobsd-*.service")}

    @property
    def leader(self) -> int:
        """Its PID 1, as the host counts."""
        return self._leader

    def network(self) -> list[str]:
        """What to put before a command of the host's that shall see the machine's network, and nothing else of it."""
        return ["nsenter", f"--target={self._leader}", "--net", "--"]

    def path(self, path: str) -> Path:
        """A file of the running machine, or among those that it has written, when it is off.

        Absolute symbolic links in it lead to the host's files.
        """
        root = Path(f"/proc/{self._leader}/root") if self.running else self.upper
        return root / path.lstrip("/")

    def close_gate(self, path: str):
        """Make a gate, at which whoever opens the file PATH to read it waits: a FIFO, so that waiting costs nothing."""
        gate = self.path(path)
        gate.unlink(missing_ok=True)
        os.mkfifo(gate)
        self._closed_gates.add(path)

    def open_gate(self, path: str):
        """Who waits there goes on, and who comes later finds a file. An open gate is left as it is."""
        if path not in self._closed_gates:
            return
        gate = self.path(path)
        # It stays open while the machine runs, for who has found the FIFO and is about to open it.
        self._gate_files.enter_context(gate.open("r+b", buffering=0))
        file = gate.with_name(gate.name + "-open")
        file.touch()
        file.rename(gate)       # there is something in its place at each moment
        self._closed_gates.remove(path)

    def closed_gates(self) -> set[str]:
        return self._closed_gates.copy()

    def pids(self, command: str) -> list[str]:
        """The processes that have this in their command line, as pgrep --full would find them from within."""
        pids = []
        for file in self.path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):   # it has just ended
                if command.encode() in file.read_bytes().replace(b"\0", b" "):
                    pids.append(file.parent.name)
        return pids

    def cpu_usec(self) -> int:
        """What all its processes have taken of the processors, those that have ended too."""
        group = Path((self._scratch.path / "cgroup").read_text())
        stat = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
        return int(stat["usage_usec"])

    def crash(self):
        """Kill every process at once. What they have written to files stays, synced or not."""
        if not self.running:
            return
        # The first process of the PID namespace: when it is gone, all of them are.
        top = container.child(self._supervisor.pid)
        os.kill(top or self._supervisor.pid, signal.SIGKILL)
        self._supervisor.wait(30)
        self._gate_files.close()

    def poweroff(self, timeout: float = 90):
        """Shut down in order, and wait until the machine is off."""
        if self.running:
            os.kill(self._leader, signal.SIGRTMIN + 3)
            try:
                self._supervisor.wait(timeout)
            except subprocess.TimeoutExpired:
                raise self._boot_error(f"not off after {timeout} s") from None
            self._gate_files.close()

    def close(self):
        """Kill the machine and remove everything of it."""
        self.crash()
        self._scratch.close()

    def _wait_until_ready(self, notify: socket.socket, timeout: float):
        deadline = time.monotonic() + timeout
        pidfd = os.pidfd_open(self._supervisor.pid)
        try:
            while True:
                left = max(0, deadline - time.monotonic())
                readable, _, _ = select.select([notify, pidfd], [], [], left)
                if notify in readable and b"READY=1" in notify.recv(4096).split(b"\n"):
                    break
                if not readable:
                    raise self._boot_error(f"not up after {timeout} s")
                if pidfd in readable:
                    raise self._boot_error("ended while it booted")
        finally:
            os.close(pidfd)

        # The supervisor's child is systemd-nspawn, and its child the machine's PID 1.
        self._leader = container.child(container.child(self._supervisor.pid))

    def _boot_error(self, what: str) -> BootError:
        return BootError(f"{self.name}: {what}:\n{self.console.read_text(errors='replace')}")

    def _enter(self) -> list[str]:
        if not self.running:
            raise RuntimeError(f"{self.name} is not running")
        return ["nsenter", f"--target={self._leader}",
                "--root", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--"]

    def _start(self, argv: list[str], user: str, environment: dict[str, str], **options) -> Process:
        """By as few programs as can be: tests start thousands, and each takes longer than what is asked of jobsd."""
        account = self._account(user)
        home = account["HOME"]
        enter = [*_default_signals(), *self._enter()[:-1], f"--wdns={home if self.path(home).is_dir() else '/'}"]
        # Each account that tests use has a group of its own name.
        become = (["--setuid=0", "--setgid=0", "--"] if user == "root"
                  else ["--", "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"])
        return Process([*enter, *become, *argv], env={**account, **environment}, **options)

    def _account(self, user: str) -> dict[str, str]:
        """What a log-in sets; of somebody who is named by his number, too."""
        accounts = [line.split(":") for line in self.path("/etc/passwd").read_text().splitlines()]
        name, *_, home, shell = next(account for i in (0, 2) for account in accounts if account[i] == user)
        return {"USER": name, "LOGNAME": name, "HOME": home, "SHELL": shell, "PATH": _PATHS[user == "root"]}


def _default_signals() -> list[str]:
    """What is ignored here would be ignored there; but for what Python itself ignores, and does not pass on."""
    ignored = any(signal.getsignal(number) == signal.SIG_IGN for number in signal.valid_signals() - _NOT_PASSED_ON)
    return ["env", "--default-signal"] if ignored else []


def _session(argv: list[str], user: str, environment: dict[str, str],
             stdio: str = "--pipe") -> list[str]:
    return ["systemd-run", "--quiet", stdio, "--wait", "--collect", "--service-type=exec",
            "--property=PAMName=login", f"--property=User={user}", "--property=IgnoreSIGPIPE=no",
            "--property=WorkingDirectory=~",
            *(f"--setenv={name}={value}" for name, value in environment.items()), "--", *argv]
