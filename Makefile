# SPDX-License-Identifier: Apache-2.0
# The front door. Everything is fetched, built and run from here; see README.md.
PREFIX ?= /usr/local
OUT ?= out
export LC_ALL = C.UTF-8

.PHONY: all setup build demo test bench soak marks fuzz quality basis nobody liveness signature \
	install uninstall clean help
all: build

help:
	@echo 'make demo       fetch, build, and put a face on a real video: $(OUT)/demo.mp4'
	@echo 'make test       fetch, build, and run every test'
	@echo 'make bench      time every stage, beside a generator of the usual size'
	@echo 'make soak       a live stream for half an hour, every frame looked at; MINUTES=30'
	@echo 'make marks      what of the watermark survives; UPDATE=1 writes docs/provenance.md'
	@echo 'make fuzz       libFuzzer on each reader of foreign bytes; SECONDS=600 TARGETS='
	@echo 'make quality    measure the replaced faces: $(OUT)/quality.txt; GRID=full for all'
	@echo 'make basis      compute the expression basis again; MEDIA= names the folder'
	@echo 'make nobody     compute the textures of faces again; MEDIA= names the folder'
	@echo 'make liveness   what bauta liveness lets through, for docs/liveness.md; MEDIA='
	@echo 'make signature  motion signatures on the clips of MEDIA= and on their faces replaced'
	@echo 'make build      the library and the program, in build/'
	@echo 'make install    into PREFIX (now $(PREFIX)); make uninstall takes it away again'
	@echo 'make clean      remove what was built; deps/ keeps what was fetched'

setup:
	@tools/setup.sh

build: setup
	@tools/build.sh build --prefix=$(PREFIX)

demo: build
	@tools/setup.sh demo
	@tools/demo.sh build/cli/bauta $(OUT)

# The release build runs everything; the sanitizers run what they can tell most about.
test: build
	@tools/setup.sh quality demo c2pa-test
	@tools/build.sh build-asan -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
	@tools/build.sh build-tsan:pipeline-tests -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
	@tests/run build build-asan build-tsan:pipeline

bench: build
	@tools/setup.sh demo
	@tools/bench.sh build/cli/bauta

soak: build
	@tools/soak.sh build/cli/bauta

marks: build
	@python3 tests/marks/marks.py build/cli/bauta build/tests/marks/wmscan --unmarked 5000 \
	    $(if $(UPDATE),--write docs/provenance.md)

# What libFuzzer finds in SECONDS each, of TARGETS or of all; needs clang.
fuzz: setup
	@tools/fuzz.sh $(or $(SECONDS),600) $(TARGETS)

# UPDATE=1 writes the table to docs/quality.md.
quality: build
	@tools/setup.sh quality
	@tools/quality.sh build/quality/bauta-quality $(OUT) $(if $(filter full,$(GRID)),--full) $(if $(UPDATE),--update)

# The expression basis from portraits and clips; what it writes is committed.
basis: build
	@tools/basis.sh build/tools/basis/basis $(OUT) $(MEDIA)

# How the textures of faces vary, from portraits; what it writes is committed.
nobody: build
	@BAUTA_MODELS=$${BAUTA_MODELS:-deps/models} build/tools/nobody/nobody \
	    $(if $(MEDIA),$(MEDIA),$${BAUTA_MEDIA:-../shared/media}) src/canon/nobody.tsv

# Attacks and performances, made and judged; what was measured of films is kept.
liveness: build
	@tools/setup.sh quality
	@tools/liveness.sh build/cli/bauta build/tools/liveness/liveness \
	    $(if $(MEDIA),$(MEDIA),$${BAUTA_MEDIA:-../shared/media}) $(OUT)/liveness

# The table of docs/signature.md.
signature: build
	@tools/signature.sh build $(OUT)/signature $(MEDIA)

install: build
	@meson install -C build --quiet

uninstall:
	@ninja -C build uninstall

clean:
	@rm -rf build build-asan build-tsan $(OUT)
