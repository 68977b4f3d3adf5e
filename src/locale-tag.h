/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The language of a text, as the Desktop Entry Specification has it in its keys: lang_COUNTRY@MODIFIER, where
 * country and modifier may be missing. There is no encoding in it. */

#include <stdbool.h>

#include "macro.h"

bool locale_tag_is_valid(const char *tag);

/* What messages of this process are to be in, as "de_AT.UTF-8". */
const char *locale_of_messages(void);
/* The tags that fit such a locale, the best one first. */
int locale_get_tags(const char *locale, char ***ret);
