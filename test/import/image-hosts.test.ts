import { expect, test } from '@jest/globals';
import { DownloadError } from '../../src/images/fetch-image.js';
import { ImageHosts } from '../../src/import/image-hosts.js';

const DOWN = new DownloadError('The download failed.', true);
const NOT_FOUND = new DownloadError('The server answered with status 404.', false);
const PICTURE = Buffer.from('a picture');

/** Hosts that answer with one thing after the other, and then with the last of them. */
function openHosts(...answers: readonly [DownloadError | Buffer, ...(DownloadError | Buffer)[]]) {
  const asked: string[] = [];
  const pauses: number[] = [];
  const fetcher = {
    fetch(link: string): Promise<Buffer> {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? answers[0];
      asked.push(link);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    close: () => Promise.resolve(),
  };
  const hosts = new ImageHosts(fetcher, (ms) => Promise.resolve(pauses.push(ms)));
  return { asked, pauses, fetch: (name: string) => hosts.fetch(`https://cdn.example/${name}`, undefined) };
}

test('a host that has answered is asked again for what it fails to answer, after longer and longer pauses', async () => {
  const { fetch, asked, pauses } = openHosts(PICTURE, DOWN, DOWN, PICTURE);
  await fetch('a.png');
  expect(await fetch('b.png')).toEqual(PICTURE);
  expect(asked.map((link) => link.slice(-5))).toEqual(['a.png', 'b.png', 'b.png', 'b.png']);
  expect(pauses).toEqual([500, 2_000]);
});

test('a host that stops answering is given up for a link after three tries, and for the run after five links', async () => {
  const { fetch, asked } = openHosts(PICTURE, DOWN);
  await fetch('first.png');
  for (let link = 1; link <= 5; link += 1) {
    await expect(fetch(`${link}.png`)).rejects.toThrow('The download failed.');
    expect(asked).toHaveLength(1 + 3 * link);
  }
  await expect(fetch('6.png')).rejects.toThrow(
    'The host cdn.example did not answer, and is left alone for this run.',
  );
  expect(asked).toHaveLength(16);
});

test('a host that never answered is asked once for each of three links', async () => {
  const { fetch, asked, pauses } = openHosts(DOWN);
  for (const name of ['1.png', '2.png', '3.png'])
    await expect(fetch(name)).rejects.toThrow('The download failed.');
  await expect(fetch('4.png')).rejects.toThrow('is left alone for this run');
  expect([asked.length, pauses]).toEqual([3, []]);
});

test('a host that says that it has no such picture is neither asked again nor left alone', async () => {
  const { fetch, asked, pauses } = openHosts(PICTURE, NOT_FOUND);
  await fetch('first.png');
  for (let link = 0; link < 10; link += 1) await expect(fetch(`${link}.png`)).rejects.toThrow('404');
  expect([asked.length, pauses]).toEqual([11, []]);
});
