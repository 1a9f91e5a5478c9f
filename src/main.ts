#!/usr/bin/env node
// This file imports nothing statically, so that an old Node gets far enough to report that it is too old.
const NEEDED = [20, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `Vitrine needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}. ` +
      'Install a current one from https://nodejs.org and run this again.',
  );
  process.exitCode = 1;
} else {
  // Packages such as graphql read it when they load, and skip checks in production.
  process.env['NODE_ENV'] ??= 'production';
  void import('./commands/cli.js').then(({ runCli }) => runCli(process.argv));
}

export {};
