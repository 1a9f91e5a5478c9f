/** A metric that is computed when it is read. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** The number for each value of the label. */
  readonly read: () => Promise<Readonly<Record<string, number>>>;
}
