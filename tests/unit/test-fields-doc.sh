#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/fields.md is what waylay-assert --fields prints: the table of fields is the
# only list of them.
set -u

echo 1..1
if "$top_builddir/waylay-assert" --fields | diff "$top_srcdir/docs/fields.md" - >&2; then
    echo "ok 1 - docs/fields.md is the table of fields"
else
    echo "not ok 1 - docs/fields.md is the table of fields"
    echo "# write it anew: waylay-assert --fields > docs/fields.md"
fi
