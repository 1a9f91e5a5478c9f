import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second for every process. */
const MS_A_TICK = 10;

interface Stat {
  readonly parent: number;
  /** CPU time of the process with all its threads, and of its children that ended. */
  readonly ms: number;
}

/** Milliseconds of CPU that the process has used. */
export const cpuOf = (pid: number): number => read(pid)?.ms ?? 0;

/** The same for a process and its children: a Postgres server. */
export function cpuOfFamily(pid: number): number {
  const others = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)));
  return others.reduce((sum, stat) => (stat?.parent === pid ? sum + stat.ms : sum), cpuOf(pid));
}

/** The process that started this one. */
export function parentOf(pid: number): number {
  const stat = read(pid);
  if (stat === null) throw new Error(`Process ${pid} has ended.`);
  return stat.parent;
}

function read(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may contain anything, but ends with the last parenthesis.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return {
      parent: Number(fields[1]),
      ms: MS_A_TICK * ((user ?? 0) + (system ?? 0) + (endedUser ?? 0) + (endedSystem ?? 0)),
    };
  } catch {
    return null;
  }
}
