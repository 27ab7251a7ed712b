# SPDX-License-Identifier: Apache-2.0
# Thin front to CMake: it installs what is missing, configures, builds and runs.
# NO_INSTALL=1 never installs. Build trees are incremental and live in build/.

BUILD ?= build
JOBS  ?= $(shell nproc)
# The system bench's design is verilated for one profile and channel count, so others
# (or a trace) have a tree of their own and leave the default one alone.
VARIANT   = $(if $(CHANNELS),-$(CHANNELS))$(if $(PROFILE),-$(PROFILE))$(if $(NARROW),-narrow$(NARROW))$(if $(RATE_CONTROL),-rate$(RATE_CONTROL))$(if $(EVENTS),-events)$(if $(CLASSES),-classes)$(if $(TAPS),-taps$(TAPS))$(if $(NEIGHBOUR),-neighbour$(NEIGHBOUR))
SIM_BUILD = $(if $(VARIANT),$(BUILD)/sim$(VARIANT),$(BUILD))
SIM_DEFINES = $(if $(CHANNELS),-DNRC_CHANNELS=$(CHANNELS)) $(if $(PROFILE),-DNRC_PROFILE=$(PROFILE)) \
              $(if $(NARROW),-DNRC_NARROW=$(NARROW)) $(if $(RATE_CONTROL),-DNRC_RATE_CONTROL=$(RATE_CONTROL)) \
              $(if $(EVENTS),-DNRC_EVENTS=1) $(if $(CLASSES),-DNRC_CLASSES=1) $(if $(TAPS),-DNRC_TAPS=$(TAPS)) $(if $(NEIGHBOUR),-DNRC_NEIGHBOUR=$(NEIGHBOUR))

# Ninja takes half a second where CMake's makefiles of this many targets take ten. A tree that has
# makefiles keeps them. Options and variables of this make are not meant for those.
CMAKE = @env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "CMAKE_GENERATOR=$${CMAKE_GENERATOR:-Ninja}" cmake
CTEST = @env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL ctest
# The one of the system, which has the packages of the system.
PYTHON = @PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3
DEPS  = @scripts/install_deps.sh

# LINK=80: a link of that many Mbit/s, or of a file's rates, and an encoder with rate control for it;
# RATE_CONTROL=0 shows what one without does.
ifneq ($(LINK),)
  RATE_CONTROL ?= $(if $(or $(filter range,$(PROFILE)),$(filter 1,$(NARROW))),0,1)
endif

# LOOPBACK=1: encoder and decoder with a link between them that loses LOSS percent of the packets.
SIM_TARGET = $(if $(LOOPBACK),nrc_loopback_sim,nrc_system_sim)

# What is not set is left to the bench's own default.
SIM_ARGS = $(if $(DATA),--data "$(DATA)") $(if $(FRAMES),--frames $(FRAMES)) \
           $(if $(LOOPBACK),,$(if $(PROFILE),--profile $(PROFILE))) $(if $(SEED),--seed $(SEED)) \
           $(if $(STALL),--stall $(STALL)) $(if $(LOSS),--loss $(LOSS)) \
           $(if $(LINK),--link "$(LINK)" $(if $(filter 0,$(RATE_CONTROL)),--allow-drops) $(if $(STALL),,--stall 0)) \
           $(if $(MAX_STEP),--max-step $(MAX_STEP)) $(if $(MIN_STEP),--min-step $(MIN_STEP)) $(if $(FIRST_STEP),--first-step $(FIRST_STEP)) \
           $(if $(EVENTS),--events$(if $(filter only,$(EVENTS)),=only)) $(if $(CLASSES),--channel-classes "$(CLASSES)")

