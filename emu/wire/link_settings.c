/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of one link: its name, its ends, and its two directions.
 *
 * The keys `both` and `from` are read last, wherever they stand: the nodes must
 * be known, and the first must come under the second.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/frame.h"
#include "emu/wire/settings.h"

/* The object of a link's table. */
struct reading {
    struct way_link_settings *link;
    struct way_materials *materials;
    unsigned ends;
};

int way_wire_name(struct way_config_at at, void *target, const void *limits)
{
    const char *text = way_config_text(at);
    size_t length = text ? strlen(text) : 0;
    bool fine = length > 0 && length <= WAY_WIRE_NAME_MAX && isalnum((unsigned char)text[0]);
    (void)limits;
    for (size_t i = 0; fine && i < length; i++)
        fine = isalnum((unsigned char)text[i]) || strchr("_-.", text[i]);
    if (!fine)
        return way_config_refuse(at, "a name of 1 to %d letters, digits, '_', '-', '.'",
                                 WAY_WIRE_NAME_MAX);
    memcpy(target, text, length + 1);
    return 0;
}

int way_link_end(const struct way_link_settings *link, const char *node)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(link->ends[i].node, node) == 0)
            return i;
    return -1;
}

/* ---- ends ---- */

bool way_end_shares(const struct way_end_settings *a, const struct way_end_settings *b)
{
    return strcmp(a->interface, b->interface) == 0 &&
           strcmp(a->netns ? a->netns : "", b->netns ? b->netns : "") == 0;
}

static int read_netns(struct way_config_at at, void *target, const void *limits)
{
    struct way_end_settings *end = target;
    const char *path;
    if (way_config_string(at, &path, limits) != 0)
        return -1;
    end->netns = strdup(path);
    return end->netns ? 0 : way_config_refuse(at, "a path that fits into memory");
}

static int read_kind(struct way_config_at at, void *target, const void *limits)
{
#define X(name, text) text,
    static const char *const kinds[] = {WAY_END_KINDS(X) NULL};
#undef X
    struct way_end_settings *end = target;
    int index;
    (void)limits;
    if (way_config_enum(at, &index, kinds) != 0)
        return -1;
    end->kind = (enum way_end_kind)index;
    return 0;
}

/* Six pairs of hexadecimal digits, of no group (the lowest bit of the first byte). */
static int read_address(struct way_config_at at, void *target, const void *limits)
{
    struct way_end_settings *end = target;
    const char *text = way_config_text(at);
    (void)limits;
    bool fine = text && strlen(text) == 3 * sizeof(end->address) - 1;
    for (size_t i = 0; fine && i < sizeof(end->address); i++, text += 3) {
        char last = i + 1 < sizeof(end->address) ? ':' : '\0';
        fine =
            isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]) && text[2] == last;
        end->address[i] = (uint8_t)strtoul(text, NULL, 16);
    }
    if (!fine || end->address[0] & 1)
        return way_config_refuse(at, "a MAC address of one station (as 02:00:0a:00:01:02)");
    end->has_address = true;
    return 0;
}

static int read_end(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_range mtus = {68, WAY_FRAME_MAX};
    static const struct way_config_field fields[] = {
        WAY_CONFIG_REQUIRED("node", way_wire_name, struct way_end_settings, node, NULL),
        WAY_CONFIG_REQUIRED("interface", way_config_interface, struct way_end_settings, interface,
                            NULL),
        WAY_CONFIG_WHOLE("kind", read_kind, NULL, true),
        WAY_CONFIG_WHOLE("netns", read_netns, NULL, false),
        WAY_CONFIG_OPTIONAL("mtu", way_config_integer, struct way_end_settings, mtu, &mtus),
        WAY_CONFIG_WHOLE("address", read_address, NULL, false),
        WAY_CONFIG_END};
    struct reading *reading = target;
    struct way_end_settings *end = &reading->link->ends[reading->ends];
    (void)limits;
    if (way_config_mapping(at, fields, end) != 0)
        return -1;
    if (reading->ends == 1 && strcmp(end->node, reading->link->ends[0].node) == 0)
        return way_config_refuse(at, "another node than '%s' at the other end", end->node);
    if (reading->ends == 1 && way_end_shares(end, &reading->link->ends[0]))
        return way_config_refuse(at, "another interface than at the other end");
    reading->ends++;
    return 0;
}

