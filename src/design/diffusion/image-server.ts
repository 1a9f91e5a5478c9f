import { z } from 'zod';
import { errorMessage } from '../../platform/operator-error.js';
import { EngineError } from '../engine.js';

/** A server of an image generator, as the operator configures it. */
export interface ImageServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly api: 'automatic1111' | 'openai';
  /** `user:password` for automatic1111, an API key for openai; null: none. */
  readonly key: string | null;
  /** Null: the server's own choice. */
  readonly model: string | null;
}

/** What one picture is to show. */
export interface PictureRequest {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  /** An image file to start from; null: only words. */
  readonly start: Uint8Array | null;
}

/** A picture on a GPU takes seconds; on a CPU, minutes. Proxies give up earlier, and answer then. */
const PICTURE_MS = 3 * 60_000;
/** A picture of a megapixel as PNG in base64 has three. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** What is stored of an error message of the server. */
const MAX_MESSAGE = 200;

const WIDTH = 832;
const HEIGHT = 1040;
const STEPS = 28;
const GUIDANCE = 7;
/** How much of the picture it starts from is drawn anew. */
const DENOISING = 0.75;
/** The upright size that servers with this API have. */
const OPENAI_SIZE = '1024x1536';
/** Models whose answers have base64 only, and that refuse to be asked for it: `gpt-image-1`, `chatgpt-image-latest`, or with
 * the prefix of a proxy, `openai/gpt-image-1`. */
const ALWAYS_BASE64 = /gpt-image/;

/** Statuses below 500 that are temporary: timeout, too early, too many requests. */
const PASSING: readonly number[] = [408, 425, 429];

/**
 * Asks the server for a picture, and returns its file. The bytes are not checked.
 * @throws EngineError, the reason of `signal`
 */
export async function requestPicture(
  server: ImageServer,
  request: PictureRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  const { path, headers, body } =
    server.api === 'openai' ? openAi(server, request) : automatic(server, request);
  const timeout = AbortSignal.timeout(PICTURE_MS);
  let text: string;
  let status: number;
  try {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'vitrine' },
      body,
      // A redirect could lead anywhere, with the key.
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    });
    ({ status } = answer);
    text = await readBounded(answer);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EngineError) throw error;
    const why = timeout.aborted
      ? `did not answer within ${PICTURE_MS / 1_000} s`
      : `could not be reached: ${errorMessage(error)}`;
    throw new EngineError(`The image generator ${why}.`, true, { cause: error });
  }
  if (status !== 200) throw refusedWith(status, text);
  return pictureOf(text);
}

async function readBounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES)
      throw new EngineError(`The image generator answered with more than ${MAX_ANSWER_BYTES} bytes.`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** The API of stable-diffusion-webui (AUTOMATIC1111), which its forks have, too. */
function automatic(
  { key, model }: ImageServer,
  { prompt, negativePrompt, seed, start }: PictureRequest,
): Post {
  const body = {
    prompt,
    negative_prompt: negativePrompt,
    seed,
    steps: STEPS,
    cfg_scale: GUIDANCE,
    width: WIDTH,
    height: HEIGHT,
    batch_size: 1,
    n_iter: 1,
    do_not_save_samples: true,
    do_not_save_grid: true,
    ...(model === null ? {} : { override_settings: { sd_model_checkpoint: model } }),
    ...(start === null
      ? {}
      : {
          init_images: [Buffer.from(start).toString('base64')],
          denoising_strength: DENOISING,
          resize_mode: 1,
        }),
  };
  return {
    path: start === null ? '/sdapi/v1/txt2img' : '/sdapi/v1/img2img',
    headers: {
      ...JSON_TYPE,
      ...(key === null ? {} : { authorization: `Basic ${Buffer.from(key).toString('base64')}` }),
    },
    body: JSON.stringify(body),
  };
}

/** The images API of OpenAI, which many servers have, too. It takes no seed, and no negative prompt of its own. */
function openAi({ key, model }: ImageServer, { prompt, negativePrompt, start }: PictureRequest): Post {
  const words = {
    prompt: negativePrompt === '' ? prompt : `${prompt} Without: ${negativePrompt}.`,
    n: '1',
    size: OPENAI_SIZE,
    ...(model === null ? {} : { model }),
    ...(model !== null && ALWAYS_BASE64.test(model) ? {} : { response_format: 'b64_json' }),
  };
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  if (start === null)
    return {
      path: '/v1/images/generations',
      headers: { ...headers, ...JSON_TYPE },
      body: JSON.stringify({ ...words, n: 1 }),
    };
  const form = new FormData();
  for (const [name, value] of Object.entries(words)) form.set(name, value);
  form.set('image', new Blob([new Uint8Array(start)], { type: 'image/png' }), 'start.png');
  return { path: '/v1/images/edits', headers, body: form };
}

const answered = z.union([
  z.object({ images: z.array(z.string()).min(1) }).transform(({ images }) => images[0] ?? ''),
  z
    .object({ data: z.array(z.object({ b64_json: z.string() })).min(1) })
    .transform(({ data }) => data[0]?.b64_json ?? ''),
]);

/** Some versions put this before the data. */
const DATA_URI = /^data:[^,]{0,100};base64,/;

function pictureOf(text: string): Buffer {
  const parsed = answered.safeParse(parseJson(text));
  if (!parsed.success)
    throw new EngineError(
      'The image generator answered with status 200, but without a picture in base64.',
      true,
    );
  return Buffer.from(parsed.data.replace(DATA_URI, ''), 'base64');
}

/** Null when it is none, as the page of a proxy. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const failed = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z
    .object({ error: z.string(), errors: z.string().optional() })
    .transform(({ error, errors }) => errors ?? error),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
]);

function refusedWith(status: number, text: string): EngineError {
  const said = failed.safeParse(parseJson(text));
  const why =
    said.success && said.data !== '' ? `: ${said.data.replaceAll(/\s+/g, ' ').slice(0, MAX_MESSAGE)}` : '.';
  const mayPass = status >= 500 || PASSING.includes(status);
  return new EngineError(`The image generator answered with status ${status}${why}`, mayPass);
}
