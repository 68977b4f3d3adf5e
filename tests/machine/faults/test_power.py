# SPDX-License-Identifier: LGPL-2.1-or-later
"""The power is cut, or the kernel stops: what was acknowledged is there afterwards, and nothing ran twice."""

import random

from checker import check
from load import FEW_CLIENTS, Load
from virtual import VirtualMachine


def cut_power(vm: VirtualMachine, chance: random.Random):
    lost = vm.cut_power(chance)
    print(f"the power was cut, {lost} blocks of the disk's cache were lost")


def reset(vm: VirtualMachine, chance: random.Random):
    vm.reset()
    print("the machine was reset")


def test_what_was_acknowledged_is_there_however_often_the_power_is_cut(vm, seed, chance, long):
    """Jobs that ran then are interrupted, or started again if their type says that they may be."""
    load = Load(vm, seed, FEW_CLIENTS)
    n = 50 if long else 2
    for end in (how for _ in range(n // 2) for how in (cut_power, reset)):
        load.start()
        load.wait_for(chance.randrange(1, 20))
        end(vm, chance)
        load.forget()
        vm.boot()
        assert vm.run(["sqlite3", "/var/lib/jobsd/jobs.db", "PRAGMA integrity_check"]).stdout == "ok\n"
    with load:
        pass
    check(load, has_all_records=False, has_all_output=False, n_power_cuts=n)
