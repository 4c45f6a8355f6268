# Mininet scripts that show how our classes are used; `waylay script FILE` runs them.
examplesdir = $(pkgdatadir)/examples
dist_examples_SCRIPTS = \
	emu/examples/cellular \
	emu/examples/delayed-ping \
	emu/examples/transparent-fetch
