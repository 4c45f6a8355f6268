/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The waiting parent and its worker.
 */
#include "core/datapath/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"

enum {
    LOCK_TRIES = 100, /* a killed predecessor's worker may be cleaning up still */
    LOCK_WAIT_MS = 50
};

/* Binds the abstract address; it is free again when the last holder has died. */
static int bind_lock(int fd, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s/lock", name);
    return bind(fd, (struct sockaddr *)&address,
                (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length));
}

/* Returns the lock's descriptor, or a negative errno after logging. */
static int take_lock(const char *name)
{
    WAY_AUTO_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    for (int tries = 0; bind_lock(fd, name) != 0; tries++) {
        if (errno != EADDRINUSE || tries == LOCK_TRIES) {
            int error = errno;
            way_log(WAY_LOG_ERROR, "cannot start: %s",
                    error == EADDRINUSE ? "another one runs in this network namespace"
                                        : strerror(error));
            return -error;
        }
        nanosleep(&(struct timespec){.tv_nsec = LOCK_WAIT_MS * 1000000L}, NULL);
    }
    return WAY_TAKE_FD(fd);
}

static void block_signals(sigset_t *set)
{
    static const int ours[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        sigaddset(set, ours[i]);
    sigprocmask(SIG_BLOCK, set, NULL);
}

/* Whoever is left does what was asked for when the other dies. */
static void fail(const struct way_supervised *program)
{
    if (program->close)
        program->close(program->context);
    else
        program->clear(program->context);
}

/* The worker's whole life. SIGCHLD is given back; the parent's death is SIGTERM. */
static int run_worker(const struct way_supervised *program, pid_t parent)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &child, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
        return 1;
    int code = program->work(program->context);
    if (getppid() != parent) {
        way_log(WAY_LOG_WARNING, "the parent died: stopping");
        fail(program);
    }
    return code;
}

/* Waits for the worker, handing signals on. Returns its wait status; `asked`
 * says whether we had been asked to stop. */
static int wait_for_worker(const struct way_supervised *program, pid_t worker, const sigset_t *set,
                           bool *asked)
{
    int status;
    for (;;) {
        pid_t ended = waitpid(worker, &status, WNOHANG);
        if (ended == worker)
            return status;
        int signal_number = sigwaitinfo(set, NULL);
        if (signal_number == SIGUSR1) {
            kill(worker, SIGUSR1);
        } else if (signal_number == SIGTERM || signal_number == SIGINT || signal_number == SIGHUP) {
            if (!*asked && program->release)
                program->release(program->context);
            *asked = true;
            kill(worker, SIGTERM);
        }
    }
}

static int exit_code_of(int status, const char *name)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    way_log(WAY_LOG_ERROR, "the worker of %s was killed by signal %d (%s)", name, WTERMSIG(status),
            strsignal(WTERMSIG(status)));
    return 1;
}

int way_supervise(const struct way_supervised *program)
{
    WAY_AUTO_FD int lock = take_lock(program->name);
    if (lock < 0)
        return 1;
    sigset_t signals;
    block_signals(&signals);
    program->clear(program->context);
    pid_t parent = getpid();
    pid_t worker = fork();
    if (worker < 0) {
        way_log(WAY_LOG_ERROR, "cannot fork: %s", strerror(errno));
        return 1;
    }
    if (worker == 0)
        exit(run_worker(program, parent));
    bool asked = false;
    int status = wait_for_worker(program, worker, &signals, &asked);
    int code = exit_code_of(status, program->name);
    if (!asked && code != 0)
        fail(program);
    else
        program->clear(program->context);
    return code;
}
