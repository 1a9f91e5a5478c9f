/** A figure of a benchmark, both sides measured in turns in one run. */
export interface Measurement {
  name: string;
  unit: string;
  /** One number a round. */
  a: number[];
  b: number[];
  /** Of the ratio a/b, which is taken round by round. */
  target?: { op: '>=' | '<='; value: number };
  note?: string;
}

export interface Benchmark {
  name: string;
  description: string;
  /** Why it cannot run here. */
  skip?(): string | undefined;
  run(report: (m: Measurement) => void, progress: (line: string) => void): Promise<void>;
}