# A variable that no target knows would be ignored: `make sim CHANNEL=32` would simulate 1024 channels.
VARIABLES = ALL ASIC_ARGS AUTOENCODER_ARGS BITS BOARD BUFFER BUILD CHANNELS CLASSES CLOCK DATA EVENTS FILES FIRST_STEP FRAMES \
  FRESH_TMP HARNESS JOBS JSON LIBERTY LINK LINT LOOPBACK LOSS MACROS MAX_STEP MIN_STEP MIRROR MULTI NARROW NEIGHBOUR NO_INSTALL OUT PACKETS PAIRS PICTURE \
  PREDICTOR_ARGS PROFILE PROOF RADIO RATE_CONTROL SECOND SECONDS SEED SEEDS SLOW SRAM STALL SUITE TABLES TAPS TRIALS WORKTREE
# In MAKEOVERRIDES a space inside a value has a backslash before it.
empty :=
space := $(empty) $(empty)
given = $(foreach word,$(subst \$(space),_,$(MAKEOVERRIDES)),$(firstword $(subst =, ,$(subst :=,=,$(word)))))
unknown = $(strip $(filter-out $(VARIABLES),$(given)))
ifneq ($(unknown),)
  $(error there is no variable $(firstword $(unknown)); `make help` lists those of each target)
endif
# Refused here, before a build tree is made for it.
ifeq ($(filter $(or $(PROFILE),huffman),huffman range),)
  $(error PROFILE is "$(PROFILE)"; give PROFILE=huffman or PROFILE=range)
endif
ifeq ($(filter $(or $(NEIGHBOUR),0),0 1),)
  $(error NEIGHBOUR is "$(NEIGHBOUR)"; give NEIGHBOUR=0 or NEIGHBOUR=1)
endif
ifeq ($(filter $(or $(RATE_CONTROL),0),0 1),)
  $(error RATE_CONTROL is "$(RATE_CONTROL)"; give RATE_CONTROL=0 or RATE_CONTROL=1)
endif
ifneq ($(and $(filter 1,$(RATE_CONTROL)),$(or $(filter range,$(PROFILE)),$(filter 1,$(NARROW)))),)
  $(error rate control is of the Huffman profile with its full state; leave out PROFILE=range and NARROW=1)
endif
ifeq ($(filter $(or $(EVENTS),1),1 only),)
  $(error EVENTS is "$(EVENTS)"; give EVENTS=1, or EVENTS=only for no samples)
endif
ifneq ($(and $(EVENTS)$(CLASSES),$(or $(filter range,$(PROFILE)),$(filter 1,$(NARROW)),$(LOOPBACK))),)
  $(error events and channel classes are of the encoder of the Huffman profile with its full state; leave out PROFILE=range, NARROW=1 and LOOPBACK)
endif
ifeq ($(filter $(or $(NARROW),0),0 1),)
  $(error NARROW is "$(NARROW)"; give NARROW=0 or NARROW=1)
endif
ifneq ($(and $(filter 1,$(NARROW)),$(filter 1,$(TAPS) $(NEIGHBOUR))),)
  $(error the narrow state goes with neither stage taps nor neighbour; leave out TAPS=1 and NEIGHBOUR=1)
endif
ifeq ($(NARROW)/$(if $(LOOPBACK),1),1/1)
  $(error there is no decoder of the narrow state in RTL; leave out LOOPBACK with NARROW=1)
endif
ifeq ($(filter $(or $(TAPS),0),0 1),)
  $(error TAPS is "$(TAPS)"; give TAPS=0 or TAPS=1)
endif
ifeq ($(TAPS)/$(or $(PROFILE),huffman),1/huffman)
  $(error stage taps belongs to the range profile; give PROFILE=range with TAPS=1)
endif
ifeq ($(NEIGHBOUR)/$(or $(PROFILE),huffman),1/huffman)
  $(error stage neighbour belongs to the range profile; give PROFILE=range with NEIGHBOUR=1)
endif
ifneq ($(and $(LOOPBACK),$(filter 1,$(TAPS) $(NEIGHBOUR))),)
  $(error there is no decoder of the stages taps and neighbour in RTL; leave out LOOPBACK with TAPS=1 and NEIGHBOUR=1)
endif
ifneq ($(shell printf '%s' '$(or $(CHANNELS),1)' | tr -d 0-9),)
  $(error CHANNELS is "$(CHANNELS)"; give a number of channels, as in CHANNELS=32)
endif

