#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gearmand, when a worker that has a job in hand says CANT_DO for its function: the server hands the same job out again, to
# the next worker that asks, while the first one is still at it, and refuses that one's result afterwards.
#
# The protocol says of CANT_DO that the worker "is no longer able to perform the given function", and nothing of jobs
# that it has. A worker that registers a function only while it has room for more, and so takes it back when it has taken
# its last one, has each such job run twice. It has to answer first, and say CANT_DO then.
#
# Seen with gearmand 1.1.20+ds-1 (Debian 12), on loopback:
#
#     worker 1: JOB_ASSIGN
#     worker 2: JOB_ASSIGN of the same handle       (after worker 1's CANT_DO)
#     worker 1: ERROR JOB_NOT_FOUND                 (its result)
#     client: of worker 2
#
# Needs python3 and apt-get; no root. Fails if gearmand leaves the job where it is one day.

set -euo pipefail

folder=$(mktemp --directory)
server=
trap '[[ -z $server ]] || kill "$server"; rm --recursive --force "$folder"' EXIT
cd "$folder"

needed=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    gearman-job-server | grep --extended-regexp '^lib[a-z0-9.+-]*$' | sort --unique)
# Some of them are names that others provide.
for package in $needed; do
    apt-get download --quiet=2 "$package" 2>/dev/null || true
done
apt-get download --quiet=2 gearman-job-server=1.1.20+ds-1
for package in *.deb; do
    dpkg-deb --extract "$package" root
done

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LD_LIBRARY_PATH=root/usr/lib/x86_64-linux-gnu:root/lib/x86_64-linux-gnu \
    root/usr/sbin/gearmand --listen=127.0.0.1 --port="$port" --log-file=stderr 2>server.log & server=$!

cat >ask.py <<'END'
import socket, struct, sys, time

NAMES = {11: "JOB_ASSIGN", 10: "NO_JOB", 19: "ERROR"}


class Connection:
    def __init__(self):
        deadline = time.monotonic() + 10
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def say(self, type, *arguments):
        body = b"\0".join(arguments)
        self.socket.sendall(b"\0REQ" + struct.pack(">II", type, len(body)) + body)

    def hear(self):
        _, type, size = struct.unpack(">4sII", self._read(12))
        return type, self._read(size).split(b"\0")

    def _read(self, n):
        data = b""
        while len(data) < n:
            data += self.socket.recv(n - len(data)) or sys.exit("the server has gone")
        return data


client, one, two = Connection(), Connection(), Connection()
client.say(7, b"work", b"key", b"payload")          # SUBMIT_JOB
assert client.hear()[0] == 8                        # JOB_CREATED

one.say(1, b"work")                                 # CAN_DO
one.say(9)                                          # GRAB_JOB
type, (handle, *_) = one.hear()
print(f"worker 1: {NAMES[type]}")
one.say(2, b"work")                                 # CANT_DO
one.say(16, b"there?")                              # ECHO_REQ: the server has had it
assert one.hear()[0] == 17

two.say(1, b"work")
two.say(9)
type, (again, *_) = two.hear()
print(f"worker 2: {NAMES[type]}", "of the same handle" if again == handle else "")

one.say(13, handle, b"of worker 1")                 # WORK_COMPLETE
type, arguments = one.hear()
print(f"worker 1: {NAMES[type]} {arguments[0].decode()}")
two.say(13, again, b"of worker 2")
type, arguments = client.hear()
print(f"client: {arguments[-1].decode()}")
END

result=$(python3 ask.py "$port")
echo "$result"
[[ $result == 'worker 1: JOB_ASSIGN
worker 2: JOB_ASSIGN of the same handle
worker 1: ERROR JOB_NOT_FOUND
client: of worker 2' ]]
