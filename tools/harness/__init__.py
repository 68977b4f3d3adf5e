# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tools/test, tools/demo and the machine tests share: trees, builds and containers."""
