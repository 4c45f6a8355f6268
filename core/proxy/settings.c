/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The configuration's tables of fields.
 */
#include "core/proxy/settings.h"

#include <stdio.h>
#include <string.h>

#include "core/datapath/device.h"
#include "core/http/text.h"

static int read_interface(struct way_config_at at, void *target, const void *limits)
{
    struct way_settings *settings = target;
    char *name = settings->interfaces[settings->interface_count];
    if (way_config_interface(at, name, limits) != 0)
        return -1;
    for (unsigned i = 0; i < settings->interface_count; i++)
        if (strcmp(settings->interfaces[i], name) == 0)
            return way_config_refuse(at, "an interface that is not in the list yet");
    settings->interface_count++;
    return 0;
}

static int read_interfaces(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "interfaces", 1, WAY_SETTINGS_INTERFACES_MAX, read_interface, target,
                           limits);
}

static const char *const modes[] = {"deferred", NULL};
static const struct way_config_range held_range = {1, 1 << 20};
static const struct way_config_field handshake_fields[] = {
    WAY_CONFIG_OPTIONAL("mode", way_config_enum, struct way_settings, handshake_mode, modes),
    WAY_CONFIG_OPTIONAL("held", way_config_integer, struct way_settings, held, &held_range),
    WAY_CONFIG_END};

static int read_handshake(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    return way_config_mapping(at, handshake_fields, target);
}

static const struct way_config_range size_range = {64 << 10, INT64_C(1) << 40};
static const struct way_config_range object_range = {0, INT64_C(1) << 40};
static const struct way_config_field cache_fields[] = {
    WAY_CONFIG_OPTIONAL("size", way_config_size, struct way_settings, cache_size, &size_range),
    WAY_CONFIG_OPTIONAL("object", way_config_size, struct way_settings, cache_object,
                        &object_range),
    WAY_CONFIG_END};

static int read_cache(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    return way_config_mapping(at, cache_fields, target);
}

/* A pseudonym stands in Via as it is: it must be a token (RFC 9110, 7.6.3). */
static int read_pseudonym(struct way_config_at at, void *target, const void *limits)
{
    const char **pseudonym = target;
    if (way_config_string(at, pseudonym, limits) != 0)
        return -1;
    if (!way_text_is_token(way_text_of(*pseudonym)))
        return way_config_refuse(at, "a token: letters, digits, '-', '.', '_'");
    return 0;
}

static const char *const devices[] = WAY_DEVICE_CHOICES;

static const struct way_config_field fields[] = {
    WAY_CONFIG_WHOLE("interfaces", read_interfaces, NULL, true),
    WAY_CONFIG_REQUIRED("services", way_services_read, struct way_settings, services, NULL),
    WAY_CONFIG_OPTIONAL("device", way_config_enum, struct way_settings, device, devices),
    WAY_CONFIG_OPTIONAL("tun", way_config_interface, struct way_settings, tun, NULL),
    WAY_CONFIG_OPTIONAL("pseudonym", read_pseudonym, struct way_settings, pseudonym, NULL),
    WAY_CONFIG_WHOLE("handshake", read_handshake, NULL, false),
    WAY_CONFIG_WHOLE("cache", read_cache, NULL, false),
    WAY_CONFIG_OPTIONAL("access_log", way_config_string, struct way_settings, access_log, NULL),
    WAY_CONFIG_OPTIONAL("via", way_config_bool, struct way_settings, via, NULL),
    WAY_CONFIG_OPTIONAL("cache_status", way_config_bool, struct way_settings, cache_status, NULL),
    WAY_CONFIG_END};

struct way_config *way_settings_read(const char *path, struct way_settings *out, char *error,
                                     size_t error_size)
{
    *out = (struct way_settings){.tun = "waylay-p",
                                 .pseudonym = "waylay",
                                 .held = 4096,
                                 .cache_size = INT64_C(64) << 20,
                                 .cache_object = INT64_C(8) << 20,
                                 .via = true,
                                 .cache_status = true};
    struct way_config *file = way_config_open(path, error, error_size);
    if (!file)
        return NULL;
    if (way_config_mapping(way_config_root(file), fields, out) != 0) {
        snprintf(error, error_size, "%s", way_config_error(file));
        way_config_close(&file);
    }
    return file;
}
