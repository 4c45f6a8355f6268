/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-origin: an origin server whose responses are scripted in the URL.
 *
 * The main thread reads the command line, starts one server a port, logs
 * `ready`, and waits for SIGTERM or SIGINT. The signals are blocked before the
 * first thread starts, so that they reach no other.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "config.h"
#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "core/common/options.h"
#include "emu/origin/server.h"
#include "emu/origin/verify.h"

static const char program[] = "waylay-origin";

enum { PORTS_MAX = 16 };

struct settings {
    struct sockaddr_in addresses[PORTS_MAX];
    unsigned count;
};

static const char description[] =
    "Serves http://ADDRESS:PORT/object/NAME with any of these keys as its query:\n"
    "  size=SIZE  seed=N  delay=TIME  status=CODE  header=NAME:VALUE  chunked=0|1\n"
    "  digest=0|1  abort_after=SIZE  abort=fin|rst\n"
    "SIZE is like 1000, 100k or 2MiB, TIME like 20ms. The body follows from NAME and seed,\n"
    "and `waylay-origin --verify '/object/NAME?size=SIZE' < BODY` says whether it is right.\n\n"
    "Exit codes: 0 all is well, 1 it failed or the body is wrong, 2 wrong command line.";

static int usage_error(const char *option, const char *value, const char *expected)
{
    fprintf(stderr, "%s: option '%s': found '%s', expected %s\n", program, option, value, expected);
    return WAY_EXIT_USAGE;
}

/* The list of --port: each becomes an address to listen on. */
static int read_ports(const char *text, const struct in_addr *address, struct settings *settings)
{
    g_auto(GStrv) ports = g_strsplit(text, ",", PORTS_MAX + 1);
    for (char **port = ports; *port; port++) {
        guint64 number;
        if (settings->count == PORTS_MAX ||
            !g_ascii_string_to_unsigned(*port, 10, 0, UINT16_MAX, &number, NULL))
            return usage_error("--port", text, "1 to 16 port numbers (0 to 65535), with commas");
        settings->addresses[settings->count++] = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = htons((uint16_t)number), .sin_addr = *address};
    }
    return settings->count > 0 ? WAY_EXIT_OK
                               : usage_error("--port", text, "at least one port number");
}

static int read_addresses(const char *address, const char *ports, struct settings *settings)
{
    struct in_addr parsed;
    if (inet_pton(AF_INET, address, &parsed) != 1)
        return usage_error("--address", address, "an IPv4 address like 10.0.3.2");
    return read_ports(ports, &parsed, settings);
}

static void stop_all(struct way_origin **origins, unsigned count, int stop_fd)
{
    if (eventfd_write(stop_fd, 1) < 0)
        way_log(WAY_LOG_ERROR, "cannot wake the delayed: %s", strerror(errno));
    for (unsigned i = 0; i < count; i++)
        way_origin_stop(&origins[i]);
}

static bool start_all(const struct settings *settings, struct way_origin **origins,
                      unsigned *started, int stop_fd)
{
    for (unsigned i = 0; i < settings->count; i++) {
        const struct sockaddr_in *at = &settings->addresses[i];
        char address[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &at->sin_addr, address, sizeof address);
        origins[i] = way_origin_start(at, stop_fd);
        if (!origins[i]) {
            way_log(WAY_LOG_ERROR, "cannot listen on %s:%u: %s", address, ntohs(at->sin_port),
                    strerror(errno));
            return false;
        }
        *started = i + 1;
        way_log(WAY_LOG_INFO, "listening on %s:%u", address, way_origin_port(origins[i]));
    }
    return true;
}

static int serve(const struct settings *settings)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    WAY_AUTO_FD int stop_fd = eventfd(0, EFD_CLOEXEC);
    if (stop_fd < 0) {
        way_log(WAY_LOG_ERROR, "cannot make an eventfd: %s", strerror(errno));
        return WAY_EXIT_FAILED;
    }
    struct way_origin *origins[PORTS_MAX] = {NULL};
    unsigned started = 0;
    bool is_ready = start_all(settings, origins, &started, stop_fd);
    if (is_ready) {
        way_log(WAY_LOG_INFO, "ready");
        int caught;
        sigwait(&ends, &caught);
        way_log(WAY_LOG_INFO, "stopping: %s", strsignal(caught));
    }
    stop_all(origins, started, stop_fd);
    return is_ready ? WAY_EXIT_OK : WAY_EXIT_FAILED;
}

/* The strings are g_malloc's and freed by free_command_line. */
struct command_line {
    char *address, *ports, *target;
    gboolean show_version, verbose;
};

static void free_command_line(struct command_line *c)
{
    g_free(c->address);
    g_free(c->ports);
    g_free(c->target);
}

static int read_command_line(int argc, char **argv, struct command_line *c)
{
    const GOptionEntry entries[] = {
        {"address", 'a', 0, G_OPTION_ARG_STRING, &c->address,
         "Listen on this address (default: all)", "ADDRESS"},
        {"port", 'p', 0, G_OPTION_ARG_STRING, &c->ports, "Ports to listen on; 0: any", "N[,N...]"},
        {"verify", 0, 0, G_OPTION_ARG_STRING, &c->target,
         "Verify the body on standard input, and exit", "PATH"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &c->verbose, "Log details too", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &c->show_version, "Show the version, and exit", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- an HTTP origin for tests");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "%s: %s\n", program, error->message);
        return WAY_EXIT_USAGE;
    }
    return argc > 1 ? usage_error("(none)", argv[1], "no further arguments") : WAY_EXIT_OK;
}

static int run(const struct command_line *c)
{
    if (c->show_version) {
        printf("%s %s\n", program, PACKAGE_VERSION);
        return WAY_EXIT_OK;
    }
    if (c->target)
        return way_verify(c->target, stdin, stdout);
    if (!c->ports)
        return usage_error("--port", "", "the ports to listen on, like 80 or 80,8080");
    struct settings settings = {.count = 0};
    int wrong = read_addresses(c->address ? c->address : "0.0.0.0", c->ports, &settings);
    if (wrong != WAY_EXIT_OK)
        return wrong;
    way_log_start(program, c->verbose);
    return serve(&settings);
}

int main(int argc, char **argv)
{
    WAY_AUTO(free_command_line) struct command_line c = {NULL, NULL, NULL, FALSE, FALSE};
    int wrong = read_command_line(argc, argv, &c);
    return wrong != WAY_EXIT_OK ? wrong : run(&c);
}
