/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Building the tables from gates, and the look-ups.
 */
#include "analysis/dissect/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/dissect/gate.h"

enum { CLASS_VALUES_MAX = 16, TABLES_MAX = 64, WORD = 64 };

/* From an atom's value to the programs that it lets pass. Row 0 is for every value
 * without a row of its own, and for packets without the place. */
struct table {
    struct way_atom atom;
    unsigned rows;
    uint64_t *bits;     /* rows * words */
    uint32_t *values;   /* of the rows from 1 on: values[row - 1] */
    uint16_t *slots;    /* row by hashed value (open addressing); by the value for bytes */
    unsigned slot_bits; /* log2 of the number of slots */
};

struct class
{
    uint64_t *base;  /* programs that accept any packet of this class */
    uint64_t *exact; /* those of them whose gates decide */
    unsigned table_count;
    struct table tables[TABLES_MAX];
};

struct way_sieve {
    const struct bpf_program *programs;
    unsigned count, words;
    struct way_atom atom; /* by which a packet's class is found */
    unsigned class_count; /* the last one is that of all other values */
    uint32_t class_values[CLASS_VALUES_MAX];
    struct class *classes[CLASS_VALUES_MAX + 1];
};

static struct way_atom class_atom(uint16_t link)
{
    switch (link) {
    case WAY_LINK_ETHERNET:
        return (struct way_atom){{.offset = 12, .size = 2}, 0xffff};
    case WAY_LINK_SLL:
        return (struct way_atom){{.offset = 14, .size = 2}, 0xffff};
    case WAY_LINK_SLL2:
        return (struct way_atom){{.offset = 0, .size = 2}, 0xffff};
    default: /* IP's version */
        return (struct way_atom){{.offset = 0, .size = 1}, 0xf0};
    }
}

static inline uint64_t bit_of(unsigned program)
{
    return UINT64_C(1) << program % WORD;
}

static inline unsigned hash(const struct table *table, uint32_t value)
{
    return table->slot_bits ? value * UINT32_C(2654435769) >> (32 - table->slot_bits) : 0;
}

/* Reads the place; false when the packet ends before. */
static inline bool read_place(const struct way_record *record, const struct way_place *place,
                              uint32_t *value)
{
    size_t at = place->offset;

    if (place->behind) {
        if (place->base >= record->len)
            return false;
        at += 4 * (size_t)(record->bytes[place->base] & 0xf);
    }
    if (at + place->size > record->len)
        return false;
    const uint8_t *bytes = record->bytes + at;
    if (place->size == 1)
        *value = bytes[0];
    else if (place->size == 2)
        *value = (uint32_t)bytes[0] << 8 | bytes[1];
    else
        *value = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
                 bytes[3];
    return true;
}

/* The row of a value. */
static inline unsigned find_row(const struct table *table, uint32_t value)
{
    if (table->atom.place.size == 1)
        return table->slots[value];
    unsigned mask = (1U << table->slot_bits) - 1;
    for (unsigned slot = hash(table, value);; slot = (slot + 1) & mask) {
        unsigned row = table->slots[slot];
        if (row == 0 || table->values[row - 1] == value)
            return row;
    }
}

/* Adds a row for the value, unless there is one. Slots must have room. */
static void add_row(struct table *table, uint32_t value)
{
    if (find_row(table, value))
        return;
    unsigned mask = (1U << table->slot_bits) - 1;
    unsigned slot = table->atom.place.size == 1 ? value : hash(table, value);
    while (table->slots[slot])
        slot = (slot + 1) & mask;
    table->values[table->rows - 1] = value;
    table->slots[slot] = (uint16_t)table->rows++;
}

static struct table *find_table(struct class *class, const struct way_atom *atom)
{
    for (unsigned i = 0; i < class->table_count; i++)
        if (way_atom_equal(&class->tables[i].atom, atom))
            return &class->tables[i];
    return NULL;
}

static const struct way_gate *find_gate(const struct way_gates *gates, const struct way_atom *atom)
{
    for (unsigned i = 0; i < gates->count; i++)
        if (way_atom_equal(&gates->gates[i].atom, atom))
            return &gates->gates[i];
    return NULL;
}

