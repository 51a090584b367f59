# SPDX-License-Identifier: MIT
# make, make check, make demo, make install: see README.md. Variables: prefix, sysconfdir, unitdir, DESTDIR, CC, O (build folder).
prefix     ?= /usr
sysconfdir ?= /etc
bindir      = $(prefix)/bin
sbindir     = $(prefix)/sbin
libdir      = $(prefix)/lib/immure
pamdir     ?= $(prefix)/lib/$(shell $(CC) -print-multiarch)/security
mandir      = $(prefix)/share/man
unitdir    ?= $(prefix)/lib/systemd/system
compdir     = $(prefix)/share/bash-completion/completions
O          ?= build
VERSION    ?= 0.1.0

CFLAGS   ?= -O2 -g
WARN      = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
            -Wformat=2 -Wundef -Wcast-qual -Wswitch-enum -Wno-missing-field-initializers -Werror
HARDEN    = -fstack-protector-strong -fstack-clash-protection -fcf-protection -fno-common \
            $(if $(findstring clang,$(CC)),,-ftrivial-auto-var-init=zero)
FORTIFY  ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
DEFINES   = -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DBINDIR='"$(bindir)"' -DLIBDIR='"$(libdir)"' -DSYSCONFDIR='"$(sysconfdir)/immure"'
ALL_CFLAGS = -std=gnu11 -fPIC -fvisibility=hidden $(WARN) $(HARDEN) $(FORTIFY) $(DEFINES) -Iprofiles -Ishell/seal -Ishell/cell -I$(O) $(CFLAGS) $(EXTRA)
LINK      = -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS) $(EXTRA)
STATIC   ?= -static-pie

