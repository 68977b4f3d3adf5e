/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A history in a file, whose columns take values of any type. */

#include "fuzz.h"
#include "store.h"

/* It then has one row, with this id and what the input makes of the other columns. One store, never closed.
 */
Store *damaged_store_put(uint64_t id, Input *input);
