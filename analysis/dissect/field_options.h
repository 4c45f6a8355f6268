/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Walking options: those of IPv4 and of TCP are built alike (a type, and but for the end and
 * NOP a length), and are told apart by their header alone. Internal to
 * analysis/dissect/field_*_options.c.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FIELD_OPTIONS_H
#define WAYLAY_ANALYSIS_DISSECT_FIELD_OPTIONS_H

#include "analysis/dissect/field_table.h"

enum { WAY_OPTION_END, WAY_OPTION_NOP };

struct way_option {
    const uint8_t *bytes; /* the whole option, type first */
    uint8_t type;
    uint8_t len; /* bytes, type and length octets included; 1 for NOP and the end */
};

/* Takes what the field asks for out of one option. Returns false when the option
 * is too short to hold it. */
typedef bool way_option_picker(const struct way_field_info *info, const struct way_option *option,
                               struct way_values *out);

/* Calls the picker for every option of the field's layer (IP or TCP), the End of Options last.
 * BROKEN where the options cannot be read to their end. */
enum way_presence way_options_walk(const struct way_field *field, const struct way_level *level,
                                   way_option_picker *pick, struct way_values *out);

/* The first option of that type, in the level's IPv4 header. ABSENT where there is none,
 * BROKEN where an option before it is. */
enum way_presence way_options_find(const struct way_level *level, uint8_t type,
                                   struct way_option *out);

/* Getters and pickers that both use: all options as they stand; of each one its type (with the
 * row's shift and mask), its length, its bytes (with `argument`: of that type alone); a
 * number at a fixed place of those of type `argument`. */
way_field_getter way_options_get_all;
way_option_picker way_pick_type, way_pick_len, way_pick_bytes, way_pick_fixed;

/* One getter a picker: what the rows name. */
#define WAY_WALKED(getter, pick)                                                                   \
    static enum way_presence getter(const struct way_field *field, const struct way_view *view,    \
                                    const struct way_level *level, struct way_values *out)         \
    {                                                                                              \
        (void)view;                                                                                \
        return way_options_walk(field, level, pick, out);                                          \
    }

#endif
