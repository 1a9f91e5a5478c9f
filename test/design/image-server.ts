import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** What a server of an image generator was asked. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Of JSON; the fields of a form. */
  readonly body: Record<string, unknown>;
}

/** How it answers a request: a picture, or what a real server or a proxy before it does otherwise. */
export type Answer =
  | { readonly picture: Buffer; readonly prefix?: string }
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly html: string }
  | { readonly redirect: string }
  | { readonly bytes: number }
  | 'never'
  | 'hang up';

export interface TestImageServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Decides each answer. */
  answer: (asked: Asked, number: number) => Answer;
  close(): Promise<void>;
}

const txt2img = z.object({
  prompt: z.string().min(1),
  negative_prompt: z.string(),
  seed: z.int(),
  steps: z.int().min(1).max(150),
  width: z.int().multipleOf(8),
  height: z.int().multipleOf(8),
  cfg_scale: z.number(),
});
const img2img = txt2img.extend({
  // Raw base64: several versions fail on a data: prefix.
  init_images: z.array(z.base64()).min(1),
  denoising_strength: z.number().min(0).max(1),
});
const generation = z.strictObject({
  prompt: z.string().min(1).max(32_000),
  n: z.int().min(1).max(10),
  size: z.string().regex(/^\d+x\d+$/),
  model: z.string().optional(),
  response_format: z.enum(['b64_json', 'url']).optional(),
});

/**
 * Speaks both protocols as the servers do: stable-diffusion-webui answers 422 with `detail` to a wrong request, and
 * OpenAI 400 with `error`. It checks what it is sent; what it answers is up to the test.
 */
export async function startTestImageServer(port = 0): Promise<TestImageServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  const self: TestImageServer = {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    asked,
    answer: () => 'hang up',
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk));
    const sent = Buffer.concat(chunks);
    const type = request.headers['content-type'] ?? '';
    const body = type.startsWith('multipart/form-data') ? await fields(type, sent) : parse(sent);
    const path = request.url ?? '';
    const one = { path, headers: request.headers, body };
    asked.push(one);
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const isOpenAi = path.startsWith('/v1/');
    const wrong = check(path, body);
    if (wrong !== null) {
      if (isOpenAi) json(400, { error: { message: wrong, type: 'invalid_request_error', code: null } });
      else json(422, { detail: [{ loc: ['body'], msg: wrong }] });
      return;
    }
    const answer = self.answer(one, asked.length);
    if (answer === 'never') return;
    if (answer === 'hang up') response.destroy();
    else if ('redirect' in answer) response.writeHead(302, { location: answer.redirect }).end();
    else if ('bytes' in answer) response.writeHead(200).end(Buffer.alloc(answer.bytes, 'A'));
    else if ('html' in answer)
      response.writeHead(answer.status, { 'content-type': 'text/html' }).end(answer.html);
    else if ('json' in answer) json(answer.status, answer.json);
    else {
      const base64 = (answer.prefix ?? '') + answer.picture.toString('base64');
      json(
        200,
        isOpenAi
          ? { created: 1_700_000_000, data: [{ b64_json: base64 }] }
          : { images: [base64], parameters: body, info: '{}' },
      );
    }
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return self;
}

function check(path: string, body: unknown): string | null {
  const shapes: Record<string, z.ZodType> = {
    '/sdapi/v1/txt2img': txt2img,
    '/sdapi/v1/img2img': img2img,
    '/v1/images/generations': generation,
    '/v1/images/edits': z.object({ prompt: z.string().min(1), image: z.string(), n: z.literal('1') }),
  };
  const shape = shapes[path];
  if (shape === undefined) return 'Not Found';
  return shape.safeParse(body).error?.message ?? null;
}

const parse = (sent: Buffer): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(sent.toString('utf8')));

/** The fields of a form; of a file, its type and name. */
async function fields(type: string, sent: Buffer): Promise<Record<string, unknown>> {
  const form = await new Response(new Uint8Array(sent), { headers: { 'content-type': type } }).formData();
  return Object.fromEntries(
    [...form].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : `${value.type} ${value.name}`,
    ]),
  );
}
