import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LINK = /\]\(([^)\s]+)\)/g;
const HEADING = /^#+ (.+)$/gm;
const NAMED = /<a id="([^"]+)">/g;

test('every link between pages leads to a file, and to a heading if it names one', async () => {
  const pages = await readPages();
  const broken = await Promise.all([...pages].map(([page, text]) => brokenLinks(page, text, pages)));
  expect(broken.flat()).toEqual([]);
});

/** The text of each page, by its path in the repository. */
async function readPages(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(join(ROOT, 'docs'), { recursive: true });
  const paths = ['README.md', 'CONTRIBUTING.md', 'bench/README.md', ...names.map((name) => `docs/${name}`)];
  const pages = paths.filter((path) => path.endsWith('.md'));
  return new Map(
    await Promise.all(pages.map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as const)),
  );
}

async function brokenLinks(
  page: string,
  text: string,
  pages: ReadonlyMap<string, string>,
): Promise<string[]> {
  const links = [...text.matchAll(LINK)].map(([, link = '']) => link).filter((link) => !link.includes('://'));
  const works = await Promise.all(
    links.map(async (link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (anchor !== undefined) return anchorsOf(pages.get(target) ?? '').has(anchor);
      return access(join(ROOT, target)).then(
        () => true,
        () => false,
      );
    }),
  );
  return links.filter((_, index) => !works[index]).map((link) => `${page}: ${link}`);
}

/** The anchors that GitHub gives to headings, and those that a page names itself. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(HEADING)].map(([, heading = '']) => heading);
  const named = [...text.matchAll(NAMED)].map(([, id = '']) => id);
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...slugs, ...named]);
}
