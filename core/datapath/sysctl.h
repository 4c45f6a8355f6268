/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Integers under /proc/sys: read, set, and set with the old value kept.
 *
 * Paths are relative to /proc/sys with slashes ("net/ipv4/ip_forward"); they
 * mean the network namespace of the calling process.
 */
#ifndef WAYLAY_CORE_DATAPATH_SYSCTL_H
#define WAYLAY_CORE_DATAPATH_SYSCTL_H

enum { WAY_SYSCTL_PATH_MAX = 128, WAY_SYSCTL_SAVED_MAX = 16 };

/* Values to put back, oldest first. Start with {0}. */
struct way_sysctls {
    struct {
        char path[WAY_SYSCTL_PATH_MAX];
        int value;
    } saved[WAY_SYSCTL_SAVED_MAX];
    unsigned count;
};

/* Reads the first integer of the file. Returns 0 or a negative errno. */
int way_sysctl_get(const char *path, int *value);

/* Writes an integer. Returns 0 or a negative errno. */
int way_sysctl_set(const char *path, int value);

/* Sets the value and remembers the old one, unless it is the same already.
 * Returns 0, or a negative errno with nothing changed (-ENOBUFS: too many). */
int way_sysctls_change(struct way_sysctls *sysctls, const char *path, int value);

/* Puts all remembered values back, newest first, and forgets them. What cannot
 * be put back (an interface is gone) is left. */
void way_sysctls_restore(struct way_sysctls *sysctls);

#endif