.DEFAULT_GOAL := help
.PHONY: help build challenge sim link events wave check test coverage fuzz fuzz-corpus faults soak formal cocotb soc packages lint format generate registers bench benchmark compare study train-neural train-channels synth asic energy python-test pip-check labs wheel report fresh-check clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

build: ## Build the commands build/nrc, build/encode and build/decode
	$(DEPS) model
	$(call configure_programs)
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target programs

challenge: ## Count ratio as Neuralink's compression challenge does, its two small programs included [DATA=, required; TABLES= JSON=]
	$(call need_data,challenge)
	$(DEPS) challenge
	$(PYTHON) tools/challenge/score.py "$(DATA)" --check
	$(call configure_programs) -DNRC_CHALLENGE_TABLES="$(abspath $(TABLES))"
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target challenge_encode challenge_decode
	$(PYTHON) tools/challenge/score.py "$(DATA)" --encode $(BUILD)/challenge/encode \
	  --decode $(BUILD)/challenge/decode --jobs $(JOBS) --json "$(or $(JSON),$(BUILD)/challenge/score.json)"

sim: ## Run the system simulation [DATA= PROFILE= NARROW= TAPS= NEIGHBOUR= CHANNELS= FRAMES= SEED= STALL= LINK= MAX_STEP= MIN_STEP= FIRST_STEP= RATE_CONTROL= EVENTS=1 CLASSES=file LOOPBACK=1 LOSS=]
	$(call check_data,sim)
	$(DEPS) sim
	$(CMAKE) -S . -B $(SIM_BUILD) -DNRC_BUILD_SIM=ON $(call tests_off,$(SIM_BUILD)) \
	  $(SIM_DEFINES)
	$(CMAKE) --build $(SIM_BUILD) -j$(JOBS) --target $(SIM_TARGET)
	$(SIM_BUILD)/$(SIM_TARGET) $(if $(CHANNELS),--channels $(CHANNELS)) $(SIM_ARGS)

link: ## Measure what links of 100 to 40 Mbit/s make of recordings, with rate control and without [DATA= FRAMES= JSON= PICTURE=]
	$(call check_data,link)
	$(DEPS) sim benchmark
	$(CMAKE) -S . -B $(BUILD) -DNRC_BUILD_SIM=ON $(call tests_off,$(BUILD))
	$(CMAKE) -S . -B $(BUILD)/sim-rate1 -DNRC_BUILD_SIM=ON $(call tests_off,$(BUILD)/sim-rate1) -DNRC_RATE_CONTROL=1
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target nrc_system_sim
	$(CMAKE) --build $(BUILD)/sim-rate1 -j$(JOBS) --target nrc_system_sim
	$(PYTHON) sim/link.py $(BUILD)/sim-rate1/nrc_system_sim $(BUILD)/nrc_system_sim $(if $(DATA),--data "$(DATA)") \
	  $(if $(FRAMES),--frames $(FRAMES)) --json "$(or $(JSON),$(BUILD)/link.json)" --points $(BUILD)/link.txt
	gnuplot -e "data='$(BUILD)/link.txt'; picture='$(or $(PICTURE),$(BUILD)/link.svg)'" sim/plot_link.gp

events: ## Measure which spikes an encoder's events hold, and their rate [DATA= FRAMES= JSON=]
	$(call check_data,events)
	$(DEPS) benchmark
	$(CMAKE) -S . -B $(BUILD)/benchmark -DNRC_BENCHMARK=ON -DNRC_BUILD_TESTS=OFF -DNRC_BUILD_SIM=OFF
	$(CMAKE) --build $(BUILD)/benchmark -j$(JOBS) --target event_benchmark
	$(BUILD)/benchmark/event_benchmark $(if $(DATA),--data "$(DATA)") $(if $(FRAMES),--frames $(FRAMES)) \
	  --json "$(or $(JSON),$(BUILD)/events.json)"

