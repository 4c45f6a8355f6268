/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a scenario's expectations over core/common/config, which gives every
 * message its place in the file.
 */
#include "analysis/assert/expectations.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/common/config.h"

/* Whether a name is that of a file of expectations. */
static bool is_file(const char *name)
{
    static const char ending[] = ".expect";
    size_t length = strlen(name);

    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static int add_file(struct way_config_at at, struct way_expectations *expectations,
                    const char *name)
{
    struct way_expectation_file *file = &expectations->files[expectations->file_count];

    if (expectations->file_count == WAY_EXPECTATION_FILES_MAX ||
        strlen(name) >= WAY_EXPECTATION_PATH_MAX)
        return way_config_refuse(at, "at most %d files, each with a path shorter than %d bytes",
                                 WAY_EXPECTATION_FILES_MAX, WAY_EXPECTATION_PATH_MAX);
    memcpy(file->path, name, strlen(name) + 1);
    file->first = expectations->parameter_count;
    expectations->file_count++;
    return 0;
}

/* What $names in the file are to be. */
static int add_parameters(struct way_config_at at, struct way_expectations *expectations)
{
    struct way_expectation_file *file = &expectations->files[expectations->file_count - 1];
    struct way_config_at key, value;

    for (size_t n = 0; way_config_pair(&at, n, &key, &value); n++) {
        struct way_expectation_parameter *parameter =
            &expectations->parameters[expectations->parameter_count];
        const char *text = way_config_text(value);
        if (!key.key || !text || strlen(key.key) >= sizeof parameter->name ||
            strlen(text) >= sizeof parameter->value ||
            expectations->parameter_count == WAY_EXPECTATION_PARAMETERS_MAX)
            return way_config_refuse(value, "a short text: what $%s is to be",
                                     key.key ? key.key : "name");
        memcpy(parameter->name, key.key, strlen(key.key) + 1);
        memcpy(parameter->value, text, strlen(text) + 1);
        expectations->parameter_count++;
        file->count++;
    }
    if (file->count == 0)
        return way_config_refuse(at, "names with texts");
    return 0;
}

/* An item that is a mapping: a file with its parameters. */
static int read_pair(struct way_config_at at, struct way_expectations *expectations)
{
    struct way_config_at name, parameters, second, ignored;

    if (!way_config_pair(&at, 0, &name, &parameters) || way_config_pair(&at, 1, &second, &ignored))
        return way_config_refuse(at, "a file, or one file with its parameters");
    if (!name.key || !is_file(name.key))
        return way_config_refuse(name, "a file of expectations, which ends in .expect");
    return add_file(at, expectations, name.key) ? -1 : add_parameters(parameters, expectations);
}

static int read_item(struct way_config_at at, void *target, const void *limits)
{
    struct way_expectations *expectations = target;
    const char *name = way_config_text(at);

    (void)limits;
    if (!name)
        return read_pair(at, expectations);
    if (!is_file(name))
        return way_config_refuse(at, "a file of expectations, which ends in .expect");
    return add_file(at, expectations, name);
}

static int read_file(struct way_expectations *expectations, struct way_config *file)
{
    struct way_config_at root = way_config_root(file), key, value;

    for (size_t n = 0; way_config_pair(&root, n, &key, &value); n++)
        if (key.key && strcmp(key.key, "expectations") == 0)
            return way_config_list(value, "expectations", 1, WAY_EXPECTATION_FILES_MAX, read_item,
                                   expectations, NULL);
    return way_config_refuse(root, "a key 'expectations' in it");
}

static int read_and_close(struct way_expectations *expectations, struct way_config *file,
                          struct way_text *error)
{
    int result = read_file(expectations, file);

    if (result)
        *error = way_text("%s", way_config_error(file));
    way_config_close(&file);
    return result ? -EINVAL : 0;
}

int way_expectations_read_text(struct way_expectations *expectations, const char *name,
                               const char *text, size_t length, struct way_text *error)
{
    struct way_config *file = way_config_open_text(name, text, length, error->s, sizeof error->s);

    *expectations = (struct way_expectations){0};
    return file ? read_and_close(expectations, file, error) : -EINVAL;
}

int way_expectations_read(struct way_expectations *expectations, const char *path,
                          struct way_text *error)
{
    struct way_config *file = way_config_open(path, error->s, sizeof error->s);

    *expectations = (struct way_expectations){0};
    return file ? read_and_close(expectations, file, error) : -EINVAL;
}