/* Gives the atom a table in the class whose rows have all values of all gates. */
static bool make_table(const struct way_sieve *sieve, struct class *class,
                       const struct way_atom *atom, const struct way_gates *gates)
{
    enum { ROWS_MAX = 30000 };
    struct table *table = &class->tables[class->table_count];
    size_t values = 0;

    for (unsigned i = 0; i < sieve->count; i++) {
        const struct way_gate *gate = find_gate(&gates[i], atom);
        values += gate ? gate->count : 0;
    }
    if (atom->place.size == 1)
        values = values < 256 ? values : 256;
    if (values > ROWS_MAX) /* no table: the programs are run instead */
        return true;
    *table = (struct table){.atom = *atom, .rows = 1, .slot_bits = 8};
    while ((size_t)1 << table->slot_bits < 2 * values)
        table->slot_bits++;
    table->slots = calloc((size_t)1 << table->slot_bits, sizeof *table->slots);
    table->values = calloc(values + 1, sizeof *table->values);
    table->bits = calloc((values + 1) * sieve->words, sizeof *table->bits);
    class->table_count++; /* so that it is freed */
    if (!table->slots || !table->values || !table->bits)
        return false;
    for (unsigned i = 0; i < sieve->count; i++) {
        const struct way_gate *gate = find_gate(&gates[i], atom);
        for (unsigned v = 0; gate && v < gate->count; v++)
            add_row(table, gate->values[v]);
    }
    return true;
}

/* Sets the program's bit in the rows that let it pass. */
static void fill_table(const struct way_sieve *sieve, struct table *table, unsigned program,
                       const struct way_gates *gates)
{
    const struct way_gate *gate = find_gate(gates, &table->atom);
    uint64_t *bits = table->bits + program / WORD;

    if (!gate)
        for (unsigned row = 0; row < table->rows; row++)
            bits[(size_t)row * sieve->words] |= bit_of(program);
    for (unsigned v = 0; gate && v < gate->count; v++)
        bits[(size_t)find_row(table, gate->values[v]) * sieve->words] |= bit_of(program);
}

/* Whether all of the program's gates have a table. */
static bool all_tables(struct class *class, const struct way_gates *gates)
{
    for (unsigned i = 0; i < gates->count; i++)
        if (!find_table(class, &gates->gates[i].atom))
            return false;
    return true;
}

static bool fill_class(const struct way_sieve *sieve, struct class *class,
                       const struct way_gates *gates)
{
    for (unsigned i = 0; i < sieve->count; i++)
        for (unsigned g = 0; g < gates[i].count; g++) {
            const struct way_atom *atom = &gates[i].gates[g].atom;
            if (!find_table(class, atom) && class->table_count < TABLES_MAX &&
                !make_table(sieve, class, atom, gates))
                return false;
        }
    for (unsigned i = 0; i < sieve->count; i++) {
        if (gates[i].never)
            continue;
        class->base[i / WORD] |= bit_of(i);
        if (gates[i].exact && all_tables(class, &gates[i]))
            class->exact[i / WORD] |= bit_of(i);
        for (unsigned t = 0; t < class->table_count; t++)
            fill_table(sieve, &class->tables[t], i, &gates[i]);
    }
    return true;
}

static struct class *class_new(const struct way_sieve *sieve, const struct way_class *assumed)
{
    struct class *class = calloc(1, sizeof *class);
    struct way_gates *gates = calloc(sieve->count + 1UL, sizeof *gates);
    bool made = class && gates;

    if (made) {
        class->base = calloc(sieve->words + 1UL, sizeof *class->base);
        class->exact = calloc(sieve->words + 1UL, sizeof *class->exact);
        made = class->base && class->exact;
    }
    for (unsigned i = 0; made && i < sieve->count; i++) {
        const struct bpf_program *program = &sieve->programs[i];
        if (program->bf_len)
            way_gates_find(program->bf_insns, program->bf_len, assumed, &gates[i]);
        else
            gates[i].never = true;
    }
    made = made && fill_class(sieve, class, gates);
    free(gates);
    if (!made) {
        free(class); /* what hangs on it is lost only when memory is */
        return NULL;
    }
    return class;
}

struct way_sieve *way_sieve_new(uint16_t link, const struct bpf_program *programs, unsigned count)
{
    struct way_sieve *sieve = calloc(1, sizeof *sieve);

