# SPDX-License-Identifier: LGPL-2.1-or-later
"""The parts of a virtual machine: its disks, made of trees of files, and QEMU's command line.

QEMU emulates the processors: this needs nothing of the host, and a system is up in ten seconds.
"""

import subprocess
from pathlib import Path

from . import cache, container, image

MEMORY_MB = 1024
_DISK_SIZE = "4G"       # sparse files

# In mount namespaces of their own, see container.py.
_MAKE_DISK = """
mount -t overlay overlay -o "lowerdir=$1" "$2"
mke2fs -q -F -t ext4 -E lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0 -d "$2/$3" "$4" "$5"
"""


def kernel(suite: str) -> Path:
    """A directory with "vmlinuz", and "usr" to be laid over a tree."""
    return image.tree(suite, "kernel") / "kernel"


def make_disks(lower: list[Path], root: Path, var: Path):
    """File systems with what the trees LOWER, topmost first, have at / and at /var."""
    with cache.Scratch("disk") as scratch:
        for folder, path in ("", root), ("var", var):
            subprocess.run(
                ["unshare", "--mount", "sh", "-euc", _MAKE_DISK, "sh", ":".join(map(str, lower)), scratch.path,
                 folder, path, _DISK_SIZE],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


def command(vmlinuz: Path, root: Path, var: Path, port: Path, monitor: Path, processors: int) -> list[str]:
    """QEMU's command line. ROOT is an image that every write reaches at once, VAR the socket of a disk.Disk.

    Of several processors, which are threads of QEMU's, one may run into code that another is changing: the kernel does
    that when the first unit gets a CPUQuota=, and one of three ended there.

    PORT and MONITOR are sockets, for the first port of the virtual serial bus and for QMP. QEMU ends when the machine
    is off or reboots, and with its parent.
    """
    # On a busy host no tick may come while the kernel looks for one, which is a panic: no_timer_check
    arguments = "console=ttyS0 root=/dev/nvme0n1 rw init=/lib/systemd/systemd mitigations=off panic=-1 no_timer_check"
    return [
        *container.DEFAULT_SIGNALS, "setpriv", "--pdeathsig=KILL",
        "qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
        "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", str(processors), "-m", str(MEMORY_MB),
        "-kernel", str(vmlinuz), "-append", arguments,
        "-drive", f"if=none,id=root,format=raw,cache=writethrough,file={root}",
        "-device", "nvme,drive=root,serial=root",
        # QEMU's NVMe promises writes that are not cached (FUA), and forgets it: a disk that loses its cache is none
        "-drive", f"if=none,id=var,format=raw,cache=writeback,file=nbd+unix:///?socket={var}",
        "-device", "virtio-blk-pci,drive=var",
        "-chardev", f"socket,id=port,path={port},server=on,wait=off",
        "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=port,nr=1",
        "-qmp", f"unix:{monitor},server=on,wait=off",
    ]
