/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A visit to another network namespace.
 *
 * A device or a socket belongs for life to the namespace in which it was made;
 * so the wire goes there, makes it, and comes back. The calling thread only, and
 * only for as long as the visit is.
 */
#ifndef WAYLAY_EMU_WIRE_NETNS_H
#define WAYLAY_EMU_WIRE_NETNS_H

/* Enters the namespace of the file `path` (/proc/<pid>/ns/net, /run/netns/<name>).
 * Returns a descriptor of the namespace that was left, for way_netns_leave, or a
 * negative errno with nothing changed. */
int way_netns_enter(const char *path);

/* The same for an open descriptor of a namespace, which stays the caller's. */
int way_netns_enter_fd(int namespace);

/* Goes back and closes the descriptor; aborts when that fails, for everything
 * after it would happen in a wrong place. A negative descriptor is none. */
void way_netns_leave(int back);

#endif
