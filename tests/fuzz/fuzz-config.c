/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whatever the text: a configuration is read or refused with one line.
 */
#include <assert.h>
#include <string.h>

#include "core/router/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct way_router_settings settings;
    char error[512] = "";
    struct way_config *file =
        way_config_open_text("f", (const char *)data, len, error, sizeof(error));
    assert(file || error[0]);
    if (file && way_router_settings_read(file, &settings) != 0)
        assert(way_config_error(file)[0]);
    way_config_close(&file);
    return 0;
}