wave: CHANNELS := $(or $(CHANNELS),16)
wave: FRAMES   := $(or $(FRAMES),40)
wave: ## Write build/nrc.fst, a waveform of a short simulation (same variables)
	$(call check_data,wave)
	$(DEPS) sim
	$(CMAKE) -S . -B $(BUILD)/wave$(VARIANT) -DNRC_BUILD_SIM=ON -DNRC_BUILD_TESTS=OFF \
	  -DNRC_TRACE=ON $(SIM_DEFINES)
	$(CMAKE) --build $(BUILD)/wave$(VARIANT) -j$(JOBS) --target nrc_system_sim
	$(BUILD)/wave$(VARIANT)/nrc_system_sim --channels $(CHANNELS) $(SIM_ARGS) --trace $(BUILD)/nrc.fst
	@echo 'View it with: gtkwave $(BUILD)/nrc.fst'

check: ## Build and run the quick tests: model, commands, and each stage of the RTL in one configuration
	$(DEPS) test
	$(CMAKE) -S . -B $(BUILD) -DNRC_BUILD_TESTS=ON -DNRC_BUILD_SIM=ON -DNRC_BUILD_STUDY=ON
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target check_programs
	$(CTEST) --test-dir $(BUILD) --output-on-failure -j$(JOBS) -L '^check$$'

test: ## Build everything and run every test
	$(DEPS) test
	$(CMAKE) -S . -B $(BUILD) -DNRC_BUILD_TESTS=ON -DNRC_BUILD_SIM=ON -DNRC_BUILD_STUDY=ON
	$(CMAKE) --build $(BUILD) -j$(JOBS)
	$(CTEST) --test-dir $(BUILD) --output-on-failure -j$(JOBS)

coverage: ## Measure C++ and RTL line coverage of the tests in build/coverage
	$(DEPS) dev
	$(CMAKE) -S . -B $(BUILD)/coverage -DCMAKE_BUILD_TYPE=Debug -DNRC_COVERAGE=ON \
	  -DNRC_BUILD_STUDY=ON
	$(CMAKE) --build $(BUILD)/coverage -j$(JOBS)
	@scripts/coverage.sh $(BUILD)/coverage $(JOBS)

fuzz: ## Fuzz what reads streams and files, in build/fuzz [SECONDS=600 HARNESS=]
	$(call build_fuzzers)
	@scripts/fuzz.sh run $(BUILD)/fuzz $(or $(SECONDS),600) $(JOBS) $(HARNESS)

fuzz-corpus: ## Take what make fuzz found into tb/fuzz/corpus [HARNESS=]
	$(call build_fuzzers)
	@scripts/fuzz.sh merge $(BUILD)/fuzz $(HARNESS)

faults: ## Damage streams of the model and the RTL, and check the receiver [TRIALS=10000 SEED=1 JSON=]
	$(DEPS) test
	$(CMAKE) -S . -B $(BUILD) -DNRC_BUILD_TESTS=ON
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target nrc_faults
	$(BUILD)/nrc_faults $(if $(TRIALS),--trials $(TRIALS)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(JSON),--json "$(JSON)")

soak: ## Run nrc stream for long over sockets with a bad link in between [PACKETS=100000 SEED=1]
	@$(MAKE) --no-print-directory build
	$(PYTHON) scripts/soak.py --nrc $(BUILD)/nrc $(if $(PACKETS),--packets $(PACKETS)) \
	  $(if $(SEED),--seed $(SEED))

formal: ## Prove properties of the RTL, and that each proof finds faults [PROOF=]
	$(DEPS) formal
	@NRC_FORMAL_DIR=$(BUILD)/formal NRC_FORMAL_JOBS=$(JOBS) scripts/formal.sh $(PROOF)

cocotb: ## Run the examples of cocotb benches of the encoder, bare and with registers, in Icarus; installs cocotb in a virtual environment of its own
	$(DEPS) cocotb
	$(call configure_programs)
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target programs
	@cmp -s tb/cocotb/requirements.txt $(BUILD)/cocotb-venv/requirements.txt || ($(subst @,,$(PYTHON)) -m venv $(BUILD)/cocotb-venv && \
	  $(BUILD)/cocotb-venv/bin/python -m pip install -q --disable-pip-version-check -r tb/cocotb/requirements.txt && \
	  cp tb/cocotb/requirements.txt $(BUILD)/cocotb-venv)
	NRC=$(BUILD)/nrc NRC_COCOTB_DIR=$(abspath $(BUILD))/cocotb $(BUILD)/cocotb-venv/bin/python tb/cocotb/run.py

