/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-proxy: takes the connections that a waylay-router redirects to it,
 * answers them in the origin's name, and caches.
 *
 * Two processes (core/datapath/supervisor.h): the parent that cleans up, and the
 * worker that does everything.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/common/log.h"
#include "core/common/options.h"
#include "core/datapath/diversion.h"
#include "core/datapath/supervisor.h"
#include "core/datapath/sysctl.h"
#include "core/proxy/settings.h"
#include "core/proxy/worker.h"

struct program {
    struct way_options options;
    struct way_settings settings;
    struct way_diversion diversion;
    struct way_sysctls sysctls;
    bool *serving; /* shared by parent and worker: packets were being taken */
};

static int describe_diversion(struct program *program)
{
    struct way_diversion *diversion = &program->diversion;
    diversion->owner = WAY_DIVERSION_PROXY;
    diversion->deliver_locally = true;
    snprintf(diversion->device, sizeof diversion->device, "%s", program->settings.tun);
    const struct way_services *services = &program->settings.services;
    int error = 0;
    for (unsigned i = 0; i < program->settings.interface_count && !error; i++) {
        const char *interface = program->settings.interfaces[i];
        error = way_diversion_add_proxy(diversion, interface);
        for (unsigned s = 0; s < services->count && !error; s++)
            error = way_diversion_add_plain(diversion, interface, services->ports[s]);
    }
    return error;
}

/* Sets what the handshake needs of the kernel: no queue shorter than the bound on
 * held SYNs, no SYN cookies (their sockets have no saved SYN), and no check of
 * sources by the way back (the clients' come by the TUN). */
static int set_sysctls(struct program *program)
{
    const int held = (int)program->settings.held;
    const struct {
        const char *path;
        int least, value;
    } wanted[] = {{"net/core/somaxconn", held, held},
                  {"net/ipv4/tcp_max_syn_backlog", held, held},
                  {"net/ipv4/tcp_syncookies", 0, 0},
                  {"net/ipv4/conf/all/rp_filter", 0, 0}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int now = 0;
        int error = way_sysctl_get(wanted[i].path, &now);
        if (!error && wanted[i].least && now >= wanted[i].least)
            continue;
        if (!error)
            error = way_sysctls_change(&program->sysctls, wanted[i].path, wanted[i].value);
        if (error) {
            way_log(WAY_LOG_ERROR, "sysctl %s: %s%s", wanted[i].path, strerror(-error),
                    error == -EACCES || error == -EPERM ? " (run as root)" : "");
            return error;
        }
    }
    return 0;
}

static void clear(void *context)
{
    const struct program *program = context;
    way_diversion_clear(&program->diversion);
}

/* The worker died. Redirected packets would now reach the kernel as they are, which
 * answers them in the proxy's own name; so the filters stay, whose device is gone,
 * and such packets are lost until the next start. Nothing else is: the filters take
 * packets with options, and those to the services' ports, only. */
static void stay_closed(void *context)
{
    const struct program *program = context;
    if (!*program->serving) { /* it never began */
        clear(context);
        return;
    }
    way_diversion_remove_devices(&program->diversion);
    way_log(WAY_LOG_WARNING, "redirected packets are dropped until the next start (%s is gone)",
            program->diversion.device);
}

static int work(void *context)
{
    struct program *program = context;
    const struct way_worker_with with = {.settings = &program->settings,
                                         .diversion = &program->diversion,
                                         .counters = program->options.counters,
                                         .serving = program->serving};
    int result = way_worker_run(&with);
    way_sysctls_restore(&program->sysctls); /* the parent does so, too, unless it is dead */
    return result;
}

static int run(struct program *program)
{
    const struct way_supervised supervised = {.name = "waylay-proxy",
                                              .clear = clear,
                                              .close = stay_closed,
                                              .work = work,
                                              .context = program};
    int result = WAY_EXIT_FAILED;
    program->serving = mmap(NULL, sizeof *program->serving, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (program->serving == MAP_FAILED)
        way_log(WAY_LOG_ERROR, "out of memory");
    else if (set_sysctls(program) == 0)
        result = way_supervise(&supervised);
    way_sysctls_restore(&program->sysctls);
    return result;
}

int main(int argc, char **argv)
{
    static struct program program;
    char error[512];
    switch (way_options_read(argc, argv, "waylay-proxy", "the transparent caching proxy of Waylay",
                             &program.options)) {
    case WAY_OPTIONS_DONE:
        return WAY_EXIT_OK;
    case WAY_OPTIONS_WRONG:
        return WAY_EXIT_USAGE;
    default:
        break;
    }
    way_log_start("waylay-proxy", program.options.verbose);
    struct way_config *file =
        way_settings_read(program.options.config, &program.settings, error, sizeof error);
    if (!file) {
        fprintf(stderr, "%s\n", error);
        return WAY_EXIT_USAGE;
    }
    int result = WAY_EXIT_OK;
    if (describe_diversion(&program) != 0) {
        fprintf(stderr, "%s: too many interfaces\n", program.options.config);
        result = WAY_EXIT_USAGE;
    } else if (!program.options.check) {
        result = run(&program);
    }
    way_config_close(&file);
    return result;
}
