/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the programs that show the kernel's behaviour have in common: a network
 * namespace of their own, TUN devices that stand for the wire, and TAP lines.
 *
 * Each program is one experiment: what the project assumes of the kernel, shown
 * with as little as possible around it. It changes nothing outside its own
 * namespaces, which are gone when it ends, however it ends. It waits for what
 * should happen, with a guard of seconds; that something does *not* happen is
 * shown by what came after it in the same queue, never by a short wait.
 *
 * Without root a user namespace is tried. What the machine cannot do makes the
 * program skip (TAP "1..0 # SKIP reason", exit code 0); what goes wrong around
 * the experiment ends it with "Bail out!".
 */
#ifndef WAYLAY_TESTS_KERNEL_NETNS_H
#define WAYLAY_TESTS_KERNEL_NETNS_H

#include <stdbool.h>
#include <stddef.h>

/* How long to wait for what must happen, in milliseconds. */
enum { GUARD_MS = 15000 };

/* Starts a program of `tests` TAP lines, in a fresh network namespace. */
void kernel_begin(unsigned tests);

/* The same as an ordinary user in a user namespace of his own, whoever started it:
 * root becomes nobody first. */
void kernel_begin_as_user(unsigned tests);

/* The exit code for main: 0 when every line was ok, else 1. */
int kernel_end(void);

/* Prints one TAP line. */
void check(bool ok, const char *name);

/* Prints the skip and ends the program. */
_Noreturn void kernel_skip(const char *reason);

/* Ends the program because of `what` (with errno's text). */
_Noreturn void kernel_bail_out(const char *what);

/* Prints a shell command as a TAP comment and runs it; bails out when it fails. */
__attribute__((format(printf, 1, 2))) void kernel_run(const char *format, ...);

/* Like kernel_run, but a failure skips the program, for `reason`. */
__attribute__((format(printf, 2, 3))) void kernel_need(const char *reason, const char *format, ...);

/* Writes a sysctl of the current namespace, e.g. "net/ipv4/ip_forward". */
void kernel_sysctl(const char *name, const char *value);

/* A namespace is named by a descriptor, which lives as long as the program. Both
 * leave the program in it: a new one, and one made earlier. */
int kernel_namespace_current(void);
int kernel_namespace_new(void);
void kernel_namespace_enter(int namespace);

/* Makes a TUN device of that name, up, without addresses; returns its descriptor
 * (non-blocking). With `vnet_hdr`, packets have a struct virtio_net_hdr before
 * them, and may have partial checksums. */
int kernel_tun(const char *name, bool vnet_hdr);

/* Waits until `fd` is readable. False when the guard ran out. */
bool kernel_readable(int fd);

#endif
