/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tunnel: four events, for either side the same.
 */
#include "core/proxy/tunnel.h"

#include "core/common/clock.h"

static struct way_stream *other(const struct way_tunnel *tunnel, const struct way_stream *stream)
{
    return stream == tunnel->client ? tunnel->origin : tunnel->client;
}

static void on_data(void *owner, struct way_stream *from, const char *bytes, size_t len)
{
    struct way_tunnel *tunnel = owner;
    struct way_stream *to = other(tunnel, from);
    if (!tunnel->first_byte)
        tunnel->first_byte = way_clock_ns();
    *(from == tunnel->client ? &tunnel->bytes_from_client : &tunnel->bytes_from_origin) += len;
    way_stream_write(to, bytes, len);
    if (way_stream_full(to))
        way_stream_read(from, false);
}

static void on_drained(void *owner, struct way_stream *stream)
{
    way_stream_read(other(owner, stream), true);
}

static void end_tunnel(struct way_tunnel *tunnel)
{
    tunnel->over(tunnel->owner);
}

/* Passes an end on; ends the tunnel when it is the second. */
static void pass_end(struct way_tunnel *tunnel, struct way_stream *from)
{
    struct way_stream *to = other(tunnel, from);
    way_stream_shutdown(to);
    if (!way_stream_ended(to))
        return;
    way_stream_finish(&tunnel->client);
    way_stream_finish(&tunnel->origin);
    end_tunnel(tunnel);
}

static void on_end(void *owner, struct way_stream *stream)
{
    pass_end(owner, stream);
}

static void on_broken(void *owner, struct way_stream *stream, int error)
{
    (void)stream;
    (void)error;
    way_tunnel_break(owner);
    end_tunnel(owner);
}

void way_tunnel_begin(struct way_tunnel *tunnel, struct way_stream **client,
                      struct way_stream **origin, void (*over)(void *owner), void *owner)
{
    static const struct way_stream_events events = {on_data, on_end, on_broken, on_drained};
    tunnel->client = *client;
    tunnel->origin = *origin;
    tunnel->over = over;
    tunnel->owner = owner;
    *client = *origin = NULL;
    way_stream_hand_over(tunnel->client, &events, tunnel);
    way_stream_hand_over(tunnel->origin, &events, tunnel);
    way_stream_read(tunnel->client, !way_stream_full(tunnel->origin));
    way_stream_read(tunnel->origin, !way_stream_full(tunnel->client));
    if (way_stream_ended(tunnel->client))
        pass_end(tunnel, tunnel->client);
    else if (way_stream_ended(tunnel->origin))
        pass_end(tunnel, tunnel->origin);
}

void way_tunnel_break(struct way_tunnel *tunnel)
{
    way_stream_close(&tunnel->client, true);
    way_stream_close(&tunnel->origin, true);
}
