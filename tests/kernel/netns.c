/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Namespaces by unshare and setns; devices by ip(8) and /dev/net/tun.
 */
#include "config.h" /* first: it asks for GNU extensions */

#include "tests/kernel/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { COMMAND_MAX = 1024, PATH_LEN = 256, NOBODY = 65534 };

static unsigned planned, done, failed;

void kernel_skip(const char *reason)
{
    printf("1..0 # SKIP %s\n", reason);
    exit(0);
}

void kernel_bail_out(const char *what)
{
    printf("Bail out! %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        kernel_bail_out(path);
    close(fd);
}

/* Becomes root of a user namespace that owns a network namespace. */
static void enter_user_namespace(void)
{
    char map[64];
    unsigned uid = getuid(), gid = getgid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        kernel_skip("neither root nor user namespaces: run as root");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "0 %u 1", gid);
    write_file("/proc/self/gid_map", map);
}

/* No router solicitations or neighbour discovery between our packets. */
static void quieten(void)
{
    if (access("/proc/sys/net/ipv6/conf/default/disable_ipv6", W_OK) == 0) {
        kernel_sysctl("net/ipv6/conf/all/disable_ipv6", "1");
        kernel_sysctl("net/ipv6/conf/default/disable_ipv6", "1");
    }
    kernel_run("ip link set lo up");
}

static void begin(unsigned tests)
{
    struct utsname name;
    setvbuf(stdout, NULL, _IOLBF, 0);
    planned = tests;
    if (uname(&name) == 0)
        printf("# Linux %s\n", name.release);
    quieten();
}

void kernel_begin(unsigned tests)
{
    if (unshare(CLONE_NEWNET) != 0)
        enter_user_namespace();
    begin(tests);
}

void kernel_begin_as_user(unsigned tests)
{
    if (getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0 ||
                          prctl(PR_SET_DUMPABLE, 1) != 0)) /* or /proc/self would be root's */
        kernel_bail_out("becoming nobody");
    enter_user_namespace();
    begin(tests);
}

int kernel_end(void)
{
    printf("1..%u\n", planned);
    return failed == 0 && done == planned ? 0 : 1;
}

void check(bool ok, const char *name)
{
    done++;
    failed += !ok;
    printf("%s %u - %s\n", ok ? "ok" : "not ok", done, name);
}

/* Shows a command and runs it; returns what system() does. */
static int run(const char *command)
{
    printf("# %s\n", command);
    return system(command);
}

void kernel_run(const char *format, ...)
{
    char command[COMMAND_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (run(command) != 0) {
        errno = 0;
        kernel_bail_out("the command failed");
    }
}

void kernel_need(const char *reason, const char *format, ...)
{
    char command[COMMAND_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    if (run(command) != 0)
        kernel_skip(reason);
}

void kernel_sysctl(const char *name, const char *value)
{
    char path[PATH_LEN];
    snprintf(path, sizeof path, "/proc/sys/%s", name);
    write_file(path, value);
}

int kernel_namespace_current(void)
{
    int namespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (namespace < 0)
        kernel_bail_out("/proc/self/ns/net");
    return namespace;
}

int kernel_namespace_new(void)
{
    if (unshare(CLONE_NEWNET) != 0)
        kernel_bail_out("unshare");
    quieten();
    return kernel_namespace_current();
}

void kernel_namespace_enter(int namespace)
{
    if (setns(namespace, CLONE_NEWNET) != 0)
        kernel_bail_out("setns");
}

int kernel_tun(const char *name, bool vnet_hdr)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TUN | IFF_NO_PI)};
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        kernel_skip("/dev/net/tun cannot be opened: run as root");
    if (vnet_hdr)
        request.ifr_flags |= IFF_VNET_HDR;
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (ioctl(fd, TUNSETIFF, &request) != 0)
        kernel_bail_out("TUNSETIFF");
    if (vnet_hdr && ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM) != 0)
        kernel_bail_out("TUNSETOFFLOAD");
    kernel_run("ip link set %s up", name);
    return fd;
}

bool kernel_readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, GUARD_MS) == 1;
}
