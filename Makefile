# Every target hands over to dev/, which needs nothing but a shell to begin with.
DEV := @dev/bootstrap.sh

.DEFAULT_GOAL := help
.PHONY: help run stop test lint format images prove bench screenshot prepare lock clean stop-engine

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install what is missing, build, and run Drydock; PORT=8001 chooses another port
	$(DEV) run

stop: ## stop a Drydock that runs from this checkout
	$(DEV) stop

test: ## run every check and test, on a real engine, both databases and a real browser
	$(DEV) test

lint: ## ruff, mypy and eslint only
	$(DEV) lint

format: ## let ruff format the code and mend what it can
	$(DEV) format

images: ## build the sandbox image and the lab images; only what changed is rebuilt
	$(DEV) images

prove: ## type every printed command of all labs in real sandboxes; ARGS="docker-101 --parallel 2" chooses
	$(DEV) prove $(ARGS)

bench: ## measure, and compare each figure with a baseline of the same run
	$(DEV) bench

screenshot: ## take the README's picture of the learning page anew
	$(DEV) screenshot

prepare: ## install and build everything that run and test need, and start nothing else
	$(DEV) prepare

lock: ## write the lock files of Python and npm packages anew
	$(DEV) lock

clean: ## delete what can be made again; the data under var/ stays
	$(DEV) clean

stop-engine: ## stop the Docker engine that an earlier target started
	$(DEV) stop-engine
