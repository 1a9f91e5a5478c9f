/**
 * The address of the platform's profile in a UCP-Agent header, a dictionary of RFC 8941:
 * `profile="https://agent.example/profile.json"`. Null when there is none.
 */
export function profileIn(header: string | null): string | null {
  const match = /(?:^|,)[ \t]*profile="((?:[^"\\]|\\["\\])*)"/.exec(header ?? '');
  return match?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? null;
}