soc: ## Run an encoder with a RISC-V core that sets it and reads its packets, in Icarus; installs the core in a virtual environment of its own
	$(DEPS) soc
	$(call configure_programs)
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target programs
	@cmp -s tb/soc/requirements.txt $(BUILD)/soc-venv/requirements.txt || ($(subst @,,$(PYTHON)) -m venv $(BUILD)/soc-venv && \
	  $(BUILD)/soc-venv/bin/python -m pip install -q --disable-pip-version-check -r tb/soc/requirements.txt && \
	  cp tb/soc/requirements.txt $(BUILD)/soc-venv)
	NRC=$(abspath $(BUILD))/nrc $(BUILD)/soc-venv/bin/python tb/soc/run.py

packages: ## Every target of nrc.core in FuseSoC, boards without synthesis, and Bender.yml in Bender if there is one
	$(DEPS) test
	NRC_BINARY_DIR=$(abspath $(BUILD)) $(PYTHON) tb/package/hardware_packages_test.py --all

lint: ## Check the sources: C++ (clang-tidy, format), Python, shell, RTL [LINT="python shell format registers rtl tidy"]
	$(DEPS) dev
	$(CMAKE) -S . -B $(BUILD)/lint -DNRC_BUILD_STUDY=ON -DNRC_BENCHMARK=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
	  -DCMAKE_UNITY_BUILD=OFF >/dev/null
	@NRC_BINARY_DIR=$(BUILD)/lint NRC_LINT_VENV=$(BUILD)/lint-venv JOBS=$(JOBS) scripts/lint.sh $(LINT)

format: ## Format the C++ sources
	$(DEPS) dev
	@NRC_LINT_VENV=$(BUILD)/lint-venv scripts/lint.sh reformat

generate: ## Write the C++ tables and ROM images from the trained tables
	$(DEPS) model
	$(call configure_programs)
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target nrc_generate
	$(BUILD)/nrc-generate

registers: ## Write the registers' RTL, C header and document from their description
	$(DEPS) pip
	@NRC_LINT_VENV=$(BUILD)/lint-venv scripts/lint.sh regenerate

bench: ## Measure ratio and speed [DATA=, required]
	$(call need_data,bench)
	@$(MAKE) --no-print-directory build
	$(BUILD)/nrc bench "$(DATA)"

benchmark: ## Measure speed and ratio next to zlib, zstd, FLAC and WavPack, and plot it [DATA= MULTI= PICTURE=]
	$(call check_data,benchmark)
	$(DEPS) benchmark
	$(CMAKE) -S . -B $(BUILD)/benchmark -DNRC_BENCHMARK=ON -DNRC_BUILD_TESTS=OFF -DNRC_BUILD_SIM=OFF
	$(CMAKE) --build $(BUILD)/benchmark -j$(JOBS) --target codec_benchmark \
	  multichannel_benchmark
	$(BUILD)/benchmark/codec_benchmark $(if $(DATA),--data "$(DATA)") --plot $(BUILD)/benchmark/speed.txt \
	  --benchmark_out=$(BUILD)/benchmark/speed.json
	$(BUILD)/benchmark/multichannel_benchmark $(if $(MULTI),--data "$(MULTI)") \
	  --text $(BUILD)/benchmark/multichannel.txt --plot $(BUILD)/benchmark/multichannel-plot.txt \
	  --benchmark_out=$(BUILD)/benchmark/multichannel.json
	gnuplot -e "data='$(BUILD)/benchmark/multichannel-plot.txt'; picture='$(BUILD)/benchmark/multichannel.svg'" \
	  study/benchmark/plot_multichannel.gp
	gnuplot -e "data='$(BUILD)/benchmark/speed.txt'; picture='$(or $(PICTURE),$(BUILD)/benchmark/speed.svg)'" \
	  study/benchmark/plot_speed.gp

