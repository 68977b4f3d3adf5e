# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine with a kernel, a clock and disks of its own, to cut its power, to step its clock, to suspend it.

It is used as a Machine is. /var, with what jobsd and the journal keep, is a disk with a cache that is lost with the
power. On the other one each write is there when it is done: what programs note in their homes is what they saw,
whatever comes.
"""

import json
import random
import socket
import subprocess
from pathlib import Path, PurePosixPath

from guest import Guest
from harness import vm
from harness.disk import Disk
from machine import BootError, Machine, Process
from waiting import wait_until

_AGENT = Path(__file__).with_name("guest_agent.py")

# Without udev nobody tells systemd about devices: what waits for one would wait for ever.
_FILES = {
    "etc/modules-load.d/virtual.conf": "virtio_pci\nvirtio_blk\nvirtio_console\n",
    "etc/systemd/system/var.mount": """[Unit]
After=systemd-modules-load.service
[Mount]
What=/etc/disk-of-var
Where=/var
Type=ext4
""",
    "etc/systemd/system/synchronous-root.service": """[Unit]
DefaultDependencies=no
After=systemd-remount-fs.service
Before=local-fs.target
[Service]
Type=oneshot
ExecStart=mount -o remount,sync,noatime /
""",
    "etc/systemd/system/guest-agent.service": """[Unit]
