export interface Target {
  /** Of the ratio a/b, which is taken round by round, unless of a itself, in its unit. */
  of?: 'a';
  op: '>=' | '<=';
  value: number;
}

/** A figure of a benchmark, both sides measured in turns in one run. */
export interface Measurement {
  name: string;
  unit: string;
  /** One number a round. */
  a: number[];
  /** One number a round; empty for a figure that is compared with nothing. */
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
