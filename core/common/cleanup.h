/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Clean-up at the end of a scope, the same way everywhere.
 *
 * A variable marked with one of these macros is released when it goes out of
 * scope, whichever way the function is left. What is to outlive the scope is
 * taken out of the variable with WAY_TAKE_FD or WAY_TAKE_POINTER, which leave
 * the empty value behind, so that nothing is released twice.
 */
#ifndef WAYLAY_CORE_COMMON_CLEANUP_H
#define WAYLAY_CORE_COMMON_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void way_cleanup_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void way_cleanup_malloc(void *pointer_to_pointer)
{
    void **at = (void **)pointer_to_pointer;
    free(*at);
    *at = NULL;
}

static inline void way_cleanup_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static inline int way_take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

/* An int that holds a descriptor, or -1 for none; closed. */
#define WAY_AUTO_FD __attribute__((cleanup(way_cleanup_fd)))
/* A pointer from malloc, or NULL; freed. */
#define WAY_AUTO_FREE __attribute__((cleanup(way_cleanup_malloc)))
/* A FILE *, or NULL; closed. */
#define WAY_AUTO_FILE __attribute__((cleanup(way_cleanup_file)))
/* A pointer with a clean-up function of its own, which takes its address. */
#define WAY_AUTO(function) __attribute__((cleanup(function)))

/* The descriptor in the variable, which holds -1 afterwards. */
#define WAY_TAKE_FD(fd) way_take_fd(&(fd))
/* The pointer in the variable, which holds NULL afterwards. */
#define WAY_TAKE_POINTER(pointer)                                                                  \
    ({                                                                                             \
        __typeof__(pointer) way_taken_ = (pointer);                                                \
        (pointer) = NULL;                                                                          \
        way_taken_;                                                                                \
    })

#endif
