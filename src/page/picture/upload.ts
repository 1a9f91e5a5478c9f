import { Failure, retryAfterOf } from '../api/failure.js';

/** Sends a picture to `POST /images`; returns its id. @throws Failure */
export async function upload(blob: Blob): Promise<string> {
  const response = await fetch('/images', {
    method: 'POST',
    headers: { 'content-type': blob.type },
    body: blob,
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && hasId(answer)) return answer.id;
  throw new Failure(
    hasError(answer) ? answer.error.code : 'SERVICE_OVERLOADED',
    hasError(answer) ? answer.error.message : `The server answered with status ${response.status}.`,
    retryAfterOf(response),
  );
}

const hasId = (answer: unknown): answer is { readonly id: string } =>
  typeof answer === 'object' && answer !== null && 'id' in answer && typeof answer.id === 'string';

const hasError = (
  answer: unknown,
): answer is { readonly error: { readonly code: string; readonly message: string } } =>
  typeof answer === 'object' &&
  answer !== null &&
  'error' in answer &&
  typeof answer.error === 'object' &&
  answer.error !== null &&
  'code' in answer.error &&
  'message' in answer.error;
