/** A metric that is computed when it is read. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  /** A counter only goes up while the process runs. */
  readonly type: 'gauge' | 'counter';
  /** The names of the labels. */
  readonly labels: readonly string[];
  /** The value for each combination of labels. */
  readonly read: () => Promise<readonly Sample[]>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples that differ in one label, by its value. */
export const samplesBy = (label: string, values: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
