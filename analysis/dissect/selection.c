/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets of filters: compiled when a packet of a new link type comes, and then
 * asked through a sieve.
 */
#include "analysis/dissect/selection.h"

#include <assert.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/capture/source.h"
#include "analysis/dissect/field.h"
#include "analysis/dissect/filter_names.h"
#include "analysis/dissect/sieve.h"

enum { LINKS_MAX = 5 }; /* as many as there are in enum way_link_type */

struct filter {
    char *text;
    char *unfit; /* libpcap's words about a link type, or NULL */
};

/* All filters compiled for one link type. */
struct compiled {
    uint16_t link;
    struct bpf_program *programs; /* set->count */
    struct way_sieve *sieve;
};

struct way_selections {
    struct filter *filters;
    unsigned count, room;
    struct compiled links[LINKS_MAX];
    unsigned link_count;
    uint64_t *matched; /* what way_selections_run returns */
};

struct way_selections *way_selections_new(void)
{
    return calloc(1, sizeof(struct way_selections));
}

/* Copies the text with single spaces. NULL when memory lacks. */
static char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1), *to = copy;

    if (!copy)
        return NULL;
    for (; *text; text++) {
        bool space = strchr(" \t\r\n", *text);
        if (!space)
            *to++ = *text;
        else if (to != copy && to[-1] != ' ')
            *to++ = ' ';
    }
    if (to != copy && to[-1] == ' ')
        to--;
    *to = '\0';
    return copy;
}

/* Compiles for a link type. Returns false, with libpcap's words in `error`; the
 * program is then empty. */
static bool compile(const char *text, uint16_t link, struct bpf_program *program,
                    char error[WAY_SELECTION_ERROR_MAX])
{
    *program = (struct bpf_program){0};
    pcap_t *dead = pcap_open_dead(link, WAY_SOURCE_PACKET_MAX);
    if (!dead) {
        snprintf(error, WAY_SELECTION_ERROR_MAX, "out of memory");
        return false;
    }
    int outcome = pcap_compile(dead, program, text, 1, PCAP_NETMASK_UNKNOWN);
    if (outcome != 0) {
        snprintf(error, WAY_SELECTION_ERROR_MAX, "%s", pcap_geterr(dead));
        *program = (struct bpf_program){0};
    }
    pcap_close(dead);
    return outcome == 0;
}

static void forget_link(struct compiled *compiled, unsigned count)
{
    way_sieve_free(&compiled->sieve);
    for (unsigned i = 0; compiled->programs && i < count; i++)
        pcap_freecode(&compiled->programs[i]);
    free(compiled->programs);
    compiled->programs = NULL;
}

/* What was compiled is of no use once there is another filter. */
static void forget_links(struct way_selections *set)
{
    for (unsigned i = 0; i < set->link_count; i++)
        forget_link(&set->links[i], set->count);
    set->link_count = 0;
}

/* Makes room for one more filter. */
static bool grow(struct way_selections *set)
{
    if (set->count < set->room)
        return true;
    unsigned room = set->room ? 2 * set->room : 16;
    struct filter *filters = reallocarray(set->filters, room, sizeof *filters);
    if (!filters)
        return false;
    set->filters = filters;
    uint64_t *matched = reallocarray(set->matched, (room + 63) / 64, sizeof *matched);
    if (!matched)
        return false;
    set->matched = matched;
    set->room = room;
    return true;
}

/* Whether the filter can be used at all. */
static bool is_good(const char *text, char error[WAY_SELECTION_ERROR_MAX])
{
    struct bpf_program program;
    size_t at, len;

    if (way_filter_has_name(text, &at, &len)) {
        struct way_field field;
        bool is_field = way_field_find(text + at, len, &field);
        snprintf(error, WAY_SELECTION_ERROR_MAX, "found '%.*s', %s", (int)len, text + at,
                 is_field ? "which is a field: fields stand behind 'where' or 'with'"
                          : "expected a word of pcap-filter(7) or an address: names of hosts "
                            "are not looked up");
        return false;
    }
    if (!compile(text, WAY_LINK_ETHERNET, &program, error))
        return false;
    pcap_freecode(&program);
    return true;
}

int way_selections_add(struct way_selections *set, const char *filter,
                       char error[WAY_SELECTION_ERROR_MAX])
{
    char *text = copy_text(filter);

    for (unsigned i = 0; text && i < set->count; i++)
        if (strcmp(set->filters[i].text, text) == 0) {
            free(text);
            return (int)i;
        }
    if (!text || !grow(set) || set->count == WAY_SELECTIONS_MAX) {
        snprintf(error, WAY_SELECTION_ERROR_MAX, "%s",
                 text && set->count == WAY_SELECTIONS_MAX ? "too many filters" : "out of memory");
        free(text);
        return -1;
    }
    if (!is_good(text, error)) {
        free(text);
        return -1;
    }
    forget_links(set);
    set->filters[set->count] = (struct filter){.text = text};
    return (int)set->count++;
}

unsigned way_selections_count(const struct way_selections *set)
{
    return set->count;
}

const char *way_selections_text(const struct way_selections *set, unsigned number)
{
    assert(number < set->count);
    return set->filters[number].text;
}

/* Compiles all filters for a link type. Without memory, nothing can be judged. */
static const struct compiled *compile_link(struct way_selections *set, uint16_t link)
{
    assert(set->link_count < LINKS_MAX);
    struct compiled *compiled = &set->links[set->link_count];
    char error[WAY_SELECTION_ERROR_MAX];

    compiled->link = link;
    compiled->programs = calloc(set->count + 1UL, sizeof *compiled->programs);
    for (unsigned i = 0; compiled->programs && i < set->count; i++) {
        struct filter *filter = &set->filters[i];
        if (!compile(filter->text, link, &compiled->programs[i], error) && !filter->unfit)
            filter->unfit = strdup(error);
    }
    if (compiled->programs)
        compiled->sieve = way_sieve_new(link, compiled->programs, set->count);
    if (!compiled->sieve) {
        fputs("waylay: out of memory\n", stderr);
        abort();
    }
    set->link_count++;
    return compiled;
}

static const struct compiled *find_link(struct way_selections *set, uint16_t link)
{
    for (unsigned i = 0; i < set->link_count; i++)
        if (set->links[i].link == link)
            return &set->links[i];
    return compile_link(set, link);
}

const uint64_t *way_selections_run(struct way_selections *set, const struct way_record *record)
{
    static const uint64_t nothing;

    if (set->count == 0)
        return &nothing;
    way_sieve_run(find_link(set, record->link)->sieve, record, set->matched);
    return set->matched;
}

const char *way_selections_unfit(const struct way_selections *set, unsigned number)
{
    assert(number < set->count);
    return set->filters[number].unfit;
}

void way_selections_free(struct way_selections **set)
{
    if (!*set)
        return;
    forget_links(*set);
    for (unsigned i = 0; i < (*set)->count; i++) {
        free((*set)->filters[i].text);
        free((*set)->filters[i].unfit);
    }
    free((*set)->filters);
    free((*set)->matched);
    free(*set);
    *set = NULL;
}
