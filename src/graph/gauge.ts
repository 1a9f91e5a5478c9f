/** Something that is counted when it is asked for. */
export interface GaugeSource {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** The number for each value of the label. */
  readonly read: () => Promise<Readonly<Record<string, number>>>;
}
