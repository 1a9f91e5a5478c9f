import { existsSync, readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

const THREADS = '/proc/self/task';

/**
 * Lowers the priority of this process to a niceness from 1 to 19. On Linux a priority belongs to a thread: those that
 * start later inherit it, but Node.js and what was imported have started theirs, which decode and draw images.
 */
export function lowerPriority(niceness: number): void {
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync(THREADS)) {
    try {
      setPriority(Number(thread), niceness);
    } catch (error) {
      // One that has ended meanwhile has none.
      if (existsSync(`${THREADS}/${thread}`)) throw error;
    }
  }
}
