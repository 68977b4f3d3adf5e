# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the tests of faults."""

import pytest

from load import Load


@pytest.fixture
def load(fresh_machine, seed):
    """Clients of a machine of the test's own, not at work yet."""
    return Load(fresh_machine, seed)
