EXTRA_DIST += docs/architecture.md docs/expectations.md docs/fields.md docs/mechanism-rules.md docs/mininet.md docs/reference.md docs/scenarios.md docs/wire.md

# Manual pages. That of the language is made from its document.
dist_man_MANS = docs/man/waylay-assert.1 docs/man/waylay-draft.1
nodist_man_MANS = docs/man/waylay-expect.5
EXTRA_DIST += docs/man/expect-man.py
CLEANFILES += docs/man/waylay-expect.5
docs/man/waylay-expect.5: docs/expectations.md docs/man/expect-man.py
	$(AM_V_GEN)$(MKDIR_P) docs/man && \
	    $(PYTHON) $(srcdir)/docs/man/expect-man.py $(srcdir)/docs/expectations.md >$@.new && \
	    mv $@.new $@

# For editors, and for people who begin.
nobase_dist_pkgdata_DATA += analysis/editor/waylay-expect.tmLanguage.json \
	analysis/examples/general.expect
