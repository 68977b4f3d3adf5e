/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* $STATE_DIRECTORY, which systemd sets: see StateDirectory= of the service. -ENOENT without it. */
int state_folder_open(void);
