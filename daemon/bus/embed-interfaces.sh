#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints the interfaces of the given XML files as C strings named after them, without comments.
set -eu
for file; do
    name=$(basename "$file" .xml | sed 's/.*\.//' | tr '[:upper:]' '[:lower:]')
    echo "static const char introspection_${name}_xml[] ="
    sed -e 's/<!--.*-->//' "$file" |
        sed -e '/<!--/,/-->/d' |
        sed -n -e '/<interface/,/<\/interface>/p' |
        sed -e '/^ *$/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/        "/' -e 's/$/\\n"/'
    echo "        ;"
done
