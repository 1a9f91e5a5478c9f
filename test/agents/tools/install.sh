#!/usr/bin/env bash
# Installs the tools of others that test/agents/tools.e2e.test.ts runs, into a folder. What cannot be had is left out, and
# the tests that need it are skipped with a printed reason.
set -uo pipefail
folder=${1:?usage: install.sh FOLDER}
mkdir -p "$folder"
cd "$folder" || exit 1
[ -e package.json ] || echo '{ "private": true }' > package.json

# The client of UCP needs Node 22.19.
npm install --no-audit --no-fund --no-save \
  @shopify/ucp-cli@0.9.0 @modelcontextprotocol/conformance@0.1.16 @modelcontextprotocol/sdk@1.32.2 node@22.23.3 ||
  echo 'The tools of npm cannot be had.' >&2
{ python3 -m venv venv && venv/bin/pip install --quiet spck-conformance==0.4.0; } ||
  echo 'spck-conformance cannot be had.' >&2
# The schemas of UCP are published on ucp.dev and in its repository. Without them, there is nothing to validate by.
if [ -e ucp/source/schemas ] ||
  timeout 60 git clone --quiet --depth 1 https://github.com/Universal-Commerce-Protocol/ucp ucp; then
  cargo install --quiet --root cargo --version 1.4.1 ucp-schema || echo 'ucp-schema cannot be had.' >&2
else
  echo 'The schemas of UCP cannot be had.' >&2
fi
