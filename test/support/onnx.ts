// Graphs written as protocol buffers by hand, because the tests need no trained model.

/** A graph with the same output for any image: a detector that always sees the same thing. */
export function constantDetector(size: number, shape: readonly number[], values: readonly number[]): Buffer {
  const tensor = Buffer.concat([
    ...shape.map((side) => varint(1, side)),
    varint(2, FLOAT),
    text(8, 'boxes'),
    bytes(9, Buffer.from(Float32Array.from(values).buffer)),
  ]);
  return model([
    bytes(1, node('Identity', 'boxes', 'output0')),
    text(2, 'detector'),
    bytes(5, tensor),
    bytes(11, valueInfo('images', [1, 3, size, size])),
    bytes(12, valueInfo('output0', shape)),
  ]);
}

/**
 * A graph that returns the mean color of each square of `square` pixels, for images of `size` pixels: any number of
 * them, unless `batch` is one.
 */
export function averagingEncoder(
  size: number,
  square: number,
  {
    input = 'pixels',
    output = 'embedding',
    batch = 'images',
  }: { input?: string; output?: string; batch?: number | string } = {},
): Buffer {
  const squares = [ints('kernel_shape', [square, square]), ints('strides', [square, square])];
  return model([
    bytes(1, node('AveragePool', input, 'means', squares)),
    bytes(1, node('Flatten', 'means', output)),
    text(2, 'encoder'),
    bytes(11, valueInfo(input, [batch, 3, size, size])),
    bytes(12, valueInfo(output, [batch, 3 * (size / square) ** 2])),
  ]);
}

/** A graph that returns the mean color of the square at the top left, and is blind for the rest of the image. */
export function cornerEncoder(size: number, square: number): Buffer {
  const corner = [ints('kernel_shape', [square, square]), ints('strides', [size, size])];
  return model([
    bytes(1, node('AveragePool', 'pixels', 'means', corner)),
    bytes(1, node('Flatten', 'means', 'embedding')),
    text(2, 'encoder'),
    bytes(11, valueInfo('pixels', ['images', 3, size, size])),
    bytes(12, valueInfo('embedding', ['images', 3])),
  ]);
}

/** A graph that takes and returns half-precision images, as they are. */
export function halfEncoder(size: number): Buffer {
  const shape = ['images', 3, size, size];
  return model([
    bytes(1, node('Identity', 'pixel_values', 'image_embeds')),
    text(2, 'encoder'),
    bytes(11, valueInfo('pixel_values', shape, FLOAT16)),
    bytes(12, valueInfo('image_embeds', shape, FLOAT16)),
  ]);
}

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const FLOAT16 = 10;
const INTS = 7;

const model = (graph: readonly Buffer[]): Buffer =>
  Buffer.concat([varint(1, IR_VERSION), bytes(7, Buffer.concat(graph)), bytes(8, varint(2, OPSET))]);

const node = (type: string, input: string, output: string, attributes: readonly Buffer[] = []): Buffer =>
  Buffer.concat([
    text(1, input),
    text(2, output),
    text(4, type),
    ...attributes.map((attribute) => bytes(5, attribute)),
  ]);

const ints = (name: string, values: readonly number[]): Buffer =>
  Buffer.concat([text(1, name), ...values.map((value) => varint(8, value)), varint(20, INTS)]);

/** A dimension given as a word may have any length. */
function valueInfo(name: string, shape: readonly (number | string)[], element = FLOAT): Buffer {
  const dimensions = Buffer.concat(
    shape.map((side) => bytes(1, typeof side === 'number' ? varint(1, side) : text(2, side))),
  );
  const type = bytes(1, Buffer.concat([varint(1, element), bytes(2, dimensions)]));
  return Buffer.concat([text(1, name), bytes(2, type)]);
}

function varint(field: number, value: number): Buffer {
  return Buffer.concat([number(field * 8), number(value)]);
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([number(field * 8 + 2), number(content.length), content]);
}

const text = (field: number, content: string): Buffer => bytes(field, Buffer.from(content));

/** Seven bits per byte, lowest first. */
function number(value: number): Buffer {
  const encoded: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) encoded.push((rest % 128) + 128);
  return Buffer.from([...encoded, rest]);
}