obj  = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)))
LIB  = $(call obj,profiles/*.c)
SEAL = $(filter-out $(O)/shell/seal/precompile.o,$(call obj,shell/seal/*.c))
FILTER = $(patsubst %,$(O)/shell/seal/%.o,precompile seccomp seccomp_default seccomp_groups)
INIT = $(patsubst %,$(O)/shell/cell/%.o,init processes watch)
KEEPER = $(patsubst %,$(O)/shell/cell/%.o,keeper keeper_subtree lease_drop processes)
CELL = $(filter-out $(patsubst %,$(O)/shell/cell/%.o,init watch keeper keeper_subtree),$(call obj,shell/cell/*.c))
UNIT = $(patsubst %.c,$(O)/%,$(wildcard tests/unit/t_*.c))
FUZZ = $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/f_*.c))
TOOL = $(patsubst %.c,$(O)/%,$(wildcard tests/lib/*.c tests/escape/*.c))
PROGRAMS = $(O)/immure $(O)/immurectl $(O)/immure-init $(O)/immure-keeper $(O)/pam_immure.so

all: $(PROGRAMS) $(O)/immure.bash

$(O)/libprofile.a: $(LIB)
$(O)/libseal.a: $(SEAL)
$(O)/libcell.a: $(CELL)
$(O)/%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/precompile: $(FILTER) $(O)/libprofile.a
	$(CC) $(ALL_CFLAGS) -pie -o $@ $^ $(LINK) -lseccomp
$(O)/precompiled.inc: $(O)/precompile
	$(O)/precompile >$@.new && mv $@.new $@
$(O)/precompiled_door.inc: $(O)/precompile
	$(O)/precompile door >$@.new && mv $@.new $@
$(O)/shell/seal/seccomp_load.o: $(O)/precompiled.inc
$(O)/shell/seal/preseal.o: $(O)/precompiled_door.inc
$(O)/immure: $(filter-out $(O)/shell/immurectl%,$(call obj,shell/*.c)) $(O)/libcell.a $(O)/libseal.a $(O)/libprofile.a
	$(CC) $(ALL_CFLAGS) $(STATIC) -o $@ $^ $(LINK) -lseccomp -lcap
$(O)/immure-init: $(INIT) $(O)/libprofile.a
	$(CC) $(ALL_CFLAGS) $(STATIC) -o $@ $^ $(LINK)
$(O)/immure-keeper: $(KEEPER) $(O)/libprofile.a
	$(CC) $(ALL_CFLAGS) $(STATIC) -o $@ $^ $(LINK)
$(O)/pam_immure.so: $(call obj,pam/*.c) $(O)/libcell.a $(O)/libseal.a $(O)/libprofile.a pam/pam_immure.map
	$(CC) $(ALL_CFLAGS) -shared -Wl,--version-script=pam/pam_immure.map -Wl,-z,defs -Wl,--as-needed -o $@ $(filter-out %.map,$^) $(LINK) -lpam -lcap
$(O)/immurectl: $(filter-out $(O)/shell/immure%,$(call obj,shell/*.c)) $(call obj,shell/immurectl*.c) $(O)/libcell.a $(O)/libseal.a $(O)/libprofile.a
	$(CC) $(ALL_CFLAGS) -pie -o $@ $^ $(LINK) -lseccomp -lcap
$(UNIT): $(O)/%: $(O)/%.o $(O)/libcell.a $(O)/libseal.a $(O)/libprofile.a
	$(CC) $(ALL_CFLAGS) -pie -o $@ $^ $(LINK) -lseccomp -lcap
$(TOOL): $(O)/%: $(O)/%.o
	$(CC) $(ALL_CFLAGS) -pie -o $@ $^ $(LINK)
$(O)/immure.bash: $(O)/immurectl scripts/gen-completion
	scripts/gen-completion $(O)/immurectl >$@

tests: all $(UNIT) $(TOOL)
check:
	scripts/install-deps check
	$(MAKE) tests
	tests/run
demo:
	scripts/install-deps demo
	$(MAKE) all
	scripts/demo
check-system:
	scripts/install-deps system
	scripts/check-system
deb:
	scripts/install-deps deb
	scripts/deb
lint:
	scripts/lint
asan:
	$(MAKE) O=$(O)/asan STATIC=-pie FORTIFY= EXTRA='-fsanitize=address,undefined -fno-sanitize-recover=all' tests
fuzz:
	scripts/fuzz
$(O)/tests/fuzz/%: tests/fuzz/%.c $(wildcard profiles/*.[ch])
	@mkdir -p $(@D)
	clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined $(DEFINES) -Iprofiles -Ishell/seal -o $@ $< profiles/*.c
fuzzers: $(FUZZ)

install: all
	install -d -m 0755 $(DESTDIR)$(bindir) $(DESTDIR)$(sbindir) $(DESTDIR)$(libdir)/profiles $(DESTDIR)$(libdir)/view \
		$(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 $(DESTDIR)$(mandir)/man8 $(DESTDIR)$(compdir) $(DESTDIR)$(unitdir) \
		$(DESTDIR)$(sysconfdir)/immure/users $(DESTDIR)$(sysconfdir)/immure/groups $(DESTDIR)$(sysconfdir)/immure/profiles \
		$(DESTDIR)$(sysconfdir)/immure/network $(DESTDIR)$(sysconfdir)/immure/servers
	install -m 0711 $(O)/immure $(DESTDIR)$(bindir)/immure.new && mv -f $(DESTDIR)$(bindir)/immure.new $(DESTDIR)$(bindir)/immure
	install -m 0755 $(O)/immurectl $(DESTDIR)$(sbindir)/immurectl
	install -m 0711 $(O)/immure-init $(DESTDIR)$(libdir)/immure-init
	install -d -m 0755 $(DESTDIR)$(pamdir)
	install -m 0644 $(O)/pam_immure.so $(DESTDIR)$(pamdir)/pam_immure.so.new && mv -f $(DESTDIR)$(pamdir)/pam_immure.so.new $(DESTDIR)$(pamdir)/pam_immure.so
	install -m 0711 $(O)/immure-keeper $(DESTDIR)$(libdir)/immure-keeper
	install -m 0644 profiles/*.profile $(DESTDIR)$(libdir)/profiles/
	install -m 0644 profiles/view/*.list $(DESTDIR)$(libdir)/view/
	install -m 0644 shell/systemd/*.service $(DESTDIR)$(unitdir)/
	install -m 0644 shell/immure.1 $(DESTDIR)$(mandir)/man1/
	install -m 0644 profiles/immure.profile.5 $(DESTDIR)$(mandir)/man5/
	install -m 0644 shell/immurectl.8 pam/pam_immure.8 $(DESTDIR)$(mandir)/man8/
	install -m 0644 $(O)/immure.bash $(DESTDIR)$(compdir)/immurectl
	ln -sf immurectl $(DESTDIR)$(compdir)/immure
uninstall:
	rm -f $(DESTDIR)$(bindir)/immure $(DESTDIR)$(sbindir)/immurectl $(DESTDIR)$(mandir)/man1/immure.1 \
		$(DESTDIR)$(mandir)/man5/immure.profile.5 $(DESTDIR)$(mandir)/man8/immurectl.8 $(DESTDIR)$(compdir)/immurectl $(DESTDIR)$(compdir)/immure
	rm -f $(DESTDIR)$(pamdir)/pam_immure.so $(DESTDIR)$(mandir)/man8/pam_immure.8
	rm -f $(DESTDIR)$(unitdir)/immure@.service $(DESTDIR)$(unitdir)/immure-network@.service
	rm -rf $(DESTDIR)$(libdir)
clean:
	rm -rf $(O)

.PHONY: all tests check check-system demo deb lint asan fuzz fuzzers install uninstall clean
.SECONDARY:
-include $(shell find $(O) -name '*.d' 2>/dev/null)
