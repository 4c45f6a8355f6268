#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# core/packet/route_option.h is shared with BPF programs: it has to compile for
# that target, to code without calls and without anything of a C library. This
# compiles a small tc program that pushes and pops, and looks at the result.
set -u
: "${srcdir:=.}" "${CLANG:=clang}"

echo 1..3
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# The BPF target knows no C library: freestanding, <stdint.h> is the compiler's
# own. <linux/bpf.h> needs the host's <asm/types.h>.
machine=$("${CC:-gcc}" -dumpmachine 2>/dev/null || echo x86_64-linux-gnu)

cat >"$work/prog.c" <<'EOF'
#include <linux/bpf.h>
#include "core/packet/route_option.h"

__attribute__((section("tc/push"), used))
int push(struct __sk_buff *skb)
{
    uint8_t *base = (uint8_t *)(unsigned long)skb->data;
    uint8_t *end = (uint8_t *)(unsigned long)skb->data_end;
    if (base + WAY_ROUTE_OPTION_AT + WAY_ROUTE_OPTION_LEN > end)
        return 0;
    return way_route_push_base(base, base + WAY_ROUTE_OPTION_AT, skb->mark);
}

__attribute__((section("tc/pop"), used))
int pop(struct __sk_buff *skb)
{
    uint8_t *base = (uint8_t *)(unsigned long)skb->data;
    uint8_t *end = (uint8_t *)(unsigned long)skb->data_end;
    way_be32 origin;
    if (base + WAY_ROUTE_OPTION_AT + WAY_ROUTE_OPTION_LEN > end)
        return 0;
    if (!way_route_option_decode(base + WAY_ROUTE_OPTION_AT, &origin))
        return 0;
    return way_route_pop_base(base, origin);
}
EOF

# report NUMBER NAME: by the exit status of the command before it.
report() {
    status=$?
    [ $status -eq 0 ] || sed 's/^/# /' "$work/out"
    [ $status -eq 0 ] && echo "ok $1 - $2" || echo "not ok $1 - $2"
}

compile() {
    "$CLANG" -O2 -target bpf -ffreestanding -I"$srcdir" -isystem "/usr/include/$machine" \
        -Wall -Wextra -Werror "$@" "$work/prog.c" >"$work/out" 2>&1
}

compile -c -o "$work/prog.o"
report 1 "route_option.h compiles with -target bpf"

compile -S -o "$work/prog.s" &&
    ! grep -nE '^[[:space:]]+call ' "$work/prog.s" >"$work/out"
report 2 "everything is inlined: the program calls nothing"

grep -q tc/push "$work/prog.s" && grep -q tc/pop "$work/prog.s"
report 3 "both sections are there"
