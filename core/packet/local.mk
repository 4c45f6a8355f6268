EXTRA_DIST += core/packet/COPYING
