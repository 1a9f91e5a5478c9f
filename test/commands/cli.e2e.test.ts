import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runNode, vitrine } from '../support/process.js';

let taken: Server;
let takenPort: number;
beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  takenPort = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => new Promise((resolve) => taken.close(resolve)));

test('--help names the commands, the settings and the exit codes', async () => {
  const { code, stdout } = await vitrine(['--help']).ended;
  expect(code).toBe(0);
  for (const word of ['serve', 'import', 'sync', 'DATABASE_URL', 'VITRINE_DATA', 'Exit codes']) {
    expect(stdout).toContain(word);
  }
});

test.each([
  'serve',
  'import',
  'import-facts',
  'sync',
  'keys',
  'keys create',
  'keys list',
  'keys revoke',
  'keys rotate',
  'webhooks',
  'webhooks add',
  'webhooks list',
  'webhooks test',
  'webhooks rotate',
  'webhooks retry',
  'webhooks remove',
])('%s --help shows examples', async (command) => {
  const { code, stdout } = await vitrine([...command.split(' '), '--help']).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples:\\n.*vitrine ${command}`));
});

test.each([
  [['sevre'], /unknown command 'sevre'.*\(Did you mean serve\?\)/s],
  [['import'], /missing required argument 'feed'/],
  [['import', 'feed.tsv', '--language', 'it it'], /A language is a code like "it"/],
  [
    ['import', 'feed.tsv', '--language', 'it', '--prune'],
    /'--language <code>' cannot be used with option '--prune'/,
  ],
  [['import-facts'], /missing required argument 'file'/],
  [['keys', 'forget'], /unknown command 'forget'/],
  [
    ['keys', 'create', 'till', '--scope', 'everything'],
    /'everything' is invalid.*The scopes are: catalog:read, catalog:write/,
  ],
  [['keys', 'create', 'import'], /'import' is invalid.*not "anonymous" or "import"/],
  [['keys', 'create', 'a b'], /'a b' is invalid/],
  [['keys', 'create', 'a', '--origin', 'shop.example'], /'shop.example' is invalid.*https:\/\/shop.example/],
  [['keys', 'create', 'a', '--origin', 'https://shop.example/cart'], /is invalid.*no path/],
  [['keys', 'create', 'a', '--expires', '2020-01-01'], /is invalid.*in the future/],
  [['keys', 'create', 'a', '--expires', 'soon'], /'soon' is invalid.*like 90d/],
  [['keys', 'create', 'a', '--budget', '0'], /'0' is invalid.*from 1/],
  [['keys', 'rotate', 'a', '--overlap', '1'], /'1' is invalid.*24h/],
  [['serve', '--quick'], /unknown option '--quick'/],
  [['serve', 'now'], /too many arguments/],
])('wrong use %j exits with 2 and says what is wrong', async (args, complaint) => {
  const { code, stderr } = await vitrine(args).ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(complaint);
});

test('every mistake in the environment is named at once', async () => {
  const { code, stderr } = await vitrine(['serve'], {
    env: { PORT: 'http', DATABASE_URL: 'mysql://db', LOG_LEVEL: 'loud' },
  }).ended;
  expect(code).toBe(2);
  for (const name of ['PORT', 'DATABASE_URL', 'LOG_LEVEL']) expect(stderr).toContain(`${name}: must`);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('a port that is taken is said before anything is started', async () => {
  const { code, stderr } = await vitrine(['serve'], {
    env: { PORT: String(takenPort), VITRINE_DATA: '/nowhere' },
  }).ended;
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Port ${takenPort} of 127.0.0.1 is in use: stop the process that uses it, or set PORT to another port.\n`,
  );
});

test('so is the port for metrics', async () => {
  const { code, stderr } = await vitrine(['serve'], {
    env: { PORT: '0', VITRINE_METRICS_PORT: String(takenPort), VITRINE_DATA: '/nowhere' },
  }).ended;
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Port ${takenPort} of 127.0.0.1 is in use: stop the process that uses it, or set VITRINE_METRICS_PORT to another port.\n`,
  );
});

test('a host of another machine is told to be set', async () => {
  const { code, stderr } = await vitrine(['serve'], { env: { HOST: '192.0.2.1', PORT: '0' } }).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^192\.0\.2\.1 is not an address of this machine: set HOST/);
});

test('a data folder that cannot be is a sentence, not a stack', async () => {
  const { code, stderr } = await vitrine(['serve'], {
    env: { PORT: '0', VITRINE_DATA: '/dev/null/data' },
  }).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The data folder \/dev\/null\/data is blocked by a file with the same name: .*\n$/);
});

test('a detector that is not there is a sentence, not a stack', async () => {
  const { code, stderr } = await vitrine(['serve'], {
    env: { PORT: '0', VITRINE_DETECTOR: '/nowhere' },
  }).ended;
  expect(code).toBe(1);
  expect(stderr).toBe(
    '/nowhere/detector.json cannot be read. Set VITRINE_DETECTOR to a folder with a detector.json and its model.onnx (docs/look.md), or unset it.\n',
  );
});

test('a Node that is too old is told so', async () => {
  const { code, stderr } = await vitrine(['serve'], {
    nodeArgs: [
      '--import',
      `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.18.3'}})`,
    ],
  }).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Vitrine needs Node 20\.19 or newer; this is 20\.18\.3\. Install .*\n$/);
});

// A command loads its files at once, and Node runs whichever is read first.
test('classes with decorators can be loaded in any order', async () => {
  const cli = new URL('../../dist/commands/cli.js', import.meta.url).href;
  const decorated = new URL('../../dist/images/image-input.types.js', import.meta.url).href;
  const script = `await import('${cli}'); await import('${decorated}'); console.log('loaded');`;
  const { code, stdout, stderr } = await runNode(['--input-type=module', '-e', script]).ended;
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'loaded\n', stderr: '' });
});

// An import waits for twelve images at once, and each of them for the end of the command.
test('work that waits in many places at once is no reason for a warning of Node', async () => {
  const session = new URL('../../dist/commands/session.js', import.meta.url).href;
  const script = `
    import { setTimeout as sleep } from 'node:timers/promises';
    const { runCommand } = await import('${session}');
    await runCommand(async ({ signal }) => {
      await Promise.all(Array.from({ length: 12 }, () => sleep(1, undefined, { signal })));
      return 0;
    });`;
  const { code, stderr } = await runNode(['--input-type=module', '-e', script]).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
