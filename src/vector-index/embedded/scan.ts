import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BLOCK_ROWS } from './images.js';
import { MAX_BATCH } from './protocol.js';

const GRAPH = new URL('../../../models/exact-scan/scan.onnx', import.meta.url);

/** Computes the similarity of rows and queries on one thread, with the graph in models/exact-scan. */
export class Scan {
  readonly #scores = new Float32Array(BLOCK_ROWS * MAX_BATCH);

  private constructor(
    readonly dimension: number,
    private readonly session: InferenceSession,
  ) {}

  static async load(dimension: number): Promise<Scan> {
    const session = await InferenceSession.create(await readFile(GRAPH), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // An idle thread that spins takes a core from the rest of the gateway.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
    return new Scan(dimension, session);
  }

  /**
   * Compares up to BLOCK_ROWS rows with up to MAX_BATCH queries. The result, scores by query and then row, is valid
   * until the next call.
   */
  async run(vectors: Float32Array, queries: readonly Float32Array[]): Promise<Float32Array> {
    const rows = vectors.length / this.dimension;
    const columns = new Float32Array(this.dimension * queries.length);
    for (const [q, query] of queries.entries()) {
      for (let i = 0; i < this.dimension; i++) columns[i * queries.length + q] = query[i] ?? 0;
    }
    const scores = this.#scores.subarray(0, rows * queries.length);
    await this.session.run(
      {
        vectors: new Tensor('float32', vectors, [rows, this.dimension]),
        query: new Tensor('float32', columns, [this.dimension, queries.length]),
      },
      { scores: new Tensor('float32', scores, [queries.length, rows]) },
    );
    return scores;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
