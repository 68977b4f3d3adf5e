# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the tests of faults."""

import random

import pytest

from load import Load


@pytest.fixture
def long(request):
    """Whether to break things as often as docs/reliability.md says."""
    return request.config.getoption("long")


@pytest.fixture
def seed():
    """What all that is random in a test comes from; a failure shows it."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return seed


@pytest.fixture
def chance(seed):
    return random.Random(seed)


@pytest.fixture
def load(fresh_machine, seed):
    """Clients of a machine of the test's own, not at work yet."""
    return Load(fresh_machine, seed)
