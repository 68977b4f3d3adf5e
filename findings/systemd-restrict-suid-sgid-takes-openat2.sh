#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# systemd's RestrictSUIDSGID=yes takes openat2(2) from a service: the call fails with ENOSYS, as on a kernel without
# it, also where it only opens a file for reading. A filter of system calls cannot look into the structure that has
# openat2's flags and mode, so all of its calls are refused, and programs are expected to fall back to openat(2).
#
# systemd.exec(5) of this version says of the setting that attempts to set the bits are denied, and nothing of this.
# Who uses openat2 for RESOLVE_NO_SYMLINKS or RESOLVE_BENEATH has no call to fall back to, and such a program, hardened
# by a list of settings that "cost nothing", takes the kernel for an old one.
#
# Seen with systemd 252 (Debian 12), which is booted in a container: "without it: done, with it: ENOSYS, openat(2)
# with it: done".
#
# Needs root, mmdebstrap and systemd-container. Fails if systemd does otherwise one day.

set -euo pipefail

expected="without it: done
with it: ENOSYS
openat(2) with it: done"

folder=$(mktemp --directory --tmpdir=/var/tmp)
trap 'rm --recursive --force --one-file-system "$folder"' EXIT
tree=$folder/tree

mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,python3 bookworm "$tree" </dev/null
dpkg-query --admindir="$tree/var/lib/dpkg" --show --showformat='${Package} ${Version}\n' systemd | grep -F ' 252.'

cat >"$tree/look" <<'END'
import ctypes, errno, os, struct, sys

SYS_OPENAT2, RESOLVE_NO_SYMLINKS = 437, 0x04

try:
    if "openat" in sys.argv:
        os.open("/etc/hostname", os.O_RDONLY)
    else:
        how = struct.pack("QQQ", os.O_RDONLY | os.O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS)
        if ctypes.CDLL(None, use_errno=True).syscall(SYS_OPENAT2, -100, b"/etc/hostname", how, len(how)) < 0:
            raise OSError(ctypes.get_errno(), "openat2")
    print("done")
except OSError as error:
    print(errno.errorcode[error.errno])
END
for name in without with openat; do
    cat >"$tree/etc/systemd/system/look-$name.service" <<END
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /look $name
RestrictSUIDSGID=$([[ $name == without ]] && echo no || echo yes)
StandardOutput=truncate:/$name
END
done
cat >"$tree/etc/systemd/system/try.service" <<'END'
[Unit]
Wants=look-without.service look-with.service look-openat.service
After=look-without.service look-with.service look-openat.service

[Service]
Type=oneshot
ExecStart=true
ExecStopPost=systemctl --no-block exit
END

systemd-nspawn --quiet --directory="$tree" --keep-unit --register=no --private-network --link-journal=no \
        --resolv-conf=off --timezone=off --console=read-only --boot systemd.unit=try.service >"$folder/console" </dev/null ||
        cat "$folder/console"
told="without it: $(<"$tree/without")
with it: $(<"$tree/with")
openat(2) with it: $(<"$tree/openat")"
echo "$told"
[[ $told == "$expected" ]]
