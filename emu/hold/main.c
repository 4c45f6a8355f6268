/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-hold: holds the namespaces of many nodes, each in a small process.
 *
 * A node of an emulated network is a network and a mount namespace, and these
 * last as long as a process is in them. Mininet keeps a shell in each; this
 * program keeps a fork of itself, which costs a fraction of that. It is started
 * once, asked for nodes on standard input, and ends, with all that it holds,
 * when its standard input does or at SIGTERM: so nothing of a network outlives the
 * script that made it, however that ended. A node is given back by killing its
 * process.
 *
 *     request, one line:   NAME [ TAB VERB TAB WORD TAB WORD ]...
 *     answer, one line:    NAME TAB PID    or    NAME TAB ! TAB what went wrong
 *
 *     VERB        WORDs            in the node
 *     sysctl      KEY VALUE        write VALUE to /proc/sys/KEY (slashes, no dots)
 *     bind        SOURCE TARGET    show the file SOURCE in place of TARGET
 *     mount       TYPE TARGET      mount a file system
 *     try-mount   TYPE TARGET      the same; that it cannot be is no error
 *
 * Every node has its loopback up and a /sys of its own. Nodes are made side by
 * side, so answers come in any order; each is written with one write. The
 * process's title is `waylay-hold mininet:NAME`, as far as there is room: the
 * first argument, of any content, is that room.
 */
#define _GNU_SOURCE /* unshare */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "core/common/cleanup.h"
#include "core/common/options.h"

static const char program[] = "waylay-hold";

enum { ANSWER_MAX = 512 }; /* below PIPE_BUF: answers do not mix */

/* Where the title goes: the bytes of the first argument, and their number. */
struct room {
    char *at;
    size_t size;
};

/* Each returns 0 or -errno. */
static int write_sysctl(const char *key, const char *value)
{
    char path[256];
    if (snprintf(path, sizeof path, "/proc/sys/%s", key) >= (int)sizeof path)
        return -ENAMETOOLONG;
    WAY_AUTO_FILE FILE *file = fopen(path, "we");
    if (!file)
        return -errno;
    return fputs(value, file) < 0 || fflush(file) != 0 ? -errno : 0;
}

