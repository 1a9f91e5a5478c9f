/**
 * A graph that answers the same numbers to any image: a detector that is sure of what it sees. Written as protocol
 * buffers by hand, since nothing here trains one.
 */
export function constantDetector(size: number, shape: readonly number[], values: readonly number[]): Buffer {
  const tensor = Buffer.concat([
    ...shape.map((side) => varint(1, side)),
    varint(2, FLOAT),
    text(8, 'boxes'),
    bytes(9, Buffer.from(Float32Array.from(values).buffer)),
  ]);
  const graph = Buffer.concat([
    bytes(1, Buffer.concat([text(1, 'boxes'), text(2, 'output0'), text(4, 'Identity')])),
    text(2, 'detector'),
    bytes(5, tensor),
    bytes(11, valueInfo('images', [1, 3, size, size])),
    bytes(12, valueInfo('output0', shape)),
  ]);
  return Buffer.concat([varint(1, IR_VERSION), bytes(7, graph), bytes(8, varint(2, OPSET))]);
}

const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;

function valueInfo(name: string, shape: readonly number[]): Buffer {
  const dimensions = Buffer.concat(shape.map((side) => bytes(1, varint(1, side))));
  const type = bytes(1, Buffer.concat([varint(1, FLOAT), bytes(2, dimensions)]));
  return Buffer.concat([text(1, name), bytes(2, type)]);
}

function varint(field: number, value: number): Buffer {
  return Buffer.concat([number(field * 8), number(value)]);
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([number(field * 8 + 2), number(content.length), content]);
}

const text = (field: number, content: string): Buffer => bytes(field, Buffer.from(content));

/** Seven bits a byte, the lowest first. */
function number(value: number): Buffer {
  const encoded: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) encoded.push((rest % 128) + 128);
  return Buffer.from([...encoded, rest]);
}