compare: ## Compare the ratio with other compressors [DATA=, required]
	$(call need_data,compare)
	@$(MAKE) --no-print-directory build
	$(DEPS) compare
	@study/compare.sh "$(DATA)" $(BUILD)/nrc

study: ## Measure methods, statistics and limits on recordings [DATA= OUT=, required; ALL=1 PAIRS=]
	$(call need_data,study,OUT=directory)
	$(if $(OUT),,$(error study needs a directory to write: make study DATA=path OUT=directory))
	$(DEPS) study
	$(CMAKE) -S . -B $(BUILD) $(call tests_off,$(BUILD)) -DNRC_BUILD_STUDY=ON \
	  $(if $(wildcard $(BUILD)/CMakeCache.txt),,-DNRC_BUILD_SIM=OFF)
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target nrc_cli nrc_study_program
	$(BUILD)/nrc study "$(DATA)" -o "$(OUT)" $(if $(ALL),--all) $(if $(PAIRS),--pairs "$(PAIRS)")

train-neural: ## Train the networks of the neural profile and of the study [DATA= OUT=, required; SEED=1 PREDICTOR_ARGS= AUTOENCODER_ARGS=]
	$(call need_data,train-neural,OUT=directory)
	$(if $(OUT),,$(error train-neural needs a directory to write: make train-neural DATA=path OUT=directory))
	$(DEPS) neural
	@$(MAKE) --no-print-directory build
	@mkdir -p "$(OUT)"
	@[ -e "$(OUT)/range.json" ] || \
	  $(BUILD)/nrc train "$(DATA)" --profile range --test-every 3 -o "$(OUT)/range.json"
	$(PYTHON) study/networks/train_predictor.py "$(DATA)" -o "$(OUT)" --seed $(or $(SEED),1) \
	  --range "$(OUT)/range.json" --generic model/tables/range_generic.json $(PREDICTOR_ARGS)
	$(PYTHON) study/networks/train_autoencoder.py "$(DATA)" --work "$(OUT)" --seed $(or $(SEED),1) \
	  -o "$(OUT)/autoencoder_weights.cpp" $(AUTOENCODER_ARGS)
	$(PYTHON) study/networks/adapt_predictor.py "$(DATA)" --range "$(OUT)/range.json" \
	  --checkpoint "$(OUT)/predictor.pt"

train-channels: ## Train and measure autoencoders of several channels [FILES= or PAIRS=, and OUT=, required; SEED=1]
	$(if $(and $(FILES)$(PAIRS),$(OUT)),,$(error train-channels needs recordings and a directory to write: make train-channels FILES="a_64ch_25000Hz.i16 ..." OUT=path))
	$(DEPS) neural
	$(PYTHON) study/networks/train_channels.py $(FILES) $(if $(PAIRS),--pairs "$(PAIRS)") \
	  --work "$(OUT)" -o "$(OUT)/channels.csv" --seed $(or $(SEED),1)

synth: ## Bitstream of a board, timing met with every seed [BOARD=, a folder of constraints/ PROFILE= RATE_CONTROL=1 CHANNELS= SEEDS="1 2 3"]
	$(DEPS) synth
	@scripts/synth.py $(or $(BOARD),icebreaker) --out $(BUILD)/synth --jobs $(JOBS) \
	  $(if $(filter 1,$(RATE_CONTROL)),--profile rate,$(if $(PROFILE),--profile $(PROFILE))) \
	  $(if $(CHANNELS),--channels $(CHANNELS)) $(if $(SEEDS),--seeds "$(SEEDS)") $(if $(filter 1,$(NO_INSTALL)),--no-install)

