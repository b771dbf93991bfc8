# Logitscope. `make demo` and `make test` do all their own set-up; `make help` lists the rest.

CORE   := $(addprefix src/,gguf.c model.c tokenizer.c tokenizer_spm.c tokenizer_bpe.c tokenizer_merge.c \
            unicode.c forward.c team.c sampler.c stages.c rewrites.c ranking.c draw.c numerics.c \
            kernels/pack.c kernels/reference.c kernels/simd128.c \
            kernels/simd128_matmul.c kernels/simd128_attend.c kernels/relaxed.c)
CLI    := src/cli.c src/cli_options.c src/cli_output.c
HEADERS := $(wildcard src/*.h src/kernels/*.h)
C_STYLE := $(filter-out src/unicode-tables.h,$(wildcard src/*.[ch] src/kernels/*.[ch] model/*.[ch] tests/c/*.c))

# No fused multiply-add and no fast-math: the bits are part of the interface (ARCHITECTURE.md).
CC       ?= gcc
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
CFLAGS   := -std=c11 -O3 -ffp-contract=off $(WARNINGS)
POSIX    := -D_POSIX_C_SOURCE=200809L
ARCH     := $(if $(filter x86_64,$(shell uname -m)),-msse4.1)

# Emscripten renamed the stack's setting in 3.1.27. Debian's looks for its JavaScript parser in NODE_PATH.
EMCC_STACK = $(if $(shell emcc --version | grep -E ' 3\.1\.([0-9]|1[0-9]|2[0-6]) '),TOTAL_STACK,STACK_SIZE)
ifneq ($(wildcard /usr/share/nodejs/acorn),)
export NODE_PATH := /usr/share/nodejs
endif

# What the name of a build says: its kernels, and whether threads share its memory; each sets its own stack.
STACK        := 131072
ENGINE_FLAGS  = -std=c11 -O3 -ffp-contract=off $(WARNINGS) $(KERNELS) $(if $(THREADS),-matomics -mbulk-memory)
KERNELS       = $(if $(filter simd%,$*),-msimd128)$(if $(filter relaxed%,$*),-msimd128 -mrelaxed-simd -mbulk-memory)
THREADS       = $(filter %-threads,$*)
EMCC_FLAGS    = $(ENGINE_FLAGS) --no-entry -sSTANDALONE_WASM -sIMPORTED_MEMORY -sALLOW_MEMORY_GROWTH \
                -sINITIAL_MEMORY=1MB -sMAXIMUM_MEMORY=4GB -s$(EMCC_STACK)=$(STACK) \
                $(if $(THREADS),-Wl$(COMMA)--shared-memory$(COMMA)--no-check-features$(COMMA)--export=stackRestore)
COMMA        := ,

# Emscripten has relaxed SIMD from 4 on. Where it is older, clang compiles that build and wasm-ld links it against
# emcc's library. Apart, because clang, where it links, calls the old wasm-opt, which damages these instructions.
EMCC_RELAXED  = $(shell emcc --version 2>/dev/null | grep -E '^emcc.* ([4-9]|[1-9][0-9]+)\.[0-9]+\.')
SYSROOT       = $(shell em-config CACHE 2>/dev/null || echo /usr/share/emscripten/cache)/sysroot
LIBRARY       = $(SYSROOT)/lib/wasm32-emscripten
CLANG         = clang-19 --target=wasm32-unknown-emscripten --sysroot=$(SYSROOT) $(ENGINE_FLAGS) -c
WASM_LD       = wasm-ld-19 --no-entry --stack-first -z stack-size=$(STACK) --import-memory --no-check-features --strip-all \
                --max-memory=4294967296 $(if $(THREADS),--shared-memory --export=stackRestore)
LD_LIBRARIES  = $(LIBRARY)/crt1_reactor.o -L$(LIBRARY) -lc -ldlmalloc -lcompiler_rt -lstandalonewasm-memgrow
BY_CLANG      = mkdir -p $(@D)/$* && cd $(@D)/$* && $(CLANG) $(addprefix ../../../,$(ENGINE)) && \
                $(WASM_LD) $(notdir $(ENGINE:.c=.o)) $(LD_LIBRARIES) -o ../$(@F)

BUILDS := $(foreach kernels,scalar simd relaxed,build/engine/$(kernels).wasm build/engine/$(kernels)-threads.wasm)

.DEFAULT_GOAL := help
.PHONY: help demo build cli test train import bench bench-train profile lint fmt fuzz clean site tools-build tools-test tools-lint

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: site ## build and serve the page, and print its address (PORT= chooses the port, MODEL=file.gguf the model)
	@node web/serve.js

build: site cli ## build everything: the engine, the page (build/site) and the command line

cli: build/logitscope ## build the native command line, build/logitscope

test: tools-test node_modules/.stamp site cli ## run every test
	@node --test tests/*.test.js

train: ## train a model on your own texts, CORPUS=folder (SHAPE=tiny|small|base STEPS= NAME= LICENSE= OPTIONS= PREPARE=), or the one that ships
	@.ci/install libdnnl-dev
	@$(MAKE) --no-print-directory -C model train FROM='$(subst ','\'',$(or $(value PWD),$(CURDIR)))'

import: ## make a GGUF of a llama2.c model: MODEL=in.bin TOKENIZER=tokenizer.bin OUT=out.gguf (TYPE=f16, CARD="--license mit")
	@$(if $(and $(MODEL),$(TOKENIZER),$(OUT)),,$(error Say make import MODEL=stories15M.bin TOKENIZER=tokenizer.bin OUT=stories15M.gguf))
	@$(MAKE) --silent --no-print-directory -C model OUT=../build/train ../build/train/import
	@build/train/import "$(MODEL)" "$(TOKENIZER)" "$(OUT)" $(TYPE) $(CARD)

bench: site cli tools-test build/logitscope-synth ## measure speed: of the engine beside llama.cpp and wllama (SHAPES= TYPES=), then of training (that alone: bench-train)
	@$(MAKE) --no-print-directory build/llama.cpp/llama || echo "llama.cpp is not to be had here (it takes x86-64 Linux and npm): measured without it"
	@node tests/bench.js
	@$(MAKE) --no-print-directory bench-train

profile: tools-test node_modules/.stamp build/profile/relaxed.wasm build/logitscope-synth ## show where the time goes, kernel by kernel (SHAPES= TYPES=)
	@node tests/bench/profile.js

# PyTorch's products are OpenBLAS's, which Debian's takes when it is there. Without either the rest is measured.
bench-train: build/bench/inputs build/bench/products
	@.ci/install python3-torch || true
	@.ci/install libopenblas0 || true
	@$(MAKE) --no-print-directory -C model build
	@node tests/bench-train.js

lint: tools-lint node_modules/.stamp ## check style, types and common mistakes
	clang-format --dry-run -Werror $(C_STYLE)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --enable=warning,portability,performance \
	  --suppress=missingIncludeSystem --suppress=nullPointerRedundantCheck src model # it does not know _Noreturn
	npx eslint .
	npx tsc --noEmit

fmt: tools-lint node_modules/.stamp ## format the code
	clang-format -i $(C_STYLE)
	npx eslint --fix .

fuzz: ## feed damaged files to the parser and the tokenizers for a minute (FUZZ_SECONDS= longer)
	@.ci/install clang libclang-rt-14-dev
	@node tests/fuzz.js $(FUZZ_SECONDS)

clean: ## remove what was built
	rm -rf build

# ---- tools ----

tools-build:
	@.ci/install emscripten
	@$(if $(EMCC_RELAXED),,.ci/install clang-19 lld-19)

tools-test: tools-build
	@.ci/install chromium libsimde-dev libdnnl-dev poppler-utils tesseract-ocr tesseract-ocr-eng perl
	@for package in firefox-esr python3-numpy; do .ci/install $$package || true; done # their tests are skipped where they are not to be had

tools-lint:
	@.ci/install clang-format cppcheck

node_modules/.stamp: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# ---- what is built ----

ENGINE := $(CORE) src/bandwidth.c src/wasm.c

build/engine/%.wasm: $(ENGINE) $(HEADERS) Makefile | tools-build
	@mkdir -p $(@D)
	$(if $(and $(filter relaxed%,$*),$(if $(EMCC_RELAXED),,old)),$(BY_CLANG),emcc $(EMCC_FLAGS) $(ENGINE) -o $@)

# The same objects with the names of their functions, for a profiler.
build/profile/relaxed.wasm: build/profile/%.wasm: build/engine/%.wasm
	@mkdir -p $(@D)
	$(if $(EMCC_RELAXED),emcc $(EMCC_FLAGS) --profiling-funcs $(ENGINE) -o $@,cd build/engine/$* && \
	  $(filter-out --strip-all,$(WASM_LD)) $(notdir $(ENGINE:.c=.o)) $(LD_LIBRARIES) -o $(CURDIR)/$@)

build/logitscope: $(CORE) $(CLI) $(HEADERS) Makefile
	@.ci/install libsimde-dev
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ARCH) $(POSIX) $(CORE) $(CLI) -lm -o $@

build/logitscope-synth: $(addprefix model/,synth.c llama_gguf.c gguf_write.c card.c quantise.c utf8.c shape.c) $(wildcard model/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(filter %.c,$^) -lm -o $@

build/bench/inputs: tests/c/bench_inputs.c $(addprefix model/,bpe.c checkpoint.c data.c shape.c) $(wildcard model/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(filter %.c,$^) -lm -o $@

build/bench/products: tests/c/products_bench.c model/gemm.c $(wildcard model/*.h)
	@.ci/install libdnnl-dev
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fopenmp $(filter %.c,$^) -ldnnl -ldl -lm -o $@

# The native peer: llama.cpp's own libraries for every x86-64 processor, as an npm package brings them.
PEER     := @node-llama-cpp/linux-x64@3.22.1
PEER_SUM := 0d953e1503d5ab4608d8ed5b739132308c81ac05ffeb760d2a7f30e08a9f90e0
PEER_LIB := build/llama.cpp/package/bins/linux-x64

build/llama.cpp/llama: tests/c/bench_llama.c Makefile
	@mkdir -p $(@D)
	npm pack --silent --pack-destination $(@D) $(PEER)
	cd $(@D) && echo "$(PEER_SUM)  $$(ls *.tgz)" | sha256sum --check --quiet && tar xzf *.tgz && rm *.tgz
	$(CC) $(CFLAGS) $(POSIX) $< $$(ls $(PEER_LIB)/libllama.*.so $(PEER_LIB)/libggml.*.so) -Wl,-rpath,'$$ORIGIN/package/bins/linux-x64' -o $@

site: $(BUILDS) node_modules/.stamp
	@npx vite build --logLevel warn
	@node web/size.js
