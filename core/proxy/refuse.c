/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Refusals: built by core/packet, sent by the raw socket.
 */
#include "core/proxy/refuse.h"

#include <errno.h>

#include "core/packet/build.h"
#include "core/packet/icmp.h"

int way_refuse_by_reset(const struct way_out *out, const uint8_t *syn, size_t len)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    uint8_t reset[WAY_BUILD_RST_LEN];
    if (way_ipv4_parse(syn, len, &ip) != WAY_PACKET_OK || way_tcp_parse(&ip, &tcp) != WAY_PACKET_OK)
        return -EINVAL;
    size_t built = way_build_rst(reset, sizeof reset, &ip, &tcp);
    return built ? way_out_send(out, reset, built) : -EINVAL;
}

int way_refuse_by_icmp(const struct way_out *out, const struct way_origin_refusal *refusal,
                       const uint8_t *syn, size_t len)
{
    if (refusal->type != WAY_ICMP_UNREACHABLE && refusal->type != WAY_ICMP_TIME_EXCEEDED)
        return -EPROTO;
    const struct way_build_icmp what = {
        .source = refusal->offender, .type = refusal->type, .code = refusal->code};
    uint8_t error[WAY_BUILD_ICMP_MAX];
    size_t built = way_build_icmp_error(error, sizeof error, &what, syn, len);
    return built ? way_out_send(out, error, built) : -EINVAL;
}
