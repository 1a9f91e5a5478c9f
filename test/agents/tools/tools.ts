import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from '@jest/globals';

/** Where install.sh has put the tools of others; undefined: nowhere. */
const FOLDER = process.env['VITRINE_AGENT_TOOLS'];

const PATHS = {
  'spck-conformance': 'venv/bin/spck-conformance',
  'ucp-cli': 'node_modules/.bin/ucp',
  'mcp-conformance': 'node_modules/.bin/conformance',
  'ucp-schema': 'cargo/bin/ucp-schema',
  'UCP’s schemas': 'ucp/source/schemas',
  node: 'node_modules/node/bin/node',
} as const;
export type Tool = keyof typeof PATHS;

export const pathOf = (tool: Tool): string => join(FOLDER ?? '', PATHS[tool]);

const told = new Set<string>();

/** `test`, skipped with a printed reason where one of these tools is not installed. */
export function testWith(tools: readonly Tool[], name: string, run: () => Promise<void>): void {
  const missing = tools.filter((tool) => FOLDER === undefined || !existsSync(pathOf(tool)));
  for (const tool of missing) {
    if (!told.has(tool))
      process.stderr.write(
        `Skipped: ${tool} is not in VITRINE_AGENT_TOOLS (run test/agents/tools/install.sh FOLDER).\n`,
      );
    told.add(tool);
  }
  (missing.length === 0 ? test : test.skip)(name, run);
}

/** Runs a tool under the Node that is installed beside it; returns what it wrote, and its exit status. */
export function runTool(
  tool: Tool,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  const path = [dirname(pathOf('node')), process.env['PATH']].join(delimiter);
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      pathOf(tool),
      args,
      { env: { ...inherited, ...env, PATH: path }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
          output: stdout + stderr,
        });
      },
    );
  });
}
