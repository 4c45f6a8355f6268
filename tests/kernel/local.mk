# What is assumed of the kernel, each assumption a program that shows it. They
# need root, or user namespaces with an open /dev/net/tun, so they are no part of
# `make check`:
#
#     make check-kernel

kernel_tests = \
	tests/kernel/accept-local \
	tests/kernel/accept-queue \
	tests/kernel/advmss \
	tests/kernel/delivery \
	tests/kernel/divert \
	tests/kernel/foreign-reset \
	tests/kernel/late-syn \
	tests/kernel/no-reset \
	tests/kernel/packet-device \
	tests/kernel/record-route \
	tests/kernel/syncookies \
	tests/kernel/tap \
	tests/kernel/unpopped \
	tests/kernel/ways-out
EXTRA_PROGRAMS += $(kernel_tests)
CLEANFILES += $(kernel_tests)

kernel_common = tests/kernel/netns.c tests/kernel/netns.h tests/kernel/wire.c tests/kernel/wire.h
tests_kernel_accept_queue_SOURCES = tests/kernel/accept-queue.c $(kernel_common)
tests_kernel_accept_queue_LDADD = libwaypacket.a
tests_kernel_advmss_SOURCES = tests/kernel/advmss.c $(kernel_common)
tests_kernel_advmss_LDADD = libwaypacket.a
tests_kernel_delivery_SOURCES = tests/kernel/delivery.c $(kernel_common)
tests_kernel_delivery_LDADD = libwaypacket.a
tests_kernel_divert_SOURCES = tests/kernel/divert.c $(kernel_common)
tests_kernel_divert_LDADD = libwaypacket.a
tests_kernel_foreign_reset_SOURCES = tests/kernel/foreign-reset.c $(kernel_common)
tests_kernel_foreign_reset_LDADD = libwaypacket.a
tests_kernel_late_syn_SOURCES = tests/kernel/late-syn.c $(kernel_common)
tests_kernel_late_syn_LDADD = libwaypacket.a
tests_kernel_no_reset_SOURCES = tests/kernel/no-reset.c $(kernel_common)
tests_kernel_no_reset_LDADD = libwaypacket.a
tests_kernel_packet_device_SOURCES = tests/kernel/packet-device.c $(kernel_common)
tests_kernel_packet_device_LDADD = libwaypacket.a
tests_kernel_record_route_SOURCES = tests/kernel/record-route.c $(kernel_common)
tests_kernel_record_route_LDADD = libwaypacket.a
tests_kernel_syncookies_SOURCES = tests/kernel/syncookies.c $(kernel_common)
tests_kernel_syncookies_LDADD = libwaypacket.a
tests_kernel_accept_local_SOURCES = tests/kernel/accept-local.c $(kernel_common)
tests_kernel_accept_local_LDADD = libwaypacket.a
tests_kernel_tap_SOURCES = tests/kernel/tap.c $(kernel_common)
tests_kernel_tap_LDADD = libwaypacket.a
tests_kernel_unpopped_SOURCES = tests/kernel/unpopped.c $(kernel_common)
tests_kernel_unpopped_LDADD = libwaypacket.a
tests_kernel_ways_out_SOURCES = tests/kernel/ways-out.c $(kernel_common)
tests_kernel_ways_out_LDADD = libwaypacket.a

.PHONY: check-kernel
check-kernel: $(kernel_tests)
	@failed=; \
	for program in $(kernel_tests); do \
	  echo "# program $$program"; \
	  ./$$program || failed="$$failed $$program"; \
	done; \
	test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }
