/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libpcap's live handle.
 */
#include "analysis/capture/live.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/capture/link.h"

enum { BUFFER_LEN = 16 * 1024 * 1024, TIMEOUT_MS = 10 };

struct way_live {
    pcap_t *pcap;
    uint16_t link;
    int64_t resolution; /* ns */
};

/* Sets the handle up and starts it. Returns NULL, or what libpcap says. */
static const char *live_start(struct way_live *live)
{
    char ignored[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = live->pcap;

    pcap_set_snaplen(pcap, WAY_SOURCE_PACKET_MAX);
    pcap_set_promisc(pcap, 1);
    pcap_set_timeout(pcap, TIMEOUT_MS);
    pcap_set_buffer_size(pcap, BUFFER_LEN);
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO); /* refused: microseconds */
    int outcome = pcap_activate(pcap);
    if (outcome < 0)
        return outcome == PCAP_ERROR ? pcap_geterr(pcap) : pcap_statustostr(outcome);
    if (pcap_setnonblock(pcap, 1, ignored) < 0)
        return pcap_geterr(pcap);
    live->resolution = pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    return NULL;
}

struct way_live *way_live_open(const char *interface, char error[WAY_SOURCE_ERROR_MAX])
{
    char message[PCAP_ERRBUF_SIZE] = "";
    struct way_live *live = calloc(1, sizeof *live);

    if (!live) {
        snprintf(error, WAY_SOURCE_ERROR_MAX, "%s: out of memory", interface);
        return NULL;
    }
    live->pcap = pcap_create(interface, message);
    const char *wrong = live->pcap ? live_start(live) : message;
    if (wrong) {
        snprintf(error, WAY_SOURCE_ERROR_MAX, "interface %s: %s", interface, wrong);
        way_live_close(&live);
        return NULL;
    }
    int link = way_link_from_file((uint32_t)pcap_datalink(live->pcap));
    if (link < 0) {
        snprintf(error, WAY_SOURCE_ERROR_MAX,
                 "interface %s: found link type %s, expected one of %s", interface,
                 pcap_datalink_val_to_description_or_dlt(pcap_datalink(live->pcap)),
                 way_link_names());
        way_live_close(&live);
        return NULL;
    }
    live->link = (uint16_t)link;
    return live;
}

enum way_source_result way_live_next(struct way_live *live, struct way_record *record,
                                     const char **message)
{
    const int64_t second = 1000000000;
    struct pcap_pkthdr *header;

    switch (pcap_next_ex(live->pcap, &header, &record->bytes)) {
    case 1:
        record->time = header->ts.tv_sec * second + header->ts.tv_usec * live->resolution;
        record->len = header->caplen;
        record->wire_len = header->len > header->caplen ? header->len : header->caplen;
        record->link = live->link;
        return WAY_SOURCE_PACKET;
    case 0:
        return WAY_SOURCE_LATER;
    default:
        *message = pcap_geterr(live->pcap);
        return WAY_SOURCE_END;
    }
}

int64_t way_live_resolution(const struct way_live *live)
{
    return live->resolution;
}

int way_live_descriptor(const struct way_live *live)
{
    return pcap_get_selectable_fd(live->pcap);
}

bool way_live_dropped(struct way_live *live, uint64_t *dropped)
{
    struct pcap_stat counts;

    if (pcap_stats(live->pcap, &counts) != 0)
        return false;
    *dropped = (uint64_t)counts.ps_drop + counts.ps_ifdrop;
    return true;
}

void way_live_close(struct way_live **live)
{
    if (!*live)
        return;
    if ((*live)->pcap)
        pcap_close((*live)->pcap);
    free(*live);
    *live = NULL;
}
