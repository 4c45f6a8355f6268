# waylay-hold: holds the namespaces of an emulated network's nodes.
bin_PROGRAMS += waylay-hold
waylay_hold_SOURCES = emu/hold/main.c