static int bind_file(const char *source, const char *target)
{
    return mount(source, target, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static int mount_kind(const char *kind, const char *target)
{
    return mount(kind, target, kind, 0, NULL) < 0 ? -errno : 0;
}

static int try_mount(const char *kind, const char *target)
{
    (void)mount_kind(kind, target);
    return 0;
}

static const struct verb {
    const char *name;
    int (*act)(const char *first, const char *second);
} verbs[] = {
    {"sysctl", write_sysctl},
    {"bind", bind_file},
    {"mount", mount_kind},
    {"try-mount", try_mount},
};

static int raise_loopback(void)
{
    WAY_AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    return ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

static int own_namespaces(void)
{
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0)
        return -errno;
    /* What is mounted here stays here; what others mount later is not followed. */
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    return mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ? -errno : 0;
}

static void answer(const char *name, const char *what, int error)
{
    char line[ANSWER_MAX];
    int length = error ? snprintf(line, sizeof line, "%s\t!\t%s: %s\n", name, what, strerror(error))
                       : snprintf(line, sizeof line, "%s\t%ld\n", name, (long)getpid());
    if (length >= (int)sizeof line) {
        length = sizeof line;
        line[length - 1] = '\n';
    }
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(WAY_EXIT_FAILED);
}

/* Carries out the verbs of a request, cut at its tabs; says which one failed. */
static int act_all(char *words, const char **what)
{
    char *rest = NULL;
    for (char *name = strtok_r(words, "\t", &rest); name; name = strtok_r(NULL, "\t", &rest)) {
        const char *first = strtok_r(NULL, "\t", &rest);
        const char *second = strtok_r(NULL, "\t", &rest);
        int result = -EINVAL;
        *what = first ? first : name;
        for (size_t i = 0; second && i < sizeof verbs / sizeof *verbs; i++)
            if (strcmp(name, verbs[i].name) == 0)
                result = verbs[i].act(first, second);
        if (result < 0)
            return result;
    }
    return 0;
}

static void show_title(const char *name, struct room room)
{
    char short_name[16]; /* the kernel's bound */
    (void)snprintf(short_name, sizeof short_name, "hold:%s", name);
    (void)prctl(PR_SET_NAME, short_name);
    if (room.size == 0)
        return;
    /* ps reads this memory: the end of the old text must not show behind the new. */
    memset(room.at, 0, room.size);
    (void)snprintf(room.at, room.size, "mininet:%s", name);
}

/* A child must not meet SIGTERM while it still has its parent's handler. */
static void hold_back_term(int how)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    (void)sigprocmask(how, &term, NULL);
}

/* The life of a node's process. `line` is the request. Does not return. */
__attribute__((noreturn)) static void hold(char *line, pid_t parent, struct room room)
{
    char *verbs_at = strchr(line, '\t');
    if (verbs_at)
        *verbs_at++ = '\0';
    const char *what = "namespaces";
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(WAY_EXIT_FAILED);
    (void)signal(SIGTERM, SIG_DFL);
    hold_back_term(SIG_UNBLOCK);
    show_title(line, room);
    int result = own_namespaces();
    if (result == 0) {
        what = "loopback";
        result = raise_loopback();
    }
    if (result == 0 && verbs_at)
        result = act_all(verbs_at, &what);
    answer(line, what, -result);
    /* An answer given, nobody needs the pipes; a reader of them sees their end. */
    (void)close(STDIN_FILENO);
    (void)close(STDOUT_FILENO);
    if (result < 0)
        _exit(WAY_EXIT_FAILED);
    for (;;)
        pause();
}

static void stop(int number)
{
    (void)number;
    (void)close(STDIN_FILENO); /* the reading of requests ends */
}

/* Kills all nodes, and returns when they are gone. */
static void end_all(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)kill(0, SIGTERM); /* the group: this process and its nodes, */
    (void)kill(0, SIGCONT); /* stopped ones too */
    while (wait(NULL) > 0 || errno == EINTR)
        ;
}

static int serve(struct room room)
{
    /* A session of its own: the terminal's Ctrl-C is for the script. It fails for
     * the leader of a group, whose group is its own already. */
    if (setsid() < 0 && getpgrp() != getpid()) {
        perror(program);
        return WAY_EXIT_FAILED;
    }
    (void)signal(SIGCHLD, SIG_IGN); /* nodes that are killed are reaped at once */
    const struct sigaction on_term = {.sa_handler = stop}; /* no SA_RESTART: a read ends */
    (void)sigaction(SIGTERM, &on_term, NULL);
    WAY_AUTO_FREE char *line = NULL;
    size_t size = 0;
    ssize_t length;
    const pid_t self = getpid();
    while ((length = getline(&line, &size, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        hold_back_term(SIG_BLOCK);
        pid_t child = fork();
        const int error = errno;
        if (child == 0)
            hold(line, self, room);
        hold_back_term(SIG_UNBLOCK);
        line[strcspn(line, "\t")] = '\0'; /* the name alone */
        if (child < 0)
            answer(line, "fork", error);
    }
    end_all();
    return WAY_EXIT_OK;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("%s %s\n", program, PACKAGE_VERSION);
        return WAY_EXIT_OK;
    }
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        fprintf(stderr,
                "usage: %s [ROOM]\nHolds the namespaces of nodes that standard input asks for;\n"
                "started by Waylay's Mininet classes. See emu/hold/main.c for the protocol.\n",
                program);
        return WAY_EXIT_USAGE;
    }
    struct room room = {argc == 2 ? argv[1] : NULL, argc == 2 ? strlen(argv[1]) : 0};
    return serve(room);
}
