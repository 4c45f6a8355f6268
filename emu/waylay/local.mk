# The Python package `waylay` and its front. Sources run where they are; the
# front in the build tree finds them there, the installed one in waylaypydir.
waylaypydir = $(pkgdatadir)/python
waylaypkgdir = $(waylaypydir)/waylay
dist_waylaypkg_DATA = \
	emu/waylay/__init__.py \
	emu/waylay/__main__.py \
	emu/waylay/actioncheck.py \
	emu/waylay/actions.py \
	emu/waylay/applications.py \
	emu/waylay/batch.py \
	emu/waylay/capture.py \
	emu/waylay/clean.py \
	emu/waylay/cli.py \
	emu/waylay/compose.py \
	emu/waylay/configcheck.py \
	emu/waylay/control.py \
	emu/waylay/clock.py \
	emu/waylay/doctor.py \
	emu/waylay/draw.py \
	emu/waylay/errors.py \
	emu/waylay/expectations.py \
	emu/waylay/experiment.py \
	emu/waylay/fetch.py \
	emu/waylay/fidelity.py \
	emu/waylay/forms.py \
	emu/waylay/holder.py \
	emu/waylay/interventions.py \
	emu/waylay/isolate.py \
	emu/waylay/layout.py \
	emu/waylay/links.py \
	emu/waylay/linkspec.py \
	emu/waylay/load.py \
	emu/waylay/machine.py \
	emu/waylay/measures.py \
	emu/waylay/mn.py \
	emu/waylay/mncustom.py \
	emu/waylay/model.py \
	emu/waylay/netlink.py \
	emu/waylay/network.py \
	emu/waylay/nginx.py \
	emu/waylay/nodes.py \
	emu/waylay/options.py \
	emu/waylay/outcome.py \
	emu/waylay/owners.py \
	emu/waylay/pacer.py \
	emu/waylay/packets.py \
	emu/waylay/pcap.py \
	emu/waylay/plan.py \
	emu/waylay/probes.py \
	emu/waylay/programs.py \
	emu/waylay/progress.py \
	emu/waylay/publish.py \
	emu/waylay/quantities.py \
	emu/waylay/rehearsal.py \
	emu/waylay/results.py \
	emu/waylay/roles.py \
	emu/waylay/runner.py \
	emu/waylay/scenario.py \
	emu/waylay/schema.py \
	emu/waylay/scripts.py \
	emu/waylay/senders.py \
	emu/waylay/shell.py \
	emu/waylay/stepcheck.py \
	emu/waylay/steps.py \
	emu/waylay/story.py \
	emu/waylay/summary.py \
	emu/waylay/tell.py \
	emu/waylay/userns.py \
	emu/waylay/wait.py \
	emu/waylay/wire.py \
	emu/waylay/wirecapture.py \
	emu/waylay/wirelink.py \
	emu/waylay/words.py \
	emu/waylay/yamlmarks.py

# bash loads the completion of a command from the file of its name.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = emu/completion/waylay

EXTRA_DIST += emu/waylay-front
CLEANFILES += waylay

all-local: waylay
waylay: emu/waylay-front
	$(AM_V_GEN)sed 's,@pythonpath@,$(abs_top_srcdir)/emu:$(abs_top_srcdir)/analysis/report,' \
	    $(top_srcdir)/emu/waylay-front > $@.tmp && chmod 755 $@.tmp && mv $@.tmp $@

install-exec-local: install-waylay-front
install-waylay-front:
	$(MKDIR_P) '$(DESTDIR)$(bindir)'
	sed 's,@pythonpath@,$(waylaypydir),' $(top_srcdir)/emu/waylay-front > '$(DESTDIR)$(bindir)/waylay'
	chmod 755 '$(DESTDIR)$(bindir)/waylay'

uninstall-local: uninstall-waylay-front
uninstall-waylay-front:
	rm -f '$(DESTDIR)$(bindir)/waylay'
.PHONY: install-waylay-front uninstall-waylay-front
