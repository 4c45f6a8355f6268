/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The access log: one JSON object a line, an event each.
 *
 * Every line bears the event, the time when it was written, and the flow
 * (connection id, client, origin, our port towards the origin, handshake mode,
 * when the SYN was seen); then what the event adds, in the order of the structs
 * below. All times are nanoseconds since the epoch, null where there is none.
 * Lines are written at once, each with one write. A log that cannot be written
 * says so once on standard error, and the proxy goes on.
 */
#ifndef WAYLAY_CORE_PROXY_ACCESSLOG_H
#define WAYLAY_CORE_PROXY_ACCESSLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/proxy/flow.h"

struct way_access_log {
    int fd;       /* -1: there is no log, and every call does nothing */
    bool failing; /* a write failed, and was reported */
};

/* Opens the file for appending; `path` NULL: no log. Returns 0 or a negative errno
 * after logging it. */
int way_access_open(struct way_access_log *log, const char *path);
void way_access_close(struct way_access_log *log);

/* "connection": a client's connection has ended. */
struct way_access_connection {
    int64_t closed; /* 0: it was still open when the proxy stopped */
    uint64_t bytes_from_client, bytes_to_client;
    uint64_t requests;
};
void way_access_connection(struct way_access_log *log, const struct way_flow *flow,
                           const struct way_access_connection *what);

/* "request": a request was answered, or its connection broke. */
struct way_access_request {
    uint64_t request;   /* its number in the connection, from 1 */
    const char *method; /* these three may be NULL where the request could not be read */
    const char *host;
    const char *target;
    unsigned status;           /* 0: no final response was begun */
    const char *cache;         /* word of RFC 9211, "hit" or "bypass"... */
    const char *cache_status;  /* our member of the field as sent, or NULL */
    uint16_t fetch_local_port; /* our port towards the origin; 0: nothing was fetched */
    bool fetch_reused;         /* that connection had served a request before */
    int64_t request_start, request_end;
    int64_t first_byte, end;
    uint64_t request_bytes, response_bytes; /* of the bodies */
};
void way_access_request(struct way_access_log *log, const struct way_flow *flow,
                        const struct way_access_request *what);

/* "tunnel": a tunnel has ended. */
struct way_access_tunnel {
    const char *reason; /* why it was one */
    int64_t first_byte; /* the first that it carried, either way */
    int64_t end;
    uint64_t bytes_from_client, bytes_from_origin;
};
void way_access_tunnel(struct way_access_log *log, const struct way_flow *flow,
                       const struct way_access_tunnel *what);

/* "refused": the client was refused in the origin's name. */
struct way_access_refused {
    bool by_icmp; /* else by a reset */
    uint8_t icmp_type, icmp_code;
    way_be32 offender;
    int64_t at;
};
void way_access_refused(struct way_access_log *log, const struct way_flow *flow,
                        const struct way_access_refused *what);

/* "expired": a held or released SYN came to nothing, in silence. */
struct way_access_expired {
    int64_t at;
    const char *reason;
};
void way_access_expired(struct way_access_log *log, const struct way_flow *flow,
                        const struct way_access_expired *what);

#endif
