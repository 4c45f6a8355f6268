/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a capture once, evaluates selections and fields, and says how long it took:
 *
 *     bench-read CAPTURE SELECTIONS [FIELD...]
 *
 * SELECTIONS is how many of the filters below are evaluated (0 to 50). Fields are
 * read of every packet that any of them selects (of every packet, if there are
 * none); those that need the packets before have them followed. Prints packets,
 * seconds, packets a second, peak memory in MiB, and what was selected and read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/capture/source.h"
#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "analysis/dissect/selection.h"

enum { FIELDS_MAX = 16, FILTERS_MAX = 50, WRITTEN = 10 };

/* As expectations have them; further ones are made of other addresses and ports. */
static const char *const filters[WRITTEN] = {
    "src host 10.0.1.2 and tcp dst port 80",
    "dst host 10.0.1.2",
    "src host 10.100.0.1 and src port 80 and tcp[tcpflags] & (tcp-syn|tcp-ack) = (tcp-syn|tcp-ack)",
    "tcp[tcpflags] & tcp-rst != 0",
    "ip[0] & 0xf > 5 and dst host 10.100.0.2",
    "icmp",
    "arp",
    "udp port 53 and host 10.0.2.7",
    "tcp port 80 and net 10.100.0.0/29",
    "tcp and src portrange 40000-40100 and dst host 10.100.0.3",
};

static void add_filters(struct way_selections *set, int count)
{
    for (int i = 0; i < count; i++) {
        char made[128], error[WAY_SELECTION_ERROR_MAX];
        snprintf(made, sizeof made, "src host 10.0.2.%d and tcp dst port %d", i, 40000 + i);
        if (way_selections_add(set, i < WRITTEN ? filters[i] : made, error) < 0) {
            fprintf(stderr, "bench-read: %s\n", error);
            exit(2);
        }
    }
}

static double now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* The peak of our own memory. (What getrusage says begins with that of the parent.) */
static long peak_mib(void)
{
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    long kib = 0;

    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (status)
        fclose(status);
    return kib / 1024;
}

struct bench {
    struct way_source *source;
    struct way_selections *set;
    struct way_flows *flows;
    struct way_field fields[FIELDS_MAX];
    int field_count;
    unsigned long packets, selected, values;
};

static void read_all(struct bench *bench)
{
    static struct way_view view;
    static struct way_values values;
    static struct way_record record;
    unsigned filters_count = way_selections_count(bench->set);

    while (way_source_next(bench->source, &record) == WAY_SOURCE_PACKET) {
        const uint64_t *matched = way_selections_run(bench->set, &record);
        unsigned long hits = (unsigned long)__builtin_popcountll(matched[0]);
        bench->packets++;
        bench->selected += hits;
        way_view_begin(&view, &record);
        if (bench->flows)
            way_flows_see(bench->flows, &view);
        for (int i = 0; i < bench->field_count && (hits || filters_count == 0); i++) {
            way_field_get(&bench->fields[i], &view, &values);
            bench->values += values.count;
        }
    }
}

/* Opens everything; returns an exit code. */
static int set_up(struct bench *bench, int argc, char **argv)
{
    char error[WAY_SOURCE_ERROR_MAX];
    enum way_field_needs needs = WAY_NEEDS_PACKET;

    bench->source = way_source_open(argv[1], error);
    bench->set = way_selections_new();
    if (!bench->source || !bench->set) {
        fprintf(stderr, "bench-read: %s\n", bench->set ? error : "out of memory");
        return 2;
    }
    int count = (int)strtol(argv[2], NULL, 10);
    add_filters(bench->set, count < FILTERS_MAX ? count : FILTERS_MAX);
    for (int i = 3; i < argc && i - 3 < FIELDS_MAX; i++) {
        struct way_field *field = &bench->fields[bench->field_count++];
        if (!way_field_find(argv[i], strlen(argv[i]), field)) {
            fprintf(stderr, "bench-read: no field '%s'\n", argv[i]);
            return 2;
        }
        if (field->info->needs > needs)
            needs = field->info->needs;
    }
    if (needs != WAY_NEEDS_PACKET)
        bench->flows = way_flows_new(needs, NULL);
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench bench;

    if (argc < 3) {
        fputs("usage: bench-read CAPTURE SELECTIONS [FIELD...]\n", stderr);
        return 2;
    }
    int wrong = set_up(&bench, argc, argv);
    if (wrong)
        return wrong;
    double begin = now(CLOCK_MONOTONIC), begin_cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    read_all(&bench);
    double took = now(CLOCK_MONOTONIC) - begin, cpu = now(CLOCK_PROCESS_CPUTIME_ID) - begin_cpu;
    printf("%lu packets in %.2f s (%.2f s of processor), %.2f million a second of processor, "
           "%ld MiB, %lu selected, %lu values\n",
           bench.packets, took, cpu, (double)bench.packets / cpu / 1e6, peak_mib(), bench.selected,
           bench.values);
    way_flows_free(&bench.flows);
    way_selections_free(&bench.set);
    way_source_close(&bench.source);
    return 0;
}
