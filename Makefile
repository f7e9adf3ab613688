# What can be done here. `make help` lists it. PORT, HOST, PUBLIC_URL and PYTHON may be given: make run PORT=8001

PYTHON ?= python3
export KM_TARGET = $@
# exec: so that make’s own child is the portal, and a signal to make reaches it.
BOOT = $(PYTHON) scripts/bootstrap.py

.PHONY: help run serve first backup restore test bench chaos sbom audit demo-reset format pictures lock hooks
.DEFAULT_GOAL := help

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: ## set everything up and start the portal with the demo: http://127.0.0.1:8000/
	@KM_DEMO=1 exec $(BOOT) start

first: ## make an organisation and its administrator, without the demo
	@exec $(BOOT) first

serve: ## start the real portal (after make first)
	@KM_DEMO=0 exec $(BOOT) start

backup: ## write one file with the whole portal, while it runs
	@KM_DEMO=0 exec $(BOOT) backup

restore: ## put a back-up in place of what is there: make restore FILE=… (REPLACE=yes to replace a portal)
	@KM_DEMO=0 FILE="$(FILE)" REPLACE="$(REPLACE)" exec $(BOOT) restore

test: ## set everything up and pass the tests; STRICT=1 installs what is missing and skips nothing
	@exec $(BOOT) --dev check

bench: ## measure the speed, print it and keep it in benchmarks/latest.json
	@exec $(BOOT) --dev bench

chaos: ## kill the parts of a working portal and count what is lost (long; ROUNDS=12)
	@exec $(BOOT) chaos

sbom: ## write down every library with version, hashes and licence: var/sbom.cdx.json
	@exec $(BOOT) sbom

audit: ## ask whether a weakness of a library is known, and say what could not be looked up
	@exec $(BOOT) audit

demo-reset: ## make the demo as new
	@KM_DEMO=1 exec $(BOOT) demo_reset

format: ## bring code and templates into the form that the tests ask for
	@exec $(BOOT) --dev format

pictures: ## take the pictures of the guides and the README again, from a demo of their own
	@exec $(BOOT) --dev pictures

hooks: ## have git look at each commit message as the gate does
	@git config core.hooksPath scripts/hooks

lock: ## pin the newest libraries that pyproject.toml allows, with hashes
	@exec $(BOOT) --dev lock
