export interface Target {
  /**
   * By default, the target refers to the ratio a/b, computed round by round; with 'a', it refers to a, in its unit.
   */
  of?: 'a';
  op: '>=' | '<=';
  value: number;
}

/** A figure of a benchmark, with both sides measured alternately in one run. */
export interface Measurement {
  name: string;
  unit: string;
  /** One number per round. */
  a: number[];
  /** One number per round; empty for a figure without a baseline. */
  b: number[];
  target?: Target;
  /** 95 % interval of a figure that was measured on a sample. */
  interval?: [low: number, high: number];
  note?: string;
}

export interface Benchmark {
  name: string;
  description: string;
  /** Why it cannot run here. */
  skip?(): string | undefined;
  run(report: (m: Measurement) => void, progress: (line: string) => void): Promise<void>;
}