    if (!sieve)
        return NULL;
    sieve->programs = programs;
    sieve->count = count;
    sieve->words = (count + WORD - 1) / WORD;
    sieve->atom = class_atom(link);
    unsigned values = 0;
    for (unsigned i = 0; i < count; i++)
        values = way_gates_values(programs[i].bf_insns, programs[i].bf_len, &sieve->atom,
                                  sieve->class_values, values, CLASS_VALUES_MAX);
    for (unsigned i = 0; i <= values; i++) {
        struct way_class assumed = {.atom = sieve->atom,
                                    .other = i == values,
                                    .value = i < values ? sieve->class_values[i] : 0,
                                    .values = sieve->class_values,
                                    .count = values};
        sieve->classes[i] = class_new(sieve, &assumed);
        if (!sieve->classes[i]) {
            way_sieve_free(&sieve);
            return NULL;
        }
        sieve->class_count++;
    }
    return sieve;
}

static bool run_one(const struct way_sieve *sieve, unsigned program,
                    const struct way_record *record)
{
    const struct bpf_program *code = &sieve->programs[program];

    return code->bf_len &&
           bpf_filter(code->bf_insns, record->bytes, record->wire_len, record->len) != 0;
}

/* Runs the programs whose bits are set, and clears the bits of those that refuse. */
static uint64_t run_some(const struct way_sieve *sieve, unsigned word, uint64_t candidates,
                         const struct way_record *record)
{
    uint64_t matched = 0;

    while (candidates) {
        unsigned bit = (unsigned)__builtin_ctzll(candidates);
        candidates &= candidates - 1;
        if (run_one(sieve, word * WORD + bit, record))
            matched |= UINT64_C(1) << bit;
    }
    return matched;
}

static const struct class *find_class(const struct way_sieve *sieve, uint32_t value)
{
    unsigned i = 0, last = sieve->class_count - 1;

    value &= sieve->atom.mask;
    while (i < last && sieve->class_values[i] != value)
        i++;
    return sieve->classes[i];
}

static inline const uint64_t *look_up(const struct way_sieve *sieve, const struct table *table,
                                      const struct way_record *record)
{
    uint32_t value;
    unsigned row = 0;

    if (read_place(record, &table->atom.place, &value))
        row = find_row(table, value & table->atom.mask);
    return table->bits + (size_t)row * sieve->words;
}

void way_sieve_run(const struct way_sieve *sieve, const struct way_record *record,
                   uint64_t *matched)
{
    uint32_t value;

    if (!read_place(record, &sieve->atom.place, &value)) {
        for (unsigned word = 0; word < sieve->words; word++) {
            unsigned left = sieve->count - word * WORD;
            matched[word] =
                run_some(sieve, word, left < WORD ? bit_of(left) - 1 : UINT64_MAX, record);
        }
        return;
    }
    const struct class *class = find_class(sieve, value);
    if (sieve->words == 1) { /* the common case, in a register */
        uint64_t candidates = class->base[0];
        for (unsigned t = 0; t < class->table_count && candidates; t++)
            candidates &= look_up(sieve, &class->tables[t], record)[0];
        matched[0] = (candidates & class->exact[0]) |
                     run_some(sieve, 0, candidates & ~class->exact[0], record);
        return;
    }
    memcpy(matched, class->base, sieve->words * sizeof *matched);
    for (unsigned t = 0; t < class->table_count; t++) {
        const uint64_t *row = look_up(sieve, &class->tables[t], record);
        for (unsigned word = 0; word < sieve->words; word++)
            matched[word] &= row[word];
    }
    for (unsigned word = 0; word < sieve->words; word++)
        matched[word] = (matched[word] & class->exact[word]) |
                        run_some(sieve, word, matched[word] & ~class->exact[word], record);
}

static void class_free(struct class *class)
{
    for (unsigned t = 0; t < class->table_count; t++) {
        free(class->tables[t].bits);
        free(class->tables[t].values);
        free(class->tables[t].slots);
    }
    free(class->base);
    free(class->exact);
    free(class);
}

void way_sieve_free(struct way_sieve **sieve)
{
    if (!*sieve)
        return;
    for (unsigned i = 0; i < (*sieve)->class_count; i++)
        class_free((*sieve)->classes[i]);
    free(*sieve);
    *sieve = NULL;
}
