#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# sd_journal_open_namespace(), when the namespace has no folder yet: it succeeds, as documented, and sd_journal_get_fd() has
# it watch /var/log/journal. When the folder MACHINE-ID.NAMESPACE is made there later, and a file in it, no entry
# of it is ever found: the folder is not looked into. The default
# journal's folder, MACHINE-ID, is, when it is made later in the same way.
#
# The names of folders that appear are taken for those of machines alone there (is it an id of 32 digits?), while the names
# of those that are there at first are looked at with their namespace. So who follows a namespace before its first
# entry has to open it again when something has happened. A journald of a namespace makes the folder when it starts, which
# is when the first of its services prints.
#
# Seen with systemd 252.39-1~deb12u2 (Debian 12):
#
#     1 entries found, opened again: 1        (the default journal)
#     0 entries found, opened again: 1        (a namespace)
#
# Needs gcc, apt-get and unshare; as root, or where users may make namespaces. Fails if that is no longer so.

set -euo pipefail

version=252.39-1~deb12u2
folder=$(mktemp --directory)
trap 'rm --recursive --force "$folder"' EXIT
cd "$folder"

apt-get download --quiet=2 libsystemd0=$version libsystemd-dev=$version libsystemd-shared=$version \
    systemd-journal-remote=$version libmicrohttpd12
for package in *.deb; do
    dpkg-deb --extract "$package" root
done

cat >follow.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>

static sd_journal *open_journal(const char *namespace) {
        sd_journal *journal;

        if (sd_journal_open_namespace(&journal, namespace, 0) < 0)
                abort();
        return journal;
}

static int count(sd_journal *journal) {
        int n = 0;

        while (sd_journal_next(journal) > 0)
                n++;
        return n;
}

/* The command makes the folder and its file. */
int main(int argc, char *argv[]) {
        const char *namespace = *argv[1] ? argv[1] : NULL;
        sd_journal *journal = open_journal(namespace);
        int n = count(journal);

        if (sd_journal_get_fd(journal) < 0 || n != 0 || system(argv[2]) != 0)
                return 1;
        for (int i = 0; i < 20 && n == 0; i++) {
                sd_journal_wait(journal, 100000);
                n = count(journal);
        }
        printf("%d entries found, opened again: %d\n", n, count(open_journal(namespace)));
        return 0;
}
END
libraries=$PWD/$(dirname "$(find root -name 'libsystemd.so.0')")
gcc -o follow follow.c -Iroot/usr/include "$libraries/libsystemd.so.0"

id=$(tr --delete - </proc/sys/kernel/random/uuid)
printf '%s\n' '__REALTIME_TIMESTAMP=1700000000000000' '__MONOTONIC_TIMESTAMP=1000000' "_BOOT_ID=$id" "_MACHINE_ID=$id" \
    'MESSAGE=hello' '' >entry
export LD_LIBRARY_PATH=$libraries:$PWD/$(dirname "$(find root -name 'libsystemd-shared-252.so')"):$PWD/$(dirname "$(find root -name 'libmicrohttpd.so.12')")
root/lib/systemd/systemd-journal-remote --output=made.journal entry 2>/dev/null

export folder id
# Nothing of the machine's own journals is seen, nor touched.
seen=$(unshare --mount --map-root-user bash -euc '
    mount --types tmpfs none /var/log
    mount --types tmpfs none /run
    mkdir /var/log/journal
    for namespace in "" later; do
        place=/var/log/journal/$id${namespace:+.$namespace}
        ./follow "$namespace" "mkdir $place && cp made.journal $place/system.journal"
        rm -r "$place"
    done')
echo "$seen"
[[ $seen == '1 entries found, opened again: 1
0 entries found, opened again: 1' ]]
