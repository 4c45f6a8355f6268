# TUN, netlink, supervisor: what touches the kernel's side of the datapath.
EXTRA_DIST += core/datapath/diversion.h core/datapath/link.h core/datapath/netlink.h \
	core/datapath/sockdiag.h core/datapath/supervisor.h core/datapath/sysctl.h core/datapath/tun.h
