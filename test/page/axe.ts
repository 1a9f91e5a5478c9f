import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds on a page, or in a part of it, each with the first element. */
export async function axe(page: Page, part = 'html'): Promise<string[]> {
  // The page's policy allows no script but its own; what a tester types is none of the page.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async (selector) => {
    const checker: unknown = Reflect.get(window, 'axe');
    const run = (
      checker as {
        run: (part: string) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      }
    ).run;
    const { violations } = await run(selector);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  }, part);
}