static int read_ends(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "ends", 2, 2, read_end, target, limits);
}

/* ---- directions ---- */

static int read_both(struct way_config_at at, struct reading *reading)
{
    for (int i = 0; i < 2; i++)
        if (way_direction_read(at, reading->materials, &reading->link->from[i]) != 0)
            return -1;
    return 0;
}

static int read_from(struct way_config_at at, struct reading *reading)
{
    const struct way_end_settings *ends = reading->link->ends;
    bool seen[2] = {false, false};
    struct way_config_at node, parameters;
    for (size_t i = 0; way_config_pair(&at, i, &node, &parameters); i++) {
        int end = node.key ? way_link_end(reading->link, node.key) : -1;
        if (end < 0)
            return way_config_refuse(node, "a node of the link: %s, %s", ends[0].node,
                                     ends[1].node);
        if (seen[end])
            return way_config_refuse(node, "each node once");
        seen[end] = true;
        if (way_direction_read(parameters, reading->materials, &reading->link->from[end]) != 0)
            return -1;
    }
    return 0;
}

/* Sees to it that the value is a mapping, and leaves it for later. */
static int read_mapping_later(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_field none[] = {WAY_CONFIG_END};
    struct way_config_at key, value;
    (void)target;
    (void)limits;
    return way_config_pair(&at, 0, &key, &value) ? 0 : way_config_mapping(at, none, NULL);
}

/* Reads the value of one of the keys that were left for later. */
static int read_deferred(struct way_config_at at, struct reading *reading, const char *name,
                         int (*read)(struct way_config_at at, struct reading *reading))
{
    struct way_config_at key, value;
    for (size_t i = 0; way_config_pair(&at, i, &key, &value); i++)
        if (key.key && strcmp(key.key, name) == 0)
            return read(value, reading);
    return 0;
}

/* ---- the link ---- */

static int read_name(struct way_config_at at, void *target, const void *limits)
{
    return way_wire_name(at, ((struct reading *)target)->link->name, limits);
}

static int read_capture(struct way_config_at at, void *target, const void *limits)
{
    return way_config_bool(at, &((struct reading *)target)->link->capture, limits);
}

static int read_snaplen(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_range range = {WAY_WIRE_SNAPLEN_MIN, WAY_WIRE_SNAPLEN_MAX};
    (void)limits;
    return way_config_integer(at, &((struct reading *)target)->link->snaplen, &range);
}

int way_link_settings_read(struct way_config_at at, struct way_materials *materials,
                           struct way_link_settings *out)
{
    static const struct way_config_field fields[] = {
        WAY_CONFIG_WHOLE("name", read_name, NULL, true),
        WAY_CONFIG_WHOLE("ends", read_ends, NULL, true),
        WAY_CONFIG_WHOLE("capture", read_capture, NULL, false),
        WAY_CONFIG_WHOLE("snaplen", read_snaplen, NULL, false),
        WAY_CONFIG_WHOLE("both", read_mapping_later, NULL, false),
        WAY_CONFIG_WHOLE("from", read_mapping_later, NULL, false),
        WAY_CONFIG_END};
    struct reading reading = {.link = out, .materials = materials};
    *out = (struct way_link_settings){.capture = true,
                                      .snaplen = WAY_WIRE_SNAPLEN_MAX,
                                      .from = {way_direction_new(), way_direction_new()}};
    if (way_config_mapping(at, fields, &reading) != 0 ||
        read_deferred(at, &reading, "both", read_both) != 0 ||
        read_deferred(at, &reading, "from", read_from) != 0)
        return -1;
    return 0;
}

void way_link_settings_free(struct way_link_settings *link)
{
    for (int i = 0; i < 2; i++) {
        way_direction_release(&link->from[i]);
        free(link->ends[i].netns);
        link->ends[i].netns = NULL;
    }
}
