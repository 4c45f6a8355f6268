/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One table a group; the marks behind a name are explained at the page's beginning.
 */
#include "analysis/dissect/field_docs.h"

#include "analysis/dissect/field.h"

static const char intro[] =
    "# Fields\n"
    "\n"
    "What a packet can be asked for. The page is written by `waylay-assert --fields`.\n"
    "\n"
    "Names are Wireshark's, and mean what they mean there; where Wireshark has no name\n"
    "(marked *ours*), the name is our own. A field marked *list* can have several values in\n"
    "one packet, in the order in which they stand in it.\n"
    "\n"
    "Plain names ask the outermost packet. A packet that it carries (GRE, IP in IP) is asked\n"
    "with `inner.` before the name, one that an ICMP error quotes with `icmp.quoted.`; both\n"
    "can be repeated and combined: `inner.icmp.quoted.ip.dst`. (Wireshark gives the fields of\n"
    "all of these under one name.) The groups \"The packet\", \"TCP, by the packets before\" and\n"
    "\"HTTP/1\" are of the outermost packet only.\n"
    "\n"
    "A field is **absent** where its layer is, or where the layer does not have it (an option\n"
    "that was not sent). It is **broken** where the packet says that it is there and the bytes\n"
    "say otherwise, where the capture has clipped them away, or where it cannot be known: a\n"
    "checksum of a fragment, a relative number of a connection that the capture has lost.\n"
    "\n"
    "Fields of type *bytes* can be cut: `tcp.payload[0:4]` is its first four bytes, `tcp[13]`\n"
    "the byte with the flags. Numbers are unsigned; a yes/no is 1 or 0. Checksums that a sender\n"
    "leaves to its network card are wrong in a capture at the sender, as everywhere.\n";

static void write_row(FILE *out, const struct way_field_info *row)
{
    fprintf(out, "| `%s` | %s%s | %s%s |\n", row->name, way_type_name(row->type),
            row->many ? ", list" : "", row->about, row->ours ? " *(ours)*" : "");
}

void way_field_docs_write(FILE *out)
{
    fputs(intro, out);
    for (const struct way_field_group *const *group = way_field_groups; *group; group++) {
        fprintf(out, "\n## %s\n\n| field | type | |\n| --- | --- | --- |\n", (*group)->title);
        for (size_t i = 0; i < (*group)->count; i++)
            write_row(out, &(*group)->rows[i]);
    }
}