asic: ## Estimate area, timing and power in a cell library [LIBERTY=, required; SLOW= SECOND= SRAM= MACROS= DATA= PROFILE= NARROW= CHANNELS= CLOCK= BUFFER= FRAMES= ASIC_ARGS=]
	$(if $(LIBERTY),,$(error asic needs a cell library: make asic LIBERTY=path.lib [SRAM=directory]; see docs/asic.md))
	$(call check_data,asic)
	$(DEPS) asic
	@$(MAKE) --no-print-directory build
	@scripts/asic/estimate.py --liberty "$(LIBERTY)" --nrc $(BUILD)/nrc --out $(BUILD)/asic --jobs $(JOBS) \
	  $(if $(SLOW),--slow "$(SLOW)") $(if $(SECOND),--second "$(SECOND)") $(if $(SRAM),--sram "$(SRAM)") $(if $(MACROS),--macros "$(MACROS)") \
	  $(if $(DATA),--data "$(DATA)") $(if $(PROFILE),--profile $(PROFILE)) $(if $(CHANNELS),--channels $(CHANNELS)) \
	  $(if $(CLOCK),--clock $(CLOCK)) $(if $(BUFFER),--buffer $(BUFFER)) $(if $(FRAMES),--frames $(FRAMES)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(filter 1,$(NARROW)),--narrow) $(ASIC_ARGS)

energy: ## What compression saves at the radio against what it costs, from the reports of make asic [RADIO= pJ/bit, BITS= a sample]
	@scripts/asic/energy.py $(BUILD)/asic $(if $(RADIO),--radio $(RADIO)) $(if $(BITS),--bits $(BITS))

python-test: ## Test the Python package, also with what is left out of make test: NWB, SpikeInterface's own detectors
	$(DEPS) test
	$(CMAKE) -S . -B $(BUILD) -DNRC_BUILD_TESTS=ON -DNRC_BUILD_SIM=ON -DNRC_BUILD_STUDY=ON
	$(CMAKE) --build $(BUILD) -j$(JOBS) --target nrc_codec nrc_cli
	$(PYTHON) tb/package/python_test.py --all

pip-check: ## Install the Python package as README.md says, in new environments, and run the examples
	$(DEPS) pip
	@scripts/pip_check.sh $(BUILD)/pip-check

labs: ## Compare the Python package with the codecs that laboratories use [DATA=, required: recordings *_<channels>ch_<rate>Hz.i16]
	$(call need_data,labs)
	@scripts/labs.sh $(BUILD)/labs "$(DATA)"

wheel: ## Build the wheel of the Python package and test it with each Python that is found
	@scripts/wheel.sh $(BUILD)/wheel

report: ## Gather the figures of make synth and make asic in build/report.md
	@scripts/report.py $(BUILD)

fresh-check: ## Prove "make sim" and "make test" on a new Debian, as root [SUITE=bookworm|trixie FRAMES=]
	@SUITE="$(SUITE)" FRAMES="$(FRAMES)" scripts/fresh_check.sh

clean: ## Remove the build directory
	rm -rf $(BUILD)

define build_fuzzers
$(DEPS) fuzz
$(CMAKE) -S . -B $(BUILD)/fuzz -DCMAKE_CXX_COMPILER=clang++ -DNRC_FUZZ=ON \
  -DNRC_BUILD_TESTS=OFF -DNRC_BUILD_SIM=OFF
$(CMAKE) --build $(BUILD)/fuzz -j$(JOBS) --target fuzzers
endef

# $(call need_data,TARGET,OTHER ARGUMENTS): recordings that are there, before anything is built.
need_data = $(if $(DATA),$(call check_data,$(1)),$(error $(1) needs recordings: make $(1) DATA=path$(if $(2), $(2)). docs/recordings.md says where to get some))

check_data = $(if $(DATA),$(if $(shell test -e "$(DATA)" && echo there),,$(error DATA=$(DATA) does not exist; give $(1) a path of recordings)))

# A first build needs no test tools; a tree that has the tests on keeps them.
tests_off = $(if $(wildcard $(1)/CMakeCache.txt),,-DNRC_BUILD_TESTS=OFF)
configure_programs = $(CMAKE) -S . -B $(BUILD) $(call tests_off,$(BUILD)) \
  $(if $(wildcard $(BUILD)/CMakeCache.txt),,-DNRC_BUILD_SIM=OFF)
