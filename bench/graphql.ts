import { z } from 'zod';

const answer = z.object({ data: z.unknown(), errors: z.array(z.object({ message: z.string() })).optional() });
const upload = z.object({ id: z.string() });

/** The data of an operation, with the `secret` of an API key or anonymously. @throws Error with the gateway's response */
export async function ask<T>(
  url: string,
  shape: z.ZodType<T>,
  query: string,
  variables: Record<string, unknown> = {},
  secret?: string,
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = answer.parse(await response.json());
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return shape.parse(data);
}

/** Sends an image to POST /images; returns its id. */
export async function uploadImage(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const response = await fetch(`${url}/images`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  return upload.parse(await response.json()).id;
}
