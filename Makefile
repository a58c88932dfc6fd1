# Every target is a script of its own; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run dev check test e2e faults cluster conformance bench lighthouse map build clean-data

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up, build, fill in demo data, serve http://127.0.0.1:3000 (PORT=3100 for another port)
	@scripts/run

dev: ## Serve a development build; build and reload at every change
	@scripts/dev

check: ## The fast loop: formatting, and do both halves compile
	@scripts/check

test: ## Everything that has to pass: lints, docs, tests, licences, release build, faults, the API's document, end-to-end
	@scripts/test

e2e: ## The end-to-end tests in Chromium, with services and data of their own
	@scripts/e2e

faults: ## Break the server, PostgreSQL, Redis, network, clock and disk in mid-rush (some minutes)
	@scripts/faults

cluster: ## Two processes and a worker behind nginx, PostgreSQL with a replica, Redis; http://127.0.0.1:3000 (PORT=3100)
	@scripts/cluster

conformance: ## Hold the API against its document: tens of thousands of requests, right and wrong ones (some minutes)
	@scripts/conformance

bench: ## Measure the booking engine beside the database's own ceilings (some minutes, on an idle machine)
	@scripts/bench

map: ## How smoothly the largest map moves, the processor throttled to a quarter (a minute, on an idle machine)
	@scripts/e2e --config measures.config.ts map

lighthouse: ## What Lighthouse makes of the pages, as on a phone with a slow line (some minutes, on an idle machine)
	@scripts/lighthouse

build: ## The release build into target/evently, if anything has changed
	@scripts/setup build && scripts/build

clean-data: ## Stop this clone's PostgreSQL and Redis and delete their data
	@scripts/services remove && rm -rf .data