DefaultDependencies=no
After=systemd-modules-load.service
[Service]
ExecStart=python3 /usr/local/lib/guest_agent.py
Restart=always
RestartSec=100ms
OOMScoreAdjust=-900
KillMode=process
""",
    "usr/local/lib/guest_agent.py": _AGENT.read_text(),
}
_LINKS = {
    "etc/disk-of-var": "/dev/vda",
    "etc/systemd/system/local-fs.target.wants/var.mount": "/etc/systemd/system/var.mount",
    "etc/systemd/system/local-fs.target.wants/synchronous-root.service":
        "/etc/systemd/system/synchronous-root.service",
    "etc/systemd/system/sysinit.target.wants/guest-agent.service": "/etc/systemd/system/guest-agent.service",
    # these only fail without udev and kmod
    "etc/systemd/system/kmod-static-nodes.service": "/dev/null",
    "etc/systemd/system/proc-sys-fs-binfmt_misc.automount": "/dev/null",
    "etc/systemd/system/systemd-binfmt.service": "/dev/null",
}


class VirtualMachine(Machine):
    def __init__(self, lower: list[Path], kernel: Path, environment: dict[str, str] | None = None, processors: int = 2):
        """KERNEL is what vm.kernel() returns."""
        super().__init__(lower, environment)
        self._kernel = kernel
        self._processors = processors
        self._qemu: subprocess.Popen | None = None
        self._guest: Guest | None = None
        self._disk = self._make_disks()

    @property
    def running(self) -> bool:
        return self._qemu is not None and self._qemu.poll() is None

    def boot(self, timeout: float = 300):
        """Switch it on, and wait until systemd has started all that is enabled."""
        if self.running:
            raise RuntimeError(f"{self.name} is running already")
        command = vm.command(self._kernel / "vmlinuz", self._file("root.img"), self._file("disk"), self._file("port"),
                             self._file("monitor"), self._processors)
        for name in "port", "monitor":
            self._file(name).unlink(missing_ok=True)
        self._disk.plug_in()
        with open(self.console, "ab") as console:
            self._qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                          start_new_session=True)
        try:
            self._wait_for_sockets()
            self._guest = Guest(self._file("port"), self._file("run"))
            self._wait_for_systemd(timeout)
        except BaseException as error:
            self._kill()
            raise self._boot_error(f"has not booted, {error}") from error

    def cut_power(self, chance: random.Random) -> int:
        """At once, and what the disk had in its cache has been written or not, at random. Returns how many blocks
        were lost."""
        self._kill()
        return self._disk.lose_cache(chance, kept=chance.choice([0, 0.5, 0.9]))

    def reset(self):
        """The machine stops at once, as with a panic of its kernel; the disk does not."""
        self._tell("system_reset")
        self._off(30)

    def poweroff(self, timeout: float = 300):
        if self.running:
            self.popen(["systemctl", "poweroff", "--no-block"]).wait(timeout)
            self._off(timeout)

    def crash(self):
        self._kill()

    def sleep(self):
        """Suspend it to memory (ACPI S3)."""
        with Monitor(self._file("monitor")) as monitor:
            self.popen(["sh", "-c", "echo mem >/sys/power/state"], stdout=subprocess.DEVNULL)
            monitor.wait_for("SUSPEND")

    def wake_up(self):
        self._tell("system_wakeup")

    def path(self, path: str):
        return GuestPath(self, path)

    def job_units(self) -> set[str]:
        return set()    # the tests that have such a machine see to it themselves

    def close_gate(self, path: str):
        self.run(["sh", "-c", 'rm -f "$1"; mkfifo "$1"', "sh", path])
        self._closed_gates.add(path)

    def open_gate(self, path: str):
        if path in self._closed_gates:
            self.run(["sh", "-c", 'exec 3<>"$1"; : >"$1-open"; mv "$1-open" "$1"', "sh", path])
            self._closed_gates.remove(path)

    def close(self):
        self._kill()
        self._disk.close()
        self._scratch.close()

    def _make_disks(self) -> Disk:
        for name, text in _FILES.items():
            file = self.upper / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        for name, target in _LINKS.items():
            link = self.upper / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
        vm.make_disks([self.upper, self._kernel, *self._lower], self._file("root.img"), self._file("var.img"))
        return Disk(self._file("var.img"), self._file("disk"))

    def _file(self, name: str) -> Path:
        return self._scratch.path / name

    def _enter(self) -> list[str]:
        if not self.running:
            raise RuntimeError(f"{self.name} is not running")
        return self._guest.command("root", {})

    def _start(self, argv: list[str], user: str, environment: dict[str, str], **options) -> Process:
        if not self.running:
            raise RuntimeError(f"{self.name} is not running")
        return Process([*self._guest.command(user, environment), *argv], **options)

    def _kill(self):
        if self._qemu is not None:
            self._qemu.kill()
            self._off(30)

    def _off(self, timeout: float):
        self._qemu.wait(timeout)
        if self._guest is not None:
            self._guest.close()

    def _wait_for_sockets(self):
        """QEMU makes the last one when it is about to switch the machine on."""
        wait_until(lambda: self._file("monitor").exists() or not self.running)
        if not self.running:
            raise self._boot_error("QEMU has ended")

    def _wait_for_systemd(self, timeout: float):
        """Until all is started. A job may have failed by then, as it was to."""
        state = self.run(["systemctl", "is-system-running", "--wait"], check=False, timeout=timeout).stdout.strip()
        failed = self.run(["systemctl", "list-units", "--failed", "--plain", "--no-legend"]).stdout.splitlines()
        others = [line for line in failed if not line.startswith("jobsd-")]
        assert state in ("running", "degraded") and not others, f"it is {state}: {others}"

    def _tell(self, command: str):
        with Monitor(self._file("monitor")) as monitor:
            monitor.tell(command)


class Monitor:
    """QEMU's, which talks QMP."""

    def __init__(self, path: Path):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            self._stream = connection.makefile("rw")
        self._stream.readline()     # its greeting
        self.tell("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._stream.close()

    def tell(self, command: str):
        print(json.dumps({"execute": command}), file=self._stream, flush=True)
        while "event" in (answer := json.loads(self._stream.readline())):
            pass
        assert "return" in answer, answer

    def wait_for(self, event: str):
        while json.loads(self._stream.readline()).get("event") != event:
            pass


class GuestPath:
    """A file of a running virtual machine: what tests need of pathlib.Path, done by programs there."""

    def __init__(self, machine: VirtualMachine, path: str | PurePosixPath):
        self._machine = machine
        self._path = PurePosixPath(path)

    def __str__(self):
        return str(self._path)

    @property
    def parent(self):
        return GuestPath(self._machine, self._path.parent)

    def exists(self) -> bool:
        return self._run("test", "-e", check=False).returncode == 0

    def read_text(self) -> str:
        return self._run("cat").stdout

    def write_text(self, text: str):
        self._run("tee", input=text)

    def mkdir(self, parents: bool, exist_ok: bool):
        assert parents and exist_ok
        self._run("mkdir", "--parents")

    def touch(self):
        self._run("touch")

    def unlink(self, missing_ok: bool):
        assert missing_ok
        self._run("rm", "--force")

    def _run(self, *command: str, **options) -> subprocess.CompletedProcess:
        return self._machine.run([*command, str(self._path)], **options)
