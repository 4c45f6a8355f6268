/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An index over a select's kept packets, made when it is first asked for.
 */
#include "analysis/judge/meant.h"

#include <stdlib.h>

#include "analysis/lang/memory.h"

struct way_index {
    struct way_term *own, *asked; /* the two sides of the comparison; NULL: there is none */
    struct way_joined *joined;
    size_t count;
};

static int compare_joined(const void *left, const void *right)
{
    const struct way_joined *a = left, *b = right;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

void way_joined_sort(struct way_joined *joined, size_t count)
{
    qsort(joined, count, sizeof *joined, compare_joined);
}

/* Whether equal values of the sort, and only these, have equal keys. */
static bool is_exact(enum way_sort sort)
{
    switch (sort) {
    case WAY_SORT_NUMBER:
    case WAY_SORT_BOOL:
    case WAY_SORT_ADDRESS:
    case WAY_SORT_MAC:
    case WAY_SORT_BYTES:
    case WAY_SORT_STRING:
        return true;
    default:
        return false;
    }
}

static bool is_single(const struct way_term *term)
{
    return !term->many && !term->is_truth && term->kind != WAY_TERM_DATUM &&
           term->kind != WAY_TERM_GATHER && is_exact(term->sort);
}

/* The part of the condition that must hold and compares as above; NULL: there is none. */
static const struct way_term *find_equality(const struct way_term *term)
{
    if (term->kind == WAY_TERM_AND) {
        const struct way_term *left = find_equality(term->kids[0]);
        return left ? left : find_equality(term->kids[1]);
    }
    if (term->kind != WAY_TERM_EQUAL || term->each != WAY_WHOLE || term->kids[2] ||
        term->relative > 0)
        return NULL;
    const struct way_term *a = term->kids[0], *b = term->kids[1];
    const uint64_t not_asked = WAY_SLOTS_SELF | WAY_SLOTS_LATE;
    bool sides = (a->slots == WAY_SLOTS_SELF && !(b->slots & not_asked)) ||
                 (b->slots == WAY_SLOTS_SELF && !(a->slots & not_asked));
    return sides && is_single(a) && is_single(b) && a->sort == b->sort ? term : NULL;
}

static void fill(struct way_pass *pass, const struct way_kept_list *list, struct way_index *index)
{
    index->joined = way_memory_array(list->count, sizeof *index->joined);
    for (size_t i = 0; i < list->count; i++) {
        uint64_t key;
        way_pass_put(pass, WAY_SLOT_SELF, list->items[i]);
        if (way_key_of(pass, &index->own, 1, &key))
            index->joined[index->count++] = (struct way_joined){key, i};
    }
    way_joined_sort(index->joined, index->count);
}

static struct way_index *index_of(struct way_pass *pass, const struct way_select *select)
{
    struct way_select_state *state = &pass->states[select->number];

    if (state->index)
        return state->index;
    struct way_index *index = state->index = way_memory_array(1, sizeof *index);
    const struct way_term *equality = find_equality(select->late);
    if (!equality)
        return index;
    bool first = equality->kids[0]->slots == WAY_SLOTS_SELF;
    index->own = equality->kids[first ? 0 : 1];
    index->asked = equality->kids[first ? 1 : 0];
    fill(pass, &state->kept, index);
    return index;
}

/* The first that has the key and stands at `at` or behind it, or has a greater key. */
static size_t first_of(const struct way_index *index, uint64_t key, size_t at)
{
    const struct way_joined wanted = {key, at};
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_joined(&index->joined[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct way_meant way_meant_in(struct way_pass *pass, const struct way_select *select, size_t first,
                              size_t end)
{
    struct way_meant all = {.first = first, .count = end > first ? end - first : 0};
    struct way_index *index = select->late && all.count ? index_of(pass, select) : NULL;
    uint64_t key;

    if (!index || !index->own)
        return all;
    if (!way_key_of(pass, &index->asked, 1, &key)) /* unknown: nothing is equal to that */
        return (struct way_meant){.joined = index->joined};
    size_t from = first_of(index, key, first);
    return (struct way_meant){
        .joined = index->joined, .first = from, .count = first_of(index, key, end) - from};
}

struct way_meant way_meant_of(struct way_pass *pass, const struct way_select *select)
{
    size_t first, end;

    way_window_range(pass, select, &first, &end);
    return way_meant_in(pass, select, first, end);
}

void way_meant_free(struct way_select_state *state)
{
    if (state->index)
        free(state->index->joined);
    free(state->index);
    state->index = NULL;
}
